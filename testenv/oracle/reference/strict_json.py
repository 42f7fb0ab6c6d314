"""JSON objects as tokens may have them: UTF-8, each member once, a bounded depth (RFC 8259, RFC 7515 §4)."""

from __future__ import annotations

import json
import math

MAX_DEPTH = 64
"""docs/credentials.md, "Kinds"."""


def parse_object(data: bytes) -> dict[str, object]:
    """Raises ValueError for anything that is not such an object."""
    # The decoder of UTF-8 refuses overlong forms and surrogates, and does not take away a byte order mark.
    value = json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
    if not isinstance(value, dict):
        raise ValueError("no object")
    _check(value, 1)
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a member that is there twice")
    return dict(pairs)


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number that nothing can hold")
    return number


def _check(value: object, depth: int) -> None:
    """Depth, and escapes of half a character, which Python would let pass."""
    if isinstance(value, str):
        value.encode("utf-8")
        return
    if isinstance(value, (dict, list)) and depth > MAX_DEPTH:
        raise ValueError("too deep")
    if isinstance(value, dict):
        for name, member in value.items():
            name.encode("utf-8")
            _check(member, depth + 1)
    elif isinstance(value, list):
        for member in value:
            _check(member, depth + 1)
