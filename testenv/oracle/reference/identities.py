"""Whom a credential proves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """A verified caller."""

    provider: str
    kind: str
    """`api_key`, `internal`, or the kind of a provider."""
    subject: str
    issuer: str | None
    claims: dict
    audiences: frozenset[str]
    scopes: frozenset[str]
    expires: float | None
    key_id: str | None = None
    """Of an API key."""
