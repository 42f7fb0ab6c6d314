"""Cedar's evaluation (its specification, "Authorization" and "Semantics of operators") of a part of its grammar.

An expression is a tuple: the operator, then its operands. `cedar_text` writes the same tuples as policies.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field

LONG_MIN, LONG_MAX = -(2**63), 2**63 - 1

Uid = tuple[str, str]
"""Type and id of an entity."""
Expr = tuple
Value = object
"""bool, int, str, frozenset, dict, or `Uid` in an `EntityRef`."""


@dataclass(frozen=True)
class EntityRef:
    """A value that is an entity."""

    uid: Uid


@dataclass
class Entity:
    """Attributes and parents of an entity."""

    attributes: dict[str, Value] = field(default_factory=dict)
    parents: frozenset[Uid] = frozenset()


@dataclass(frozen=True)
class Policy:
    """A policy: what its scope says of each variable, and its conditions."""

    id: str
    effect: str
    """`permit` or `forbid`."""
    principal: Expr
    action: Expr
    resource: Expr
    conditions: tuple[tuple[str, Expr], ...]
    """`when` or `unless`, and the expression."""
    shadow: bool = False


@dataclass
class Question:
    """Whether this principal may do this to that, in this context."""

    principal: Uid
    action: Uid
    resource: Uid
    context: dict[str, Value]
    entities: dict[Uid, Entity]


class EvaluationError(Exception):
    """A policy that fails: here overflow, and attributes that are not there."""


@dataclass(frozen=True)
class Decision:
    """What a set of policies says."""

    reason: str
    """`permits`, or a reason of docs/authorization.md."""
    policies: frozenset[str]


def decide(policies: list[Policy], question: Question, forget: frozenset[str]) -> Decision:
    """docs/authorization.md, "The decision": errors, then forbids, then permits."""
    failed, forbids, permits = set(), set(), set()
    for policy in policies:
        if policy.shadow and "shadow" not in forget:
            continue
        try:
            if _applies(policy, question):
                (forbids if policy.effect == "forbid" else permits).add(policy.id)
        except EvaluationError:
            failed.add(policy.id)
    if failed and "policy errors" not in forget:
        return Decision("policy_error", frozenset(failed))
    if forbids and "forbid" not in forget:
        return Decision("policy_forbids", frozenset(forbids))
    return Decision("permits", frozenset(permits)) if permits else Decision("no_policy_permits", frozenset())


def _applies(policy: Policy, question: Question) -> bool:
    for scope in (policy.principal, policy.action, policy.resource):
        if scope and not evaluate(scope, question):
            return False
    return all(evaluate(body, question) is (word == "when") for word, body in policy.conditions)


def evaluate(expression: Expr, q: Question) -> Value:
    """The value of an expression. Raises EvaluationError."""
    name, *operands = expression
    if name in _LAZY:
        return _LAZY[name](q, *operands)
    return _STRICT[name](*(evaluate(operand, q) for operand in operands))


def _attribute(q: Question, of: Expr, name: str) -> Value:
    attributes = _attributes(q, evaluate(of, q))
    if name not in attributes:
        raise EvaluationError(name)
    return attributes[name]


def _attributes(q: Question, value: Value) -> dict[str, Value]:
    if isinstance(value, EntityRef):
        return q.entities.get(value.uid, Entity()).attributes
    return value


def _in(q: Question, of: Expr, target: Expr) -> bool:
    """An entity is in itself, and in whatever its parents are in."""
    entity, targets = evaluate(of, q), evaluate(target, q)
    wanted = {ref.uid for ref in targets} if isinstance(targets, frozenset) else {targets.uid}
    seen, ahead = set(), [entity.uid]
    while ahead:
        uid = ahead.pop()
        if uid in wanted:
            return True
        if uid not in seen:
            seen.add(uid)
            ahead += q.entities.get(uid, Entity()).parents
    return False


def _bounded(number: int) -> int:
    if not LONG_MIN <= number <= LONG_MAX:
        raise EvaluationError("overflow")
    return number


def like(text: str, pattern: tuple[str | None, ...]) -> bool:
    """A pattern is literal texts, and None for `*`."""
    # Places in the text that the pattern so far can end at.
    places = {0}
    for part in pattern:
        if part is None:
            places = set(range(min(places), len(text) + 1)) if places else places
        else:
            places = {place + len(part) for place in places if text.startswith(part, place)}
    return len(text) in places


def _if(q: Question, test: Expr, then: Expr, otherwise: Expr) -> Value:
    return evaluate(then if evaluate(test, q) else otherwise, q)


def _equal(left: Value, right: Value) -> bool:
    return type(left) is type(right) and left == right


_LAZY = {
    "value": lambda _, value: value,
    "principal": lambda q: EntityRef(q.principal),
    "action": lambda q: EntityRef(q.action),
    "resource": lambda q: EntityRef(q.resource),
    "context": lambda q: q.context,
    ".": _attribute,
    "has": lambda q, of, name: name in _attributes(q, evaluate(of, q)),
    "is": lambda q, of, name: evaluate(of, q).uid[0] == name,
    "&&": lambda q, left, right: evaluate(left, q) and evaluate(right, q),
    "||": lambda q, left, right: evaluate(left, q) or evaluate(right, q),
    "if": _if,
    "in": _in,
    "like": lambda q, of, pattern: like(evaluate(of, q), pattern),
}
"""Operators that see the question, and evaluate what they need of it."""
_STRICT = {
    "!": operator.not_,
    "==": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": lambda left, right: _bounded(left + right),
    "-": lambda left, right: _bounded(left - right),
    "*": lambda left, right: _bounded(left * right),
    "set": lambda *values: frozenset(values),
    "contains": operator.contains,
    "containsAll": operator.ge,
    "containsAny": lambda of, values: bool(values & of),
    "isEmpty": operator.not_,
}
"""Operators whose operands are all evaluated first."""
