"""Internal tokens as an edge makes them, and ones that it would not make."""

from __future__ import annotations

import json
from random import Random

from ..reference import base64url
from . import words
from .private_keys import make
from .words import often
from .world import World

FAR = 45
"""Seconds between a time in a token and the moment at which it would count."""


def make_internal(rng: Random, world: World, now: int) -> tuple[str, str]:
    """A token, and what is wrong with it."""
    header: dict = {"alg": "ES256", "typ": "txntoken+jwt", "kid": "edge-1"}
    claims = _claims(rng, now)
    sign = world.edge.sign
    defect = "good" if often(rng, 0.72) else rng.choice([*_DEFECTS, *["other audience"] * 4, "expired"])
    if defect != "good":
        change = _DEFECTS[defect]
        sign = change(rng, world, header, claims, now) or sign
    signed = f"{base64url.encode(json.dumps(header).encode())}.{base64url.encode(json.dumps(claims).encode())}"
    text = f"{signed}.{base64url.encode(sign(signed.encode()))}"
    return (text + "=" if defect == "padding" else text.rpartition(".")[0] if defect == "two parts" else text), defect


def _claims(rng: Random, now: int) -> dict:
    context: dict = {"iss": rng.choice(["https://corp.issuer.test", "https://partner.issuer.test"])}
    for name, chance, value in (
        ("tenant", 0.8, lambda: rng.choice(words.TENANTS + ["Z\u00fcrich", "a b", "base64url:eA"])),
        ("level", 0.8, lambda: rng.choice(words.LEVELS + [2, 3] * 3)),
        ("roles", 0.8, lambda: words.some(rng, words.ROLES)),
        ("vip", 0.7, lambda: often(rng, 0.5)),
        ("email", 0.6, lambda: rng.choice(words.EMAILS)),
        ("groups", 0.5, lambda: words.some(rng, words.GROUPS)),
    ):
        if often(rng, chance):
            context[name] = value()
    scope = " ".join(words.some(rng, words.SCOPES)) if often(rng, 0.9) else ""
    return {
        "iss": "https://edge.shop.test",
        "aud": "shop.test",
        "sub": rng.choice(words.SUBJECTS),
        "req_wl": "spiffe://shop.test/edge",
        "txn": f"{rng.getrandbits(64):016x}",
        "tctx": context,
        "rctx": {"req_ip": "192.0.2.1"},
        "iat": now - 10,
        "exp": now + 2 * FAR,
        "scope": scope,
    }


def _claim(name: str, *values: object):
    return lambda rng, world, header, claims, now: claims.__setitem__(name, rng.choice(values))


def _head(name: str, *values: object):
    return lambda rng, world, header, claims, now: header.__setitem__(name, rng.choice(values))


def _times(issued: int, expires: int):
    return lambda rng, world, header, claims, now: claims.update(iat=now + issued, exp=now + expires)


_DEFECTS = {
    "other issuer": _claim("iss", "https://edge.shop.test/", "https://corp.issuer.test"),
    "other audience": _claim("aud", "evil.test", ["evil.test"], "https://shop.test"),
    "other typ": _head("typ", "JWT", "at+jwt", "application/jwt"),
    "algorithm none": _head("alg", "none"),
    "other algorithm": _head("alg", "HS256", "RS256"),
    "unknown kid": _head("kid", "edge-9"),
    "crit": _head("crit", ["exp"]),
    "expired": _times(-200, -60 - FAR),
    "long life": _times(-1, 400),
    "no life": _times(-20, -20),
    "future": _times(60 + FAR, 60 + 3 * FAR),
    "no scope": lambda rng, world, header, claims, now: claims.pop("scope") and None,
    "malformed scope": _claim("scope", 7, ["a"], None),
    "malformed subject": _claim("sub", 7, "", None),
    "no subject": lambda rng, world, header, claims, now: claims.pop("sub") and None,
    "other key": lambda rng, world, header, claims, now: make(rng, "ES256", "").sign,
    "padding": lambda rng, world, header, claims, now: None,
    "two parts": lambda rng, world, header, claims, now: None,
}
