"""Random limits, and the routes that ask them."""

from __future__ import annotations

from random import Random

from .words import often
from .world import World

SECONDS_OF_A_DAY = 86_400
"""In which one request of a limit comes back: never while a run lasts."""
_OF_A_REQUEST = [
    "route",
    "method",
    "client_address",
    {"header": "x-plan"},
    {"constant": {"name": "tier", "value": "gold"}},
]
"""Parts of keys that are known before any credential."""
_OF_A_CALLER = ["subject", "issuer", "api_key", {"claim": "tenant"}, {"claim": "level"}]
_OF_A_CALLER_IN_A_MESH = ["subject", "issuer", "workload", {"claim": "tenant"}, {"claim": "level"}]
_HEADERS = [["standard"], ["standard", "legacy"], ["legacy"], []]


def add(rng: Random, world: World) -> None:
    """Adds the section `ratelimit`, mostly."""
    if not often(rng, 0.7):
        return
    limits = {}
    for place in range(rng.randint(1, 4)):
        # Plugins of one VM share the counts of limits with one name and definition, so each has its own names.
        limits[f"{rng.choice('abxz')}{place}-c{world.number}"] = _limit(rng, world.sidecar)
    world.configuration["ratelimit"] = {"slots": 64, "headers": rng.choice(_HEADERS), "limits": limits}


def use(rng: Random, world: World) -> None:
    """Names every limit in a route; one by credential only where there is one."""
    limits = world.configuration.get("ratelimit", {}).get("limits", {})
    for name, limit in list(limits.items()):
        able = _able(world, limit)
        if not able:
            del limits[name]
            continue
        for route in rng.sample(able, min(len(able), rng.randint(1, 4))):
            cost = rng.choice([None, None, 1, 2])
            route.setdefault("limits", []).append({"name": name, "cost": cost} if cost else name)
    if not limits:
        world.configuration.pop("ratelimit", None)


def _limit(rng: Random, sidecar: bool) -> dict:
    early = often(rng, 0.3)
    burst = rng.choice([2, 3, 5, 8, 13, 28])
    limit: dict = {"requests": 1, "per_seconds": SECONDS_OF_A_DAY, "burst": burst}
    if often(rng, 0.2):
        limit = {"requests": burst, "per_seconds": SECONDS_OF_A_DAY * burst}
    limit["key"] = rng.sample(_parts(early, sidecar), rng.randint(1, 3))
    limit["when_missing"] = rng.choice(["refuse", "skip", "skip", "shared"])
    if early:
        limit["before_auth"] = True
    if often(rng, 0.15):
        limit["mode"] = "shadow"
    if often(rng, 0.3):
        limit["cost"] = rng.choice(_costs(burst))
    return limit


def _parts(early: bool, sidecar: bool) -> list[str | dict]:
    if early:
        return _OF_A_REQUEST
    return _OF_A_REQUEST + (_OF_A_CALLER_IN_A_MESH if sidecar else _OF_A_CALLER)


def _costs(burst: int) -> list[int | dict]:
    told = {"header": "x-weight", "most": min(4, burst)}
    return [2, told, told | {"default": 2}]


def _able(world: World, limit: dict) -> list[dict]:
    """The routes that can have this limit."""
    of_caller = any(_is_of_caller(part) for part in limit["key"])
    able = [route for route in world.configuration["routes"] if route["authenticate"] != "none" or not of_caller]
    if "api_key" not in limit["key"]:
        return able
    sets = world.configuration.get("jwt", {}).get("api_keys", {})
    return [route for route in able if any(name in sets for name in _taken(route))]


def _is_of_caller(part: str | dict) -> bool:
    return part in ("subject", "issuer", "api_key") or (isinstance(part, dict) and "claim" in part)


def _taken(route: dict) -> list[str]:
    """What a route takes credentials of."""
    asked = route["authenticate"]
    return next(iter(asked.values())) if isinstance(asked, dict) else []
