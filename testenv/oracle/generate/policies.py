"""Random policies that Cedar's validator takes in strict mode, of a grammar that the reference evaluates."""

from __future__ import annotations

from random import Random

from ..reference.cedar import Expr, Policy
from ..reference.schemas import Schema
from .policy_parts import Environment
from .words import often


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
    environment = Environment(rng, schema, kind, action, resource)
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
