"""The entities of a question: those that are configured, and what a request adds to them."""

from __future__ import annotations

from .cedar import Entity, Uid

Entities = dict[Uid, Entity]


def configured(entries: list[dict]) -> Entities:
    """The entities of a configuration."""
    return {_uid(entry["uid"]): _entity(entry) for entry in entries}


def add(entities: Entities, uid: Uid, attributes: dict, parents: set[Uid]) -> Uid:
    """What a request says of an entity is added to what is configured."""
    known = entities.get(uid, Entity())
    entities[uid] = Entity(known.attributes | attributes, known.parents | parents)
    return uid


def attributes_of(entities: Entities, uid: Uid) -> set[str]:
    """The names of the attributes that are configured."""
    return set(entities.get(uid, Entity()).attributes)


def _entity(entry: dict) -> Entity:
    attributes = {name: _value(value) for name, value in entry["attrs"].items()}
    return Entity(attributes, frozenset(map(_uid, entry["parents"])))


def _uid(written: dict) -> Uid:
    return written["type"], written["id"]


def _value(value: object) -> object:
    return frozenset(map(_value, value)) if isinstance(value, list) else value
