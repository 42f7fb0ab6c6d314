"""Random configurations that the filter must accept."""

from __future__ import annotations

from random import Random

from . import api_keys, authorizations, edges, limits, providers, routes, sidecars
from .words import often
from .world import World


def make_world(seed: str, number: int, started: int) -> World:
    """The configuration of that number; `started` is the second from which the ends of API keys are told."""
    rng = Random(f"{seed}/configuration/{number}")
    world = World(number)
    world.configuration["realm"] = rng.choice(["shop", "watchword"])
    world.sidecar = often(rng, 0.25)
    if world.sidecar:
        sidecars.add_identity(rng, world, seed)
    else:
        providers.add(rng, world, seed)
        api_keys.add(rng, world, started)
        edges.add(rng, world, seed)
    limits.add(rng, world)
    routes.add(rng, world)
    limits.use(rng, world)
    edges.add_parameters(rng, world)
    authorizations.add(rng, world)
    world.configuration["unknown_route"] = rng.choice(_unknown_route(world))
    return world


def _unknown_route(world: World) -> list[str]:
    """Where no token is verified, nobody can be authenticated."""
    is_peer = "peer" in world.configuration.get("identity", {})
    return ["deny", "deny", "allow"] + ([] if is_peer else ["authenticated"])
