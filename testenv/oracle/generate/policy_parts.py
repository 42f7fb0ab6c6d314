"""Random scopes and conditions of one policy, of the types that its variables have."""

from __future__ import annotations

from random import Random

from ..reference.cedar import EntityRef, Expr
from ..reference.schemas import Schema
from . import words
from .words import often

_VALUES = {
    "iss": ["https://corp.issuer.test", "https://partner.issuer.test"],
    "tenant": words.TENANTS,
    "email": words.EMAILS,
    "channel": words.CHANNELS,
    "method": ["GET", "POST", "DELETE"],
    "route": ["route-0", "route-1", "route-2"],
    "shop": words.SHOPS,
    "path": ["/shops/north/orders", "/users/zoe", "/shop/north"],
    "trust_domain": ["shop.test"],
    "caller": ["spiffe://shop.test/edge", "spiffe://shop.test/ns/shop/sa/orders"],
    "host": words.HOSTS,
    "roles": words.ROLES,
    "desk": ["acme", "globex"],
    "scopes": words.SCOPES,
    "expand": ["items", "notes"],
}
_PATTERNS = [
    ("", None),
    (None, "acme.test"),
    (None, "a", None),
    ("wa", None),
    ("a*b", None),
    (None, "*", None),
    ("/shops/", None, "/orders"),
    ("shop", None, None, "1"),
    ("spiffe://", None, "/edge"),
]
_COMPARISONS = ["<", "<=", ">", ">=", "==", "!="]


class Environment:
    """Types of the variables of one policy."""

    def __init__(self, rng: Random, schema: Schema, principal: str, action: str, resource: str) -> None:
        self.rng, self.schema = rng, schema
        self.kind, self.act, self.res = principal, action, resource

    def principal(self, narrow: bool) -> Expr:
        """A part of the scope."""
        ids = words.SUBJECTS if self.kind == "User" else []
        return self._entity(("principal",), (self.kind, ids), ("Group", words.GROUPS), narrow)

    def action(self, narrow: bool) -> Expr:
        """A part of the scope."""
        one: Expr = ("==", ("action",), _uid("Action", self.act))
        several: Expr = ("in", ("action",), ("set", one[2], _uid("Action", self.rng.choice(list(self.schema.takes)))))
        return one if narrow else self.rng.choice([one, (), several])

    def resource(self, narrow: bool) -> Expr:
        """A part of the scope."""
        ids = words.SHOPS if self.res == "Shop" else []
        return self._entity(("resource",), (self.res, ids), ("Shop", words.SHOPS), narrow)

    def _entity(self, of: Expr, own: tuple[str, list[str]], above: tuple[str, list[str]], narrow: bool) -> Expr:
        """By its type mostly, by its id where it has one of these, or by what it is in."""
        kind, ids = own
        choices: list[Expr] = [("is", of, kind)]
        if ids:
            choices.append(("==", of, _uid(kind, self.rng.choice(ids))))
        if not narrow:
            choices += [(), (), ("in", of, _uid(above[0], self.rng.choice(above[1])))]
        return self.rng.choice(choices + choices[:1] * 3)

    def condition(self, depth: int) -> Expr:
        """An expression that is true or false."""
        rng = self.rng
        if depth == 0 or often(rng, 0.4):
            return self._atom()
        operator = rng.choice(["&&", "||", "!", "if"])
        parts = [self.condition(depth - 1) for _ in range({"&&": 2, "||": 2, "!": 1, "if": 3}[operator])]
        return (operator, *parts)

    def _atom(self) -> Expr:
        rng = self.rng
        choices = [(of, name, kind) for of, members in self._members() for name, kind in members.items()]
        if not choices or often(rng, 0.15):
            return self._membership()
        of, name, kind = rng.choice(choices)
        test = self._test((".", of, name), name, kind.rstrip("?"))
        if not kind.endswith("?"):
            return test
        guard: Expr = ("has", of, name)
        both, either = ("&&", guard, test), ("if", guard, test, ("value", often(rng, 0.5)))
        return rng.choice([guard, both, both, either])

    def _members(self) -> list[tuple[Expr, dict[str, str]]]:
        return [
            (("principal",), self.schema.principals[self.kind]),
            (("context",), self.schema.contexts[self.act]),
            (("resource",), self.schema.resources[self.res]),
        ]

    def _membership(self) -> Expr:
        if self.kind == "User":
            groups = [_uid("Group", name) for name in words.some(self.rng, words.GROUPS, 1)]
            return ("in", ("principal",), self.rng.choice([groups[0], ("set", *groups)]))
        return ("in", ("resource",), _uid("Shop", self.rng.choice(words.SHOPS)))

    def _test(self, of: Expr, name: str, kind: str) -> Expr:
        if kind == "Bool":
            return of
        if kind == "Long":
            return (self.rng.choice(_COMPARISONS), of, ("value", self.rng.choice([0, 1, 2, 3, 7])))
        return self._test_of_text(of, name) if kind == "String" else self._test_of_set(of, name)

    def _test_of_text(self, of: Expr, name: str) -> Expr:
        equal: Expr = (self.rng.choice(["==", "!="]), of, self._text(name))
        like: Expr = ("like", of, self.rng.choice(_PATTERNS))
        one_of: Expr = ("contains", ("set", self._text(name), self._text(name)), of)
        return self.rng.choice([equal, like, one_of])

    def _test_of_set(self, of: Expr, name: str) -> Expr:
        several = ("set", self._text(name), self._text(name))
        one: Expr = ("contains", of, self._text(name))
        return self.rng.choice([one, ("containsAll", of, several), ("containsAny", of, several), ("isEmpty", of)])

    def _text(self, name: str) -> Expr:
        return ("value", self.rng.choice(_VALUES[name]))


def _uid(kind: str, name: str) -> Expr:
    return ("value", EntityRef((kind, name)))
