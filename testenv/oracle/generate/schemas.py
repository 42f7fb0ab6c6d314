"""Random schemas of a few types, and their text in Cedar's grammar."""

from __future__ import annotations

from random import Random

from ..reference.schemas import Schema
from .words import often

_USER = {"iss": "String", "tenant": "String", "level": "Long", "roles": "Set<String>", "vip": "Bool", "email": "String"}
_CONTEXT = {
    "method": "String",
    "route": "String",
    "path": "String",
    "host": "String",
    "channel": "String?",
    "weight": "Long?",
    "expand": "Set<String>?",
    "internal": "Bool?",
}
ACTIONS = ["list", "read", "write"]


def make(rng: Random, sidecar: bool) -> Schema:
    """A schema; only where workloads are proven can a request have a caller."""
    principals = {
        "User": _user(rng),
        "Partner": {"iss": "String?", "scopes": "Set<String>?"},
        "Workload": {"trust_domain": "String", "path": "String"},
    }
    if often(rng, 0.5):
        # What no claim says, and only an entity has.
        principals["Partner"]["desk"] = "String"
    members = _CONTEXT | ({"caller": "String?"} if sidecar else {})
    contexts = {action: _context(rng, members) for action in ACTIONS}
    takes = {action: _takes(rng, sorted(principals)) for action in ACTIONS}
    resources = {"Shop": {"open": "Bool?"}, "Order": {"shop": "String", "number": "Long?"}}
    if often(rng, 0.2):
        resources["Shop"]["open"] = "Bool"
    return Schema(principals, resources, contexts, takes)


def text(schema: Schema) -> str:
    """The schema as a configuration has it."""
    lines = ["entity Group in [Group];"]
    for name, attributes in schema.principals.items():
        lines.append(f"entity {name}{' in [Group]' if name == 'User' else ''} = {_record(attributes)};")
    lines.append(f"entity Shop in [Group] = {_record(schema.resources['Shop'])};")
    lines.append(f"entity Order in [Shop] = {_record(schema.resources['Order'])};")
    return "\n".join(lines + [_action(schema, action) for action in ACTIONS])


def _user(rng: Random) -> dict[str, str]:
    """Without `iss` two issuers' users would be one."""
    return {
        name: kind + ("?" if name != "iss" and often(rng, 0.6) else "")
        for name, kind in _USER.items()
        if name == "iss" or often(rng, 0.8)
    }


def _context(rng: Random, members: dict[str, str]) -> dict[str, str]:
    return {
        name: kind.rstrip("?") if name == "channel" and often(rng, 0.15) else kind
        for name, kind in members.items()
        if often(rng, 0.5)
    }


def _takes(rng: Random, principals: list[str]) -> frozenset[str]:
    return frozenset(["User", *rng.sample(principals, rng.choice([1, 2, 3, 3]))])


def _action(schema: Schema, action: str) -> str:
    principals, context = ", ".join(sorted(schema.takes[action])), _record(schema.contexts[action])
    applies = f"principal: [{principals}], resource: [Shop, Order], context: {context}"
    return f"action {action} appliesTo {{ {applies} }};"


def _record(members: dict[str, str]) -> str:
    return "{ " + ", ".join(_member(name, kind) for name, kind in members.items()) + " }"


def _member(name: str, kind: str) -> str:
    return f"{name}{'?' if kind.endswith('?') else ''}: {kind.rstrip('?')}"
