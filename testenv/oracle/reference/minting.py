"""The internal token that an edge makes (docs/identity.md, "At the edge: mint"; OAuth Transaction Tokens)."""

from __future__ import annotations

from .identities import Identity
from .turns import Turn


def expected(mint: dict, identity: Identity, turn: Turn) -> dict[str, object]:
    """The claims that it must have, but for `txn`, which is random, and times, of which the bounds are told."""
    latest = turn.now + mint.get("lifetime_seconds", 60)
    return {
        "iss": mint["issuer"],
        "aud": mint["trust_domain"],
        "sub": identity.subject,
        "req_wl": mint["workload"],
        "scope": identity.scopes,
        "tctx": _context(mint, identity, turn),
        "rctx": {"req_ip": turn.request.client},
        "latest": latest if identity.expires is None else min(latest, identity.expires),
    }


def _context(mint: dict, identity: Identity, turn: Turn) -> dict[str, object]:
    known = turn.match.parameters if turn.match else {}
    context: dict[str, object] = _chosen(mint.get("claims", []), identity.claims)
    parameters = _chosen(mint.get("parameters", []), known)
    return context | ({"parameters": parameters} if parameters else {})


def _chosen(names: list[str], members: dict) -> dict:
    return {name: members[name] for name in names if name in members}
