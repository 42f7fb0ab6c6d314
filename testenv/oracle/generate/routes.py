"""Random routes: what they match, whom they let in, and what they accept."""

from __future__ import annotations

from random import Random

from . import sidecars, words
from .words import often
from .world import World

_PATHS = [
    (["GET"], "/shops/{shop}/orders"),
    (["POST"], "/shops/{shop}/orders"),
    (["GET", "HEAD"], "/shops/{shop}/orders/{order}"),
    (["GET"], "/shops/north/orders"),
    (None, "/files/{*rest}"),
    (["GET"], "/healthz"),
    (["DELETE"], "/shops/{shop}/orders/{order}"),
    (None, "/shops/{shop}/orders/export"),
    (["GET", "PUT"], "/users/{user}"),
]
_SCOPES = [
    {"all_of": ["orders:read"]},
    {"any_of": ["region:eu", "region:us"]},
    {"all_of": ["orders:read"], "any_of": ["region:eu", "orders:write"]},
]
_ACCEPTS = [
    {"content_types": ["application/json"], "body_bytes": 64},
    {"body_bytes": 0},
    {"query": ["expand", "limit"]},
    {"query": []},
    {"content_types": ["application/json", "text/plain"], "query": ["expand", "limit", "access_token"]},
]


def add(rng: Random, world: World) -> None:
    """Adds the routes."""
    routes = world.configuration["routes"] = []
    for methods, path in words.some(rng, _PATHS, 4):
        match: dict = {"path": path} | ({"methods": methods} if methods else {})
        routes.append({"name": f"route-{len(routes)}", "match": match})
        if often(rng, 0.2):
            routes.append({"name": f"route-{len(routes)}", "match": match | {"hosts": [rng.choice(words.HOSTS)]}})
    for route in routes:
        _complete(rng, world, route)


def _complete(rng: Random, world: World, route: dict) -> None:
    route["authenticate"] = _authenticate(rng, world)
    is_open = route["authenticate"] == "none"
    if not is_open and not world.sidecar and often(rng, 0.2):
        route["credential"] = rng.choice(["keep", "remove"])
    if not is_open and often(rng, 0.25):
        route["cors_preflight"] = "pass"
    if often(rng, 0.25):
        route["accepts"] = rng.choice(_ACCEPTS)


def _authenticate(rng: Random, world: World) -> str | dict:
    if world.sidecar:
        return sidecars.authenticate(rng, world)
    if often(rng, 0.12):
        return "none"
    jwt = world.configuration["jwt"]
    # Most routes take tokens.
    names = [*jwt["providers"], *jwt.get("api_keys", {})] if often(rng, 0.5) else list(jwt["providers"])
    chosen = words.some(rng, names, 1)
    asked: dict = {rng.choice(["any_of", "any_of", "any_of", "optional"]): chosen}
    if often(rng, 0.2):
        asked["audiences"] = words.some(rng, words.AUDIENCES, 1)
    if often(rng, 0.25) and any(_has_scopes(jwt, name) for name in chosen):
        asked["scopes"] = rng.choice(_SCOPES)
    return asked


def _has_scopes(jwt: dict, name: str) -> bool:
    """An ID token has no scopes: a route that takes nothing else would refuse everybody."""
    return jwt["providers"].get(name, {}).get("kind") in (None, "access_token", "generic")
