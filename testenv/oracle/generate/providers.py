"""Random providers of tokens, and the places where tokens are looked for."""

from __future__ import annotations

from random import Random

from . import provider_keys, words
from .words import often
from .world import World

_BEARER = {"header": "authorization", "scheme": "Bearer"}
_SOURCES = [
    [_BEARER],
    [_BEARER, {"cookie": "session"}],
    [_BEARER, {"query": "access_token"}],
    [{"header": "x-token"}, _BEARER],
]
_NAMES = ["corp", "partner", "legacy"]
_ISSUERS = ["access_token", "generic", "id_token"]
"""Kinds whose tokens have an `iss`."""
_LEEWAYS = [0, 300, {"exp": 0}, {"nbf": 300, "iat": 0}]
_REQUIRED_CLAIMS = [
    {"tenant": words.TENANTS[:2]},
    {"email": []},
    {"level": [2, 3]},
    {"roles": ["reader", "admin"]},
    {"vip": [True]},
]
_SUBJECTS = [["svc-*", "zoe"], ["*"], ["*a*", "y*i", "z*"]]


def add(rng: Random, world: World, seed: str) -> None:
    """Adds the section `jwt`, with one to three providers."""
    jwt = world.configuration["jwt"] = {"providers": {}}
    jwt["sources"] = rng.choice(_SOURCES)
    for name, kind in zip(_NAMES, _kinds(rng), strict=False):
        jwt["providers"][name] = _provider(rng, world, seed, name, kind)


def _kinds(rng: Random) -> list[str]:
    """Beside a JWT-SVID, which need not have `iss`, only access tokens can be told apart."""
    three = rng.sample([*_ISSUERS, "generic", "access_token"], 3)
    two = rng.sample(_ISSUERS, 2)
    one = [rng.choice(_ISSUERS)]
    return rng.choice([["access_token", "jwt_svid"], ["jwt_svid"], three, two, one])


def _provider(rng: Random, world: World, seed: str, name: str, kind: str) -> dict:
    is_workload = kind == "jwt_svid"
    provider: dict = {"kind": kind, "audiences": words.some(rng, words.AUDIENCES[:2], 1)}
    provider |= {"trust_domain": "shop.test"} if is_workload else {"issuer": f"https://{name}.issuer.test"}
    provider_keys.add(rng, world, seed, name, provider)
    if often(rng, 0.3):
        provider["leeway_seconds"] = rng.choice(_LEEWAYS)
    if often(rng, 0.2):
        provider["max_lifetime_seconds"] = 3600
    if not is_workload and often(rng, 0.3):
        provider["required_claims"] = rng.choice(_REQUIRED_CLAIMS)
    if kind in ("access_token", "generic") and often(rng, 0.2):
        provider["required_scopes"] = ["orders:read"]
    if not is_workload and often(rng, 0.2):
        provider["subjects"] = rng.choice(_SUBJECTS)
    if often(rng, 0.2):
        provider["forward"] = True
    return provider
