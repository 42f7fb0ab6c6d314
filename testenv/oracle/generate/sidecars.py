"""Random configurations of an inbound listener in a mesh: internal tokens, and workloads that mutual TLS proves."""

from __future__ import annotations

from random import Random

from . import words
from .private_keys import PrivateKey, make
from .words import often
from .world import World

CALLERS = [
    "spiffe://shop.test/edge",
    "spiffe://shop.test/ns/*/sa/web",
    "spiffe://shop.test/ns/shop/**",
    "spiffe://shop.test/ns/shop/sa/*",
]
_HEADERS = [
    {"subject": "x-user"},
    {"select": ["tenant", "level"]},
    {"subject": "x-user-id", "caller": "x-from", "from_claims": {"x-tenant": "tenant", "x-vouched": "iss"}},
]
_SCOPES = [{"all_of": ["orders:read"]}, {"any_of": ["region:eu", "region:us"]}]


def add_identity(rng: Random, world: World, seed: str) -> None:
    """The role, and the keys of the edge that it trusts."""
    callers = words.some(rng, CALLERS, 1)
    world.edge = make(Random(f"{seed}/edge"), "ES256", seed)
    identity = world.configuration["identity"] = {}
    if often(rng, 0.25):
        identity["peer"] = {"callers": callers}
        # Of a user nothing is known there that could be told.
        identity["headers"] = rng.choice([{}, {"caller": "x-from"}])
        return
    identity["verify"] = _verify(world.edge, callers) | rng.choice([{}, {"leeway_seconds": 0}, {"leeway_seconds": 60}])
    if often(rng, 0.5):
        identity["headers"] = rng.choice(_HEADERS)


def authenticate(rng: Random, world: World) -> str | dict:
    """What a route of a sidecar asks for."""
    if "peer" in world.configuration["identity"] or often(rng, 0.15):
        return "none"
    asked: dict = {rng.choice(["any_of", "any_of", "any_of", "optional"]): ["internal"]}
    if often(rng, 0.15):
        asked["audiences"] = [rng.choice(["shop.test", "shop.test", "orders"])]
    if often(rng, 0.25):
        asked["scopes"] = rng.choice(_SCOPES)
    return asked


def _verify(edge: PrivateKey, callers: list[str]) -> dict:
    return {
        "issuer": "https://edge.shop.test",
        "trust_domain": "shop.test",
        "keys": {"inline": {"keys": [edge.jwk(kid="edge-1", alg="ES256")]}},
        "callers": callers,
    }
