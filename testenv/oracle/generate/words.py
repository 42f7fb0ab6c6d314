"""The few words that configurations, claims, requests and policies choose from, so that they often meet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

TENANTS = ["acme", "globex", "initech"]
ROLES = ["reader", "writer", "admin", "auditor"]
GROUPS = ["staff", "north", "south", "guests"]
SUBJECTS = ["zoe", "yuri", "svc-batch", "svc-mail", "max", "Ünal"]
SCOPES = ["orders:read", "orders:write", "region:eu", "region:us"]
AUDIENCES = ["shop-api", "orders", "billing"]
CHANNELS = ["web", "warehouse", "shop*1", "wa"]
EMAILS = ["zoe@acme.test", "max@globex.test", "root@localhost", "a*b@acme.test"]
LEVELS = [0, 1, 2, 3, 7, -1, 2**63 - 1, -(2**63)]
SHOPS = ["north", "south", "east", "7"]
HOSTS = ["shop.test", "api.shop.test"]


def some(rng: Random, words: list, least: int = 0) -> list:
    """Several different words in any order."""
    return rng.sample(words, rng.randint(least, len(words)))


def often(rng: Random, chance: float) -> bool:
    """True with this probability."""
    return rng.random() < chance


def members(rng: Random, table: Iterable[tuple[str, float, Callable[[Random], object]]]) -> dict[str, object]:
    """An object of some members: of each row the name, how probable it is, and how its value is chosen."""
    return {name: value(rng) for name, chance, value in table if often(rng, chance)}
