"""What a request shows: one credential of those that its route takes, mostly; sometimes none, several, or another."""

from __future__ import annotations

from random import Random

from .internal_tokens import make_internal
from .sketches import Sketch
from .tokens import make_token
from .words import often
from .workloads import NOBODY, WORKLOADS
from .world import World

_HOW_MANY = [0, *[1] * 14, 2]
_SCHEMES = ["Bearer", "Bearer", "bearer", "BEARER"]
_CALLERS = ["edge", "orders", "orders", "web", "deep"]
_BESIDE_A_COOKIE = [("", ""), ("a=b; ", ""), ("", "; theme=dark"), ("x=1; ", "; y=2")]


def show(rng: Random, world: World, route: dict, sketch: Sketch, now: int) -> tuple[str, ...] | None:
    """Adds credentials. Returns the names of the workload that calls, where there is one."""
    if world.sidecar:
        return _show_internal(rng, world, sketch, now)
    jwt = world.configuration["jwt"]
    names = _names(rng, jwt, route["authenticate"])
    for _ in range(rng.choice(_HOW_MANY)):
        name = rng.choice(names)
        if name in jwt["providers"]:
            token, defect = make_token(rng, world, name, now)
            sketch.story.append(f"token of {name}: {defect}")
            _place(rng, rng.choice(jwt["sources"]), token, sketch)
        else:
            key, defect = _api_key(rng, world, name)
            sketch.story.append(f"API key of {name}: {defect}")
            sketch.headers.append((jwt["api_keys"][name]["source"]["header"], key))
    return None


def _names(rng: Random, jwt: dict, asked: str | dict) -> list[str]:
    if isinstance(asked, str) or often(rng, 0.06):
        return [*jwt["providers"], *jwt.get("api_keys", {})]
    return next(iter(asked.values()))


def _show_internal(rng: Random, world: World, sketch: Sketch, now: int) -> tuple[str, ...] | None:
    """An internal token, mostly, by a workload that may call, mostly."""
    for _ in range(rng.choice(_HOW_MANY)):
        token, defect = make_internal(rng, world, now)
        sketch.story.append(f"internal token: {defect}")
        sketch.headers.append(("Txn-Token", token))
    name = rng.choice(_CALLERS if often(rng, 0.85) else [*WORKLOADS, NOBODY])
    sketch.story.append(f"by {name}")
    return WORKLOADS.get(name)


def _place(rng: Random, source: dict, token: str, sketch: Sketch) -> None:
    if "cookie" in source:
        before, after = rng.choice(_BESIDE_A_COOKIE)
        sketch.headers.append(("Cookie", f"{before}{source['cookie']}={token}{after}"))
    elif "query" in source:
        sketch.query.insert(rng.randint(0, len(sketch.query)), f"{source['query']}={token}")
    elif "scheme" in source:
        sketch.headers.append((rng.choice(["Authorization", "authorization"]), _with_scheme(rng, token)))
    else:
        sketch.headers.append((source["header"], token))


def _with_scheme(rng: Random, token: str) -> str:
    if often(rng, 0.9):
        return f"{rng.choice(_SCHEMES)} {token}"
    wrong = [
        f"Bearer  {token}",
        "Basic dXNlcjpwYXNz",
        "Bearer",
        token,
        f"Bearer {token}, Bearer {token}",
        f"Bearer\t{token}",
        f"Bearer {token} x",
        f"DPoP {token}",
        f"Bearer {token},",
    ]
    return rng.choice(wrong)


def _api_key(rng: Random, world: World, name: str) -> tuple[str, str]:
    key = rng.choice(world.api_keys[name])
    if often(rng, 0.7):
        return key, "as configured"
    key_id, _, secret = key.partition(".")
    wrong = [
        (key[:-1], "shortened"),
        (f"{key}x", "longer"),
        (f"nobody.{secret}", "of nobody"),
        (key_id, "without secret"),
        (f".{key}", "without id"),
        (key.upper(), "in upper case"),
        (f"a b.{key}", "an id that cannot be"),
        (f"{key_id}..{secret}", "two dots"),
    ]
    return rng.choice(wrong)
