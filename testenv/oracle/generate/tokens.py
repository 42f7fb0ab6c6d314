"""Tokens for a provider: good ones, and ones that are wrong in one way each."""

from __future__ import annotations

from random import Random

from .defects import DEFECTS
from .drafts import Draft
from .words import often
from .world import World

_OF_EVERY_PROVIDER = ["other typ", "other audience", "expired", "not yet valid", "crit"]
_OF_KINDS = {
    "id_token": ["other azp", "no azp"],
    "jwt_svid": ["no kid", "other subject"],
    "access_token": ["no jti", "malformed jti", "no client"],
}


def make_token(rng: Random, world: World, provider: str, now: int) -> tuple[str, str]:
    """A token of a provider, and what is wrong with it."""
    draft = Draft(rng, world, provider, now)
    if often(rng, 0.7):
        return draft.text(), "good"
    defect = rng.choice(list(DEFECTS) + _telling(world, provider) * 6)
    DEFECTS[defect](draft)
    return draft.text(), defect


def _telling(world: World, name: str) -> list[str]:
    """Defects that tell much, and those that only some providers can see: they are made more often."""
    provider = world.configuration["jwt"]["providers"][name]
    found = list(_OF_KINDS.get(provider["kind"], []))
    if "max_lifetime_seconds" in provider:
        found.append("long life")
    if "subjects" in provider:
        found.append("other subject")
    found += _OF_EVERY_PROVIDER
    if "mint" in world.configuration.get("identity", {}):
        # Within the leeway a token is good, but there is no time left for an internal one.
        found.append("expired within the leeway")
    if f"{name}-twin" in world.signers[name]:
        found += ["no kid"] * 2
    return found
