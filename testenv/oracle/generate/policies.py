"""Random policies that Cedar's validator takes in strict mode, of a grammar that the reference evaluates."""

from __future__ import annotations

from random import Random

from ..reference.schemas import Schema
from ..reference.cedar import EntityRef, Expr, Policy
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


def make(rng: Random, schema: Schema) -> list[Policy]:
    """One that permits much, so that not everything is refused, and others."""
    permits = [_policy(rng, schema, f"p{n}", "permit", rng.choice([0, 1, 1])) for n in range(rng.randint(1, 3))]
    if often(rng, 0.6):
        permits.append(Policy("p9", "permit", (), (), (), ()))
    forbids = [_policy(rng, schema, f"f{n}", "forbid", rng.choice([1, 1, 2])) for n in range(rng.randint(0, 3))]
    both = permits + forbids
    if often(rng, 0.7):
        both.append(_overflowing(rng, schema))
    rng.shuffle(both)
    return [policy for policy in both if policy]


def _policy(rng: Random, schema: Schema, name: str, effect: str, conditions: int) -> Policy:
    kind = rng.choice(["User", "User", "User", "Partner", "Workload"])
    action = rng.choice([a for a in schema.takes if kind in schema.takes[a]] or [None])
    if action is None:
        kind, action = "User", rng.choice(list(schema.takes))
    resource = rng.choice(["Shop", "Order"])
    environment = _Environment(rng, schema, kind, action, resource)
    bodies = tuple((rng.choice(["when", "when", "unless"]), environment.condition(2)) for _ in range(conditions))
    # What a condition reads must be there for all that the scope takes, so a scope with conditions is narrow.
    return Policy(
        name,
        effect,
        environment.principal(bool(conditions)),
        environment.action(bool(conditions)),
        environment.resource(bool(conditions)),
        bodies,
        often(rng, 0.25),
    )


def _overflowing(rng: Random, schema: Schema) -> Policy | None:
    """A policy that fails for the largest and the smallest numbers, and for no others."""
    if "level" not in schema.principals["User"]:
        return None
    level: Expr = (".", ("principal",), "level")
    sum_of = rng.choice([("+", level, ("value", 1)), ("-", level, ("value", 1)), ("*", level, ("value", 2))])
    body: Expr = ("&&", ("has", ("principal",), "level"), (">", sum_of, ("value", 3)))
    return Policy("o0", rng.choice(["permit", "forbid"]), ("is", ("principal",), "User"), (), (), (("when", body),))


class _Environment:
    """Types of the variables of one policy."""

    def __init__(self, rng: Random, schema: Schema, principal: str, action: str, resource: str) -> None:
        self.rng, self.schema = rng, schema
        self.kind, self.act, self.res = principal, action, resource

    def principal(self, narrow: bool) -> Expr:
        """A part of the scope."""
        choices: list[Expr] = [("is", ("principal",), self.kind)]
        if self.kind == "User":
            choices.append(("==", ("principal",), _uid("User", self.rng.choice(words.SUBJECTS))))
        if not narrow:
            choices += [(), (), ("in", ("principal",), _uid("Group", self.rng.choice(words.GROUPS)))]
        return self.rng.choice(choices + choices[:1] * 3)

    def action(self, narrow: bool) -> Expr:
        """A part of the scope."""
        one: Expr = ("==", ("action",), _uid("Action", self.act))
        several: Expr = ("in", ("action",), ("set", one[2], _uid("Action", self.rng.choice(list(self.schema.takes)))))
        return one if narrow else self.rng.choice([one, (), several])

    def resource(self, narrow: bool) -> Expr:
        """A part of the scope."""
        choices: list[Expr] = [("is", ("resource",), self.res)]
        if self.res == "Shop":
            choices.append(("==", ("resource",), _uid("Shop", self.rng.choice(words.SHOPS))))
        if not narrow:
            choices += [(), (), ("in", ("resource",), _uid("Shop", self.rng.choice(words.SHOPS)))]
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
        return rng.choice(
            [guard, ("&&", guard, test), ("&&", guard, test), ("if", guard, test, ("value", often(rng, 0.5)))]
        )

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
        rng = self.rng
        if kind == "Bool":
            return of
        if kind == "Long":
            return (rng.choice(["<", "<=", ">", ">=", "==", "!="]), of, ("value", rng.choice([0, 1, 2, 3, 7])))
        if kind == "String":
            return rng.choice(
                [
                    (rng.choice(["==", "!="]), of, _text(rng, name)),
                    ("like", of, rng.choice(_PATTERNS)),
                    ("contains", ("set", _text(rng, name), _text(rng, name)), of),
                ]
            )
        several = ("set", _text(rng, name), _text(rng, name))
        return rng.choice(
            [
                ("contains", of, _text(rng, name)),
                ("containsAll", of, several),
                ("containsAny", of, several),
                ("isEmpty", of),
            ]
        )


def _uid(kind: str, name: str) -> Expr:
    return ("value", EntityRef((kind, name)))


def _text(rng: Random, name: str) -> Expr:
    return ("value", rng.choice(_VALUES[name]))
