"""Values of Cedar's types, of claims and of texts: what does not fit is not converted."""

from __future__ import annotations

import re

from .cedar import LONG_MAX, LONG_MIN

_NUMBER = re.compile(r"0|-?[1-9][0-9]*")
_TRUTH = {"true": True, "false": False}


def of_claim(value: object, kind: str) -> object:
    """A claim as a value of a type. Raises ValueError for what does not fit."""
    if kind == "Set<String>" and isinstance(value, (list, frozenset)):
        return frozenset(of_claim(entry, "String") for entry in value)
    if not _fits(value, kind):
        raise ValueError(kind)
    return value


def of_text(text: str, kind: str) -> object:
    """A text of a path, header or query as a value of a type. Raises ValueError."""
    if kind == "Long":
        return of_claim(int(text) if _NUMBER.fullmatch(text) else None, kind)
    return of_claim(_TRUTH.get(text) if kind == "Bool" else text, kind)


def _fits(value: object, kind: str) -> bool:
    if kind == "String":
        return isinstance(value, str)
    if kind == "Bool":
        return isinstance(value, bool)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return kind == "Long" and is_number and LONG_MIN <= value <= LONG_MAX
