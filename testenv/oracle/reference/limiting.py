"""Local limits (docs/limits.md): exact counts, for in a run nothing comes back.

The rate of every generated limit is so low that less than one request comes back while a run lasts; then GCRA
is a counter that stops at the burst.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .answers import Refusal
from .limit_costs import cost
from .limit_keys import key
from .limits import Promise, Use, burst_of, interval_of, is_shadow, promises, window_of
from .turns import Turn


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
    policy: list[Promise] = field(default_factory=list)
    """What is promised."""


class Counts:
    """What every key has spent."""

    def __init__(self) -> None:
        self.spent: dict[tuple, int] = {}


def count(counts: Counts, of_route: list[Use], early: bool, turn: Turn, forget: frozenset[str]) -> Tally:
    """Asks the limits of one stage in their order; the first that refuses ends it."""
    asked = [use for use in of_route if use[1].get("before_auth", False) == early]
    tally = Tally([], policy=promises(asked))
    for name, limit, cost_of_route in asked:
        found = key(limit, turn)
        if isinstance(found, int):
            if limit.get("when_missing", "refuse") == "skip" or is_shadow(limit):
                continue
            tally.refused = Refusal(frozenset([("ratelimit", "key_missing")]), found, evidence=frozenset([name]))
            return tally
        told, passes = _spend(counts, (name, found), limit, cost(limit, cost_of_route, turn), forget)
        if is_shadow(limit):
            continue
        tally.asked.append(told)
        if not passes:
            tally.refused, tally.refusing = _reached(name), told
            # Whom this stage refuses the other one tells nothing.
            tally.policy = promises(of_route)
            return tally
    return tally


def _reached(name: str) -> Refusal:
    return Refusal(frozenset([("ratelimit", "limit_reached")]), 429, evidence=frozenset([name]), retry_after=True)


def _spend(
    counts: Counts, place: tuple[str, tuple], limit: dict, cost: int, forget: frozenset[str]
) -> tuple[Told, bool]:
    """What clients are told, and whether the request passes."""
    burst, spent = burst_of(limit), counts.spent.get(place, 0)
    passes = spent + cost <= burst + (1 if "burst" in forget else 0)
    if passes:
        spent += cost
        counts.spent[place] = spent
    remaining = max(burst - spent, 0)
    # In requests: until all of the burst is back, or until one more passes.
    waits_for = spent if passes and remaining else spent + (1 if passes else cost) - burst
    told = Told(place[0], burst, remaining, window_of(limit), round(waits_for * interval_of(limit)))
    return told, passes
