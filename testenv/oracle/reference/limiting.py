"""Local limits (docs/limits.md): exact counts, for in a run nothing comes back.

The rate of every generated limit is so low that less than one request comes back while a run lasts; then GCRA
is a counter that stops at the burst.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .answers import Refusal
from .identities import Identity
from .requests import Request
from .routing import Match

MAX_PART = 1024
_MISSING_STATUS = {
    "subject": 401,
    "issuer": 401,
    "api_key": 401,
    "claim": 401,
    "workload": 403,
    "method": 400,
    "header": 400,
    "client_address": 503,
}
_OF_CREDENTIAL = {"subject", "issuer", "api_key", "claim"}


@dataclass(frozen=True)
class Told:
    """One limit, as clients are told of it."""

    name: str
    burst: int
    remaining: int
    window: int
    """Seconds in which the whole burst comes back."""
    reset: int
    """Seconds; less by as many as the run has lasted."""


@dataclass
class Tally:
    """What one stage has counted for one request."""

    asked: list[Told]
    """Those that clients are told of: the foremost of them."""
    refused: Refusal | None = None
    refusing: Told | None = None
    policy: list[tuple[str, int, int]] = field(default_factory=list)
    """Names, bursts and windows of what is promised."""


class Counts:
    """What every key has spent."""

    def __init__(self) -> None:
        self.spent: dict[tuple, int] = {}


Use = tuple[str, dict, int | None]
"""The name of a limit, the limit, and what a route says that a request costs."""


def uses(limits: dict[str, dict], match: Match | None, somebody: bool) -> list[Use]:
    """What a route asks, in its order; where there is no route, by name all that can count such a request.

    `somebody` says whether a request that no route matches has shown a credential.
    """
    if match is None:
        names = sorted(name for name, limit in limits.items() if somebody or not _needs_credential(limit))
        return [(name, limits[name], None) for name in names]
    named = [(use, None) if isinstance(use, str) else (use["name"], use["cost"]) for use in match.row.get("limits", [])]
    return [(name, limits[name], cost) for name, cost in named]


def promises(asked: list[Use]) -> list[tuple[str, int, int]]:
    """What `RateLimit-Policy` says of limits; nothing of those in shadow."""
    return [
        (name, burst_of(limit), round(burst_of(limit) * _interval(limit)))
        for name, limit, _ in asked
        if limit.get("mode") != "shadow"
    ]


def burst_of(limit: dict) -> int:
    """How many may come at once."""
    return limit.get("burst", limit["requests"])


def _interval(limit: dict) -> float:
    return limit["per_seconds"] / limit["requests"]


def _needs_credential(limit: dict) -> bool:
    return "claim" in cost_of(limit) or any(part_kind(part) in _OF_CREDENTIAL for part in limit["key"])


def cost_of(limit: dict) -> dict:
    """The cost as an object."""
    cost = limit.get("cost", 1)
    return cost if isinstance(cost, dict) else {"fixed": cost}


def count(
    counts: Counts,
    of_route: list[Use],
    early: bool,
    route: str,
    request: Request,
    identity: Identity | None,
    workload: str | None,
    forget: frozenset[str],
) -> Tally:
    """Asks the limits of one stage in their order; the first that refuses ends it."""
    asked = [use for use in of_route if use[1].get("before_auth", False) == early]
    tally = Tally([], policy=promises(asked))
    for name, limit, route_cost in asked:
        key = _key(limit, route, request, identity, workload)
        if isinstance(key, int):
            if limit.get("when_missing", "refuse") == "skip":
                continue
            if limit.get("mode") == "shadow":
                continue
            tally.refused = Refusal(frozenset([("ratelimit", "key_missing")]), key, evidence=frozenset([name]))
            return tally
        told, passes = _spend(counts, name, limit, key, _cost(limit, route_cost, request, identity), forget)
        if limit.get("mode") == "shadow":
            continue
        if not passes:
            tally.refused = Refusal(
                frozenset([("ratelimit", "limit_reached")]), 429, evidence=frozenset([name]), retry_after=True
            )
            tally.refusing = told
            # Whom this stage refuses the other one tells nothing.
            tally.policy = promises(of_route)
        tally.asked.append(told)
        if not passes:
            return tally
    return tally


def _spend(counts: Counts, name: str, limit: dict, key: tuple, cost: int, forget: frozenset[str]) -> tuple[Told, bool]:
    burst = burst_of(limit)
    spent = counts.spent.get((name, key), 0)
    passes = spent + cost <= burst + (1 if "burst" in forget else 0)
    if passes:
        spent += cost
        counts.spent[(name, key)] = spent
    interval = _interval(limit)
    remaining = max(burst - spent, 0)
    wait = spent * interval if passes and remaining else (spent + (1 if passes else cost) - burst) * interval
    return Told(name, burst, remaining, round(burst * interval), round(wait)), passes


def part_kind(part: str | dict) -> str:
    """The kind of a part of a key."""
    return part if isinstance(part, str) else next(iter(part))


def _key(limit: dict, route: str, request: Request, identity: Identity | None, workload: str | None) -> tuple | int:
    """The key, or the status of the first part that is not known."""
    parts = []
    for part in limit["key"]:
        value = _part(part, route, request, identity, workload)
        if value is None:
            if limit.get("when_missing") != "shared":
                return _MISSING_STATUS[part_kind(part)]
            value = ""
        parts.append(value)
    return tuple(parts)


def _part(
    part: str | dict, route: str, request: Request, identity: Identity | None, workload: str | None
) -> object | None:
    kind = part_kind(part)
    if kind == "constant":
        return "constant"
    if kind == "route":
        return route
    if kind == "method":
        return request.method
    if kind == "client_address":
        return request.client
    if kind == "header":
        values = request.values(part["header"])
        return _bounded(values[0]) if len(values) == 1 else None
    if kind == "workload":
        return workload
    if identity is None:
        return None
    if kind == "subject":
        return (identity.issuer, identity.subject)
    if kind == "issuer":
        return identity.issuer
    if kind == "api_key":
        return (identity.provider, identity.key_id) if identity.key_id else None
    value = identity.claims.get(part["claim"])
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    # A text of digits is another key than the number.
    return value if isinstance(value, int) else _bounded(value)


def _bounded(value: str) -> str | None:
    return value if 0 < len(value.encode()) <= MAX_PART else None


def _cost(limit: dict, route_cost: int | None, request: Request, identity: Identity | None) -> int:
    """docs/limits.md, "What a request costs": nothing gains by nonsense."""
    cost = cost_of(limit)
    if route_cost is not None:
        return route_cost
    if "fixed" in cost:
        return cost["fixed"]
    if "header" in cost:
        values = request.values(cost["header"])
        if not values:
            return cost.get("default", 1)
        said = values[0] if len(values) == 1 else "twice"
    else:
        if identity is None or cost["claim"] not in identity.claims:
            return cost.get("default", 1)
        claim = identity.claims[cost["claim"]]
        said = str(claim) if isinstance(claim, (int, str)) and not isinstance(claim, bool) else "none"
    if not said.isascii() or not said.isdigit():
        return cost["most"]
    return min(max(int(said), 1), cost["most"])
