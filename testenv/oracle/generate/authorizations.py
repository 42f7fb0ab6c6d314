"""Random sections `authz`, and what routes ask of them."""

from __future__ import annotations

from random import Random

from ..reference import cedar_text
from ..reference.schemas import Rules, Schema
from . import entities, policies, principals, schemas
from .words import often
from .world import World

_SOURCES = {
    "channel": {"header": "x-channel"},
    "weight": {"header": "x-weight"},
    "expand": {"query": "expand"},
    "internal": {"header": "x-internal"},
}


def add(rng: Random, world: World) -> None:
    """Adds the section, and `authorize` to every route; or not."""
    if not often(rng, 0.75):
        return
    schema = schemas.make(rng, world.sidecar)
    asking = _ask(rng, world)
    world.rules = Rules(schema, policies.make(rng, schema))
    world.configuration["authz"] = {
        "mode": "enforce",
        "schema": schemas.text(schema),
        "policies": "\n\n".join(map(cedar_text.policy, world.rules.policies)),
        "principals": principals.make(rng, world.sidecar, schema),
        "entities": entities.make(rng, schema),
        "context": _context(schema, {route["authorize"]["action"] for route in asking}),
    }
    if often(rng, 0.35):
        world.configuration["authz"]["shadow_routes"] = [rng.choice([route["name"] for route in asking])]


def _ask(rng: Random, world: World) -> list[dict]:
    """Gives `authorize` to every route. Returns those that ask a question: one at least."""
    routes = world.configuration["routes"]
    for route in routes:
        route["authorize"] = "none" if _asks_nothing(rng, world, route) else _question(rng, route)
    if all(route["authorize"] == "none" for route in routes):
        routes[0]["authorize"] = _question(rng, routes[0])
    return [route for route in routes if route["authorize"] != "none"]


def _asks_nothing(rng: Random, world: World, route: dict) -> bool:
    is_open = route["authenticate"] == "none" and not world.sidecar
    return route["match"]["path"] == "/healthz" or is_open or often(rng, 0.1)


def _question(rng: Random, route: dict) -> dict:
    path = route["match"]["path"]
    resource: dict = {"type": "Shop", "id": "{shop}" if "{shop}" in path else "north"}
    if "{order}" in path:
        resource = {
            "type": "Order",
            "id": "{shop}/{order}",
            "attributes": {"shop": "{shop}"} | ({"number": "{order}"} if often(rng, 0.5) else {}),
            "parents": [{"type": "Shop", "id": "{shop}"}],
        }
    return {"action": rng.choice(schemas.ACTIONS), "resource": resource}


def _context(schema: Schema, asked: set[str]) -> dict[str, dict]:
    """A member of the context that no route's action declares is refused when it is loaded."""
    declared = {name for action in asked for name in schema.contexts[action]}
    return {name: source for name, source in _SOURCES.items() if name in declared}
