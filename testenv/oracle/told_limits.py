"""What clients are told of limits (docs/limits.md, "What clients are told")."""

from __future__ import annotations

import re

from .client import Response
from .reference.answers import Answer
from .reference.limiting import Tally, Told

_ITEM = re.compile(r'"([a-z0-9-]+)";([a-z]+)=(\d+);([a-z]+)=(\d+)')
CLOCK = 2
"""Seconds between the moments at which the test and the proxy looked at the clock, at most."""


def differences(section: dict, response: Response, expected: Answer, elapsed: float) -> list[str]:
    """In words, none where clients are told what is so."""
    styles = section.get("headers", ["standard"])
    standard, legacy = (expected.limits if style in styles else [] for style in ("standard", "legacy"))
    found = _policies(response, standard) + _states(response, standard, elapsed) + _legacy(response, legacy, elapsed)
    return found + _retry_after(response, expected, elapsed)


def _policies(response: Response, tallies: list[Tally]) -> list[str]:
    promised = [[(name, "q", burst, "w", window) for name, burst, window in tally.policy] for tally in tallies]
    said = [[_item(item) for item in value.split(", ")] for value in response.values("ratelimit-policy")]
    return [] if said == promised else [f"ratelimit-policy {said} in place of {promised}"]


def _states(response: Response, tallies: list[Tally], elapsed: float) -> list[str]:
    said = [_item(value) for value in response.values("ratelimit")]
    if len(said) != len(tallies):
        return [f"ratelimit {response.values('ratelimit')}, of {len(tallies)} stages"]
    return [
        f"ratelimit {item} in place of one of {_foremost(tally)}"
        for item, tally in zip(said, tallies, strict=True)
        if not any(_says(item, told, elapsed) for told in _foremost(tally))
    ]


def _says(item: tuple, told: Told, elapsed: float) -> bool:
    return item[:4] == (told.name, "r", told.remaining, "t") and _near(item[4], told.reset, elapsed)


def _legacy(response: Response, tallies: list[Tally], elapsed: float) -> list[str]:
    said = [response.values(f"x-ratelimit-{name}") for name in ("limit", "remaining", "reset")]
    if not tallies:
        return [f"x-ratelimit {said}, of no stage"] if any(said) else []
    able = _foremost(tallies[-1])
    if any(_says_legacy(*said, told, elapsed) for told in able):
        return []
    return [f"x-ratelimit {said} in place of one of {able}"]


def _says_legacy(limit: list[str], remaining: list[str], reset: list[str], told: Told, elapsed: float) -> bool:
    counts = (limit, remaining) == ([str(told.burst)], [str(told.remaining)])
    return counts and len(reset) == 1 and _near(int(reset[0]), told.reset, elapsed)


def _retry_after(response: Response, expected: Answer, elapsed: float) -> list[str]:
    refusing = next((tally.refusing for tally in expected.limits if tally.refusing), None)
    if not refusing:
        return []
    values = response.values("retry-after")
    if len(values) == 1 and _near(int(values[0]), refusing.reset, elapsed):
        return []
    return [f"retry-after {values} in place of {refusing.reset}"]


def _foremost(tally: Tally) -> list[Told]:
    """The one that refuses, or those with least left in proportion."""
    if tally.refusing:
        return [tally.refusing]
    least = min(told.remaining / told.burst for told in tally.asked)
    return [told for told in tally.asked if told.remaining / told.burst == least]


def _near(said: int, most: int, elapsed: float) -> bool:
    """What comes back while the run lasts makes times shorter."""
    return most - elapsed - CLOCK <= said <= most


def _item(text: str) -> tuple:
    found = _ITEM.fullmatch(text)
    return (found[1], found[2], int(found[3]), found[4], int(found[5])) if found else (text,)
