"""What a limit counts by (docs/limits.md)."""

from __future__ import annotations

from .identities import Identity
from .limits import part_kind
from .turns import Turn

MAX_PART = 1024
"""Bytes of a part of a key."""
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


def key(limit: dict, turn: Turn) -> tuple | int:
    """The key, or the status of the first part that is not known."""
    parts = []
    for part in limit["key"]:
        value = _part(part, turn)
        if value is None:
            if limit.get("when_missing") != "shared":
                return _MISSING_STATUS[part_kind(part)]
            value = ""
        parts.append(value)
    return tuple(parts)


def _part(part: str | dict, turn: Turn) -> object | None:
    kind = part_kind(part)
    if kind == "header":
        values = turn.request.values(part["header"])
        return _bounded(values[0]) if len(values) == 1 else None
    of_request = {
        "constant": "constant",
        "route": turn.route,
        "method": turn.request.method,
        "client_address": turn.request.client,
        "workload": turn.workload,
    }
    if kind in of_request:
        return of_request[kind]
    return _of_identity(kind, part, turn.identity) if turn.identity else None


def _of_identity(kind: str, part: str | dict, identity: Identity) -> object | None:
    if kind == "subject":
        return identity.issuer, identity.subject
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
