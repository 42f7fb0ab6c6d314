"""The resource of a question: texts of the route, filled with parameters of the path (docs/authorization.md)."""

from __future__ import annotations

import re

from . import entities, typed
from .asking import Unfit
from .cedar import Uid
from .entities import Entities
from .schemas import Schema, required
from .turns import Turn


def resource(schema: Schema, turn: Turn, known: Entities) -> Uid:
    """What is asked for, added to the entities. Raises Unfit."""
    written, parameters = turn.match.row["authorize"]["resource"], turn.match.parameters
    declared = schema.resources[written["type"]]
    attributes = _attributes(written.get("attributes", {}), parameters, declared)
    parents = {(parent["type"], _fill(parent["id"], parameters)) for parent in written.get("parents", [])}
    uid = (written["type"], _fill(written["id"], parameters))
    if required(declared) - set(attributes) - entities.attributes_of(known, uid):
        raise Unfit("resource_unknown")
    return entities.add(known, uid, attributes, parents)


def _attributes(templates: dict[str, str], parameters: dict[str, str], declared: dict[str, str]) -> dict[str, object]:
    try:
        return {
            name: typed.of_text(_fill(template, parameters), declared[name].rstrip("?"))
            for name, template in templates.items()
        }
    except ValueError:
        raise Unfit("resource_type") from None


def _fill(template: str, parameters: dict[str, str]) -> str:
    """A text in which `{name}` stands for a parameter."""

    def value(name: re.Match[str]) -> str:
        if name.group(1) not in parameters:
            raise Unfit("resource_missing")
        return parameters[name.group(1)]

    return re.sub(r"\{(\w+)\}", value, template)
