"""Random sections `identity` of an edge: what the service is told, and internal tokens that it makes."""

from __future__ import annotations

from random import Random

from . import words
from .private_keys import make
from .words import often
from .world import World

SECRET = "ORACLE_EDGE_KEY"
"""Where the environment has the key that signs internal tokens."""
_HEADERS = [{"subject": "x-user"}, {"subject": "x-user-id", "from_claims": {"x-tenant": "tenant"}}]


def add(rng: Random, world: World, seed: str) -> None:
    """Adds the section, mostly."""
    if not often(rng, 0.7):
        return
    identity = world.configuration["identity"] = {}
    if often(rng, 0.3):
        identity["headers"] = rng.choice(_HEADERS)
    if often(rng, 0.2):
        identity["client_certificate_headers"] = "keep"
    if often(rng, 0.6):
        world.edge = make(Random(f"{seed}/edge"), "ES256", seed)
        world.environment[SECRET] = world.edge.pem()
        identity["mint"] = _mint(rng)


def add_parameters(rng: Random, world: World) -> None:
    """Adds a parameter of routes to internal tokens. One that no route has is refused when it is loaded."""
    mint = world.configuration.get("identity", {}).get("mint")
    has_shop = any("{shop}" in route["match"]["path"] for route in world.configuration["routes"])
    if mint and has_shop and often(rng, 0.4):
        mint["parameters"] = ["shop"]


def _mint(rng: Random) -> dict:
    return {
        "issuer": "https://edge.shop.test",
        "trust_domain": "shop.test",
        "workload": "spiffe://shop.test/edge",
        "key": {"secret": SECRET, "id": "edge-1"},
        "lifetime_seconds": rng.choice([30, 60, 300]),
        "claims": ["iss", *words.some(rng, ["tenant", "level", "roles", "email"])],
        "transaction": rng.choice(["token", "request"]),
    }
