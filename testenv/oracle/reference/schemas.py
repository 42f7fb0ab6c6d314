"""Schemas and policies of a configuration, as the generator has made them: the evaluator does not read their text."""

from __future__ import annotations

from dataclasses import dataclass

from .cedar import Policy


@dataclass(frozen=True)
class Schema:
    """What the schema of a configuration declares, beside its text."""

    principals: dict[str, dict[str, str]]
    """Attributes of each type of principal and their types; `?` behind a type that is optional."""
    resources: dict[str, dict[str, str]]
    contexts: dict[str, dict[str, str]]
    """Members of the context of each action."""
    takes: dict[str, frozenset[str]]
    """Types of principals that an action takes."""


@dataclass(frozen=True)
class Rules:
    """Policies, and the schema that they were written for."""

    schema: Schema
    policies: list[Policy]


def required(members: dict[str, str]) -> set[str]:
    """The names of those that are not optional."""
    return {name for name, kind in members.items() if not kind.endswith("?")}
