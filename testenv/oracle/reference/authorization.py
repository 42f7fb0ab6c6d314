"""Requests as questions to policies (docs/authorization.md)."""

from __future__ import annotations

from collections.abc import Callable

from . import cedar, entities
from .answers import Refusal, refusal
from .asking import Unfit
from .cedar import Question, Uid
from .contexts import context
from .principals import principal
from .resources import resource
from .schemas import Rules, Schema
from .turns import Turn


def decide(authz: dict, rules: Rules, turn: Turn, forget: frozenset[str]) -> Refusal | frozenset[str]:
    """The policies that permit, or the refusal."""
    try:
        question = _question(authz, rules.schema, turn)
    except Unfit as unfit:
        return refusal("authz", *unfit.args)
    decision = cedar.decide(rules.policies, question, forget)
    if decision.reason == "permits":
        return decision.policies
    return refusal("authz", decision.reason, evidence=decision.policies)


def _question(authz: dict, schema: Schema, turn: Turn) -> Question:
    """Everything that is unfit is found, for the documents do not put it in an order."""
    action = turn.match.row["authorize"]["action"]
    unfit: set[str] = set()
    known = entities.configured(authz.get("entities", []))
    who = _try(unfit, lambda: principal(authz, schema, turn, known, schema.takes[action]))
    what = _try(unfit, lambda: resource(schema, turn, known))
    members = context(authz, schema.contexts[action], turn, unfit)
    # Whether anybody is there at all comes first: it has another status.
    for first in ("principal_missing", "principal_unmapped"):
        if first in unfit:
            raise Unfit(first)
    if who is None or what is None or unfit:
        raise Unfit(*unfit)
    return Question(who, ("Action", action), what, members, known)


def _try(unfit: set[str], part: Callable[[], Uid]) -> Uid | None:
    try:
        return part()
    except Unfit as found:
        unfit |= set(found.args)
        return None
