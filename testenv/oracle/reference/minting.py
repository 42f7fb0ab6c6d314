"""The internal token that an edge makes (docs/identity.md, "At the edge: mint"; OAuth Transaction Tokens)."""

from __future__ import annotations

from .identities import Identity
from .requests import Request
from .routing import Match


def expected(mint: dict, identity: Identity, match: Match | None, request: Request, now: float) -> dict[str, object]:
    """The claims that it must have, but for `txn`, which is random, and times, of which the bounds are told."""
    context: dict[str, object] = {
        name: identity.claims[name] for name in mint.get("claims", []) if name in identity.claims
    }
    parameters = {
        name: match.parameters[name] for name in mint.get("parameters", []) if match and name in match.parameters
    }
    if parameters:
        context["parameters"] = parameters
    lifetime = mint.get("lifetime_seconds", 60)
    return {
        "iss": mint["issuer"],
        "aud": mint["trust_domain"],
        "sub": identity.subject,
        "req_wl": mint["workload"],
        "scope": identity.scopes,
        "tctx": context,
        "rctx": {"req_ip": request.client},
        "latest": min(now + lifetime, identity.expires if identity.expires is not None else now + lifetime),
    }
