"""Random sets of API keys: good ones, ended ones, and ones that are not valid yet."""

from __future__ import annotations

import hashlib
from random import Random

from . import words
from .words import often
from .world import World

_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SECRET_LETTERS = 43
"""Letters of a secret: as many as 256 bits need in base64url."""


def add(rng: Random, world: World, started: int) -> None:
    """Adds sets of keys to the section `jwt`, or none."""
    sets = {}
    for name in words.some(rng, ["partners", "robots"]):
        world.api_keys[name] = []
        keys = [_key(rng, world, name, place, started) for place in range(rng.randint(1, 3))]
        sets[name] = {"source": {"header": f"x-{name}-key"}, "keys": keys}
        if often(rng, 0.3):
            sets[name]["forward"] = True
    if sets:
        world.configuration["jwt"]["api_keys"] = sets


def _key(rng: Random, world: World, name: str, place: int, started: int) -> dict:
    key_id = f"{name}{place}"
    text = f"{key_id}." + "".join(rng.choice(_LETTERS) for _ in range(_SECRET_LETTERS))
    digest = hashlib.sha256(text.encode()).hexdigest()
    key = {"id": key_id, "sha256": digest, "owner": rng.choice(["acme", "globex", "robot 7"])}
    if often(rng, 0.7):
        key["scopes"] = words.some(rng, words.SCOPES, 1)
    world.api_keys[name].append(text)
    return key | rng.choice(_terms(started))


def _terms(started: int) -> list[dict]:
    return [{}, {}, {"expires": started - 3600}, {"not_before": started + 36_000}, {"expires": started + 36_000}]
