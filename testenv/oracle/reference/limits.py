"""What a configuration says of a limit (docs/limits.md)."""

from __future__ import annotations

from .routing import Match

_OF_CREDENTIAL = {"subject", "issuer", "api_key", "claim"}
"""Kinds of parts of keys that only a credential tells."""

Use = tuple[str, dict, int | None]
"""The name of a limit, the limit, and what a route says that a request costs."""
Promise = tuple[str, int, int]
"""Name, burst and window of a limit, as `RateLimit-Policy` has them."""


def uses(limits: dict[str, dict], match: Match | None, somebody: bool) -> list[Use]:
    """What a route asks, in its order; where there is no route, by name all that can count such a request.

    `somebody` says whether a request that no route matches has shown a credential.
    """
    if match is None:
        names = sorted(name for name, limit in limits.items() if somebody or not _needs_credential(limit))
        return [(name, limits[name], None) for name in names]
    named = [(use, None) if isinstance(use, str) else (use["name"], use["cost"]) for use in match.row.get("limits", [])]
    return [(name, limits[name], cost) for name, cost in named]


def promises(asked: list[Use]) -> list[Promise]:
    """What `RateLimit-Policy` says of limits; nothing of those in shadow."""
    return [(name, burst_of(limit), window_of(limit)) for name, limit, _ in asked if not is_shadow(limit)]


def burst_of(limit: dict) -> int:
    """How many may come at once."""
    return limit.get("burst", limit["requests"])


def interval_of(limit: dict) -> float:
    """Seconds in which one request comes back."""
    return limit["per_seconds"] / limit["requests"]


def window_of(limit: dict) -> int:
    """Seconds in which the whole burst comes back."""
    return round(burst_of(limit) * interval_of(limit))


def is_shadow(limit: dict) -> bool:
    """Whether it only counts."""
    return limit.get("mode") == "shadow"


def cost_of(limit: dict) -> dict:
    """The cost as an object."""
    cost = limit.get("cost", 1)
    return cost if isinstance(cost, dict) else {"fixed": cost}


def part_kind(part: str | dict) -> str:
    """The kind of a part of a key."""
    return part if isinstance(part, str) else next(iter(part))


def _needs_credential(limit: dict) -> bool:
    return "claim" in cost_of(limit) or any(part_kind(part) in _OF_CREDENTIAL for part in limit["key"])
