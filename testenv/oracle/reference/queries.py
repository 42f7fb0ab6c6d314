"""Queries (docs/debugging.md, `query_malformed`; WHATWG URL §5.1 with `&` alone between parameters)."""

from __future__ import annotations

import re

from . import paths


def parse(query: str) -> list[tuple[str, str]]:
    """Names and values in their order.

    Raises ValueError where it does not decode, or has a `;`.
    """
    if ";" in query:
        raise ValueError("`;`")
    return [_pair(part) for part in query.split("&") if part]


def values(query: str, name: str) -> list[str]:
    """What parameters of that name say; the others need not decode."""
    return [part.partition("=")[2] for part in query.split("&") if _is(part, name)]


def without(query: str, name: str) -> str:
    """The query as it is, but for the parameters of that name."""
    return "&".join(part for part in query.split("&") if not _is(part, name))


def _is(part: str, name: str) -> bool:
    try:
        return _decode(part.partition("=")[0]) == name
    except ValueError:
        return False


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return _decode(name), _decode(value)


def _decode(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise ValueError("a broken escape")
    return paths.decode(text.replace("+", " "))
