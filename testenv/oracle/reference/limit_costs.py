"""What a request costs (docs/limits.md, "What a request costs"): nothing gains by nonsense."""

from __future__ import annotations

from .identities import Identity
from .limits import cost_of
from .requests import Request
from .turns import Turn


def cost(limit: dict, of_route: int | None, turn: Turn) -> int:
    """What a route says goes before what the limit says."""
    written = cost_of(limit)
    if of_route is not None:
        return of_route
    if "fixed" in written:
        return written["fixed"]
    if "header" in written:
        said = _of_header(written["header"], turn.request)
    else:
        said = _of_claim(written["claim"], turn.identity)
    if said is None:
        return written.get("default", 1)
    if not said.isascii() or not said.isdigit():
        return written["most"]
    return min(max(int(said), 1), written["most"])


def _of_header(name: str, request: Request) -> str | None:
    values = request.values(name)
    if not values:
        return None
    return values[0] if len(values) == 1 else "twice"


def _of_claim(name: str, identity: Identity | None) -> str | None:
    if identity is None or name not in identity.claims:
        return None
    claim = identity.claims[name]
    is_number = isinstance(claim, (int, str)) and not isinstance(claim, bool)
    return str(claim) if is_number else "none"
