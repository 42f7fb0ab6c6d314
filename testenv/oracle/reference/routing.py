"""The route table (docs/reference/routes.md)."""

from __future__ import annotations

from dataclasses import dataclass

from . import paths
from .requests import Request


@dataclass(frozen=True)
class Match:
    """A row of the table, and what its path takes of the request's."""

    row: dict
    parameters: dict[str, str]
    """Decoded."""


def find(routes: list[dict], request: Request, path: str) -> Match | None:
    """The row for a request: a literal segment before a parameter, then a host, then a method."""
    found = [(rank, match) for row in routes if (match := _match(row, request, path)) for rank in [_rank(row)]]
    return min(found, key=lambda entry: entry[0])[1] if found else None


def _match(row: dict, request: Request, path: str) -> Match | None:
    pattern = row["match"]
    if "methods" in pattern and request.method not in pattern["methods"]:
        return None
    if "hosts" in pattern and request.host not in pattern["hosts"]:
        return None
    parameters = _match_path(pattern["path"].split("/")[1:], path.split("/")[1:])
    return None if parameters is None else Match(row, parameters)


def _match_path(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    parameters = {}
    for place, part in enumerate(pattern):
        if part.startswith("{*"):
            rest = "/".join(segments[place:])
            return parameters | {part[2:-1]: paths.decode(rest)} if rest else None
        if place >= len(segments):
            return None
        if part.startswith("{"):
            if not segments[place]:
                return None
            parameters[part[1:-1]] = paths.decode(segments[place])
        elif part != segments[place]:
            return None
    return parameters if len(pattern) == len(segments) else None


def _rank(row: dict) -> tuple:
    pattern = row["match"]
    return tuple(map(_rank_of_part, pattern["path"].split("/"))), "hosts" not in pattern, "methods" not in pattern


def _rank_of_part(part: str) -> int:
    if part.startswith("{*"):
        return 2
    return 1 if part.startswith("{") else 0
