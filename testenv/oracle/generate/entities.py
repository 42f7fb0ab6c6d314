"""Random entities that a configuration knows beforehand."""

from __future__ import annotations

from random import Random

from ..reference.schemas import Schema
from . import words
from .words import often


def make(rng: Random, schema: Schema) -> list[dict]:
    """Groups and shops; and partners, where these have what only an entity can say."""
    groups = [
        _entity("Group", "north", {}, [_uid("Group", "staff")]),
        _entity("Group", "south", {}, words.some(rng, [_uid("Group", "staff")])),
    ]
    # Routes with a shop of their own name this one.
    names = ["north", *words.some(rng, words.SHOPS[1:])]
    shops = [_shop(rng, schema, name) for name in names]
    partners = [_entity("Partner", name, {"desk": name}, []) for name in ("acme", "globex")]
    return groups + shops + (partners if "desk" in schema.principals["Partner"] else [])


def _shop(rng: Random, schema: Schema, name: str) -> dict:
    says = schema.resources["Shop"]["open"] == "Bool" or often(rng, 0.6)
    attributes = {"open": often(rng, 0.5)} if says else {}
    return _entity("Shop", name, attributes, words.some(rng, [_uid("Group", "guests"), _uid("Group", "north")]))


def _entity(kind: str, name: str, attributes: dict, parents: list[dict]) -> dict:
    return {"uid": _uid(kind, name), "attrs": attributes, "parents": parents}


def _uid(kind: str, name: str) -> dict:
    return {"type": kind, "id": name}
