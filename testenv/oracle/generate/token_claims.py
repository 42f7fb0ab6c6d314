"""Claims of a good token of a provider."""

from __future__ import annotations

from random import Random

from . import words
from .words import often

FAR = 45
"""Seconds between a time in a token and the moment at which it would count: more than a batch takes."""
_WORKLOADS = ["orders", "ns/shop/sa/web", "north"]
_ATTRIBUTES = (
    ("tenant", 0.8, lambda rng: rng.choice(words.TENANTS)),
    ("level", 0.8, lambda rng: rng.choice(words.LEVELS + [2, 3] * 3)),
    ("roles", 0.8, lambda rng: words.some(rng, words.ROLES)),
    ("vip", 0.7, lambda rng: often(rng, 0.5)),
    ("email", 0.7, lambda rng: rng.choice(words.EMAILS)),
    ("groups", 0.6, lambda rng: rng.choice([words.some(rng, words.GROUPS), "north"])),
)
_OF_ANOTHER_TYPE = [7, "7", 1.0, None, [1], {"a": 1}, True, 2**63]
_REQUIRED = {"email": "zoe@acme.test", "roles": ["reader"]}
"""What fits a provider that requires these; of other claims it is the first value that the provider lists."""


def make(rng: Random, provider: dict, now: int) -> dict:
    """The claims; those about policies may have strange values, which no provider looks at."""
    kind = provider["kind"]
    claims = _names(rng, provider)
    claims["exp"] = now + rng.choice([FAR, 300, 900]) + FAR
    if kind != "jwt_svid":
        claims["iss"] = provider["issuer"]
    if kind in ("access_token", "id_token") or often(rng, 0.5) or "max_lifetime_seconds" in provider:
        claims["iat"] = now - rng.choice([2, 60, 600])
    if kind == "access_token":
        claims.update(client_id="web", jti=f"{rng.getrandbits(40):x}")
    if kind == "id_token" and isinstance(claims["aud"], list) and len(claims["aud"]) > 1:
        claims["azp"] = claims["aud"][0]
    if often(rng, 0.2):
        claims["nbf"] = now - 5
    if often(rng, 0.2):
        claims["exp"] += 0.5
    return claims | _attributes(rng, provider)


def _names(rng: Random, provider: dict) -> dict:
    if provider["kind"] == "jwt_svid":
        subject = f"spiffe://shop.test/{rng.choice(_WORKLOADS)}"
    else:
        subject = rng.choice(words.SUBJECTS)
    audience = rng.choice(provider["audiences"])
    return {"sub": subject, "aud": rng.choice([audience, [audience], [audience, "orders"]])}


def _attributes(rng: Random, provider: dict) -> dict:
    claims = words.members(rng, _ATTRIBUTES)
    if provider["kind"] != "jwt_svid" and often(rng, 0.75):
        claims["scope"] = " ".join(words.some(rng, words.SCOPES, 1))
    for name, values in provider.get("required_claims", {}).items():
        if often(rng, 0.9):
            claims[name] = _REQUIRED.get(name, values[0] if values else "x")
    if provider.get("required_scopes") and often(rng, 0.9):
        claims["scope"] = f"orders:read {claims.get('scope', 'region:eu')}"
    if provider["kind"] != "jwt_svid" and "subjects" in provider:
        claims["sub"] = rng.choice(["zoe", "svc-mail"])
    if often(rng, 0.03):
        claims[rng.choice(["tenant", "level", "roles", "vip"])] = rng.choice(_OF_ANOTHER_TYPE)
    return claims
