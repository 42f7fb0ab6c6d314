"""Random sections `authz`: a schema of a few types, principals, contexts, entities and policies."""

from __future__ import annotations

from random import Random

from ..reference import cedar_text
from ..reference.authorization import Rules, Schema
from . import policies, words
from .words import often
from .world import World

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
_SOURCES = {
    "channel": {"header": "x-channel"},
    "weight": {"header": "x-weight"},
    "expand": {"query": "expand"},
    "internal": {"header": "x-internal"},
}
ACTIONS = ["list", "read", "write"]


def add(rng: Random, world: World) -> None:
    """Adds the section, and `authorize` to every route; or not."""
    if not often(rng, 0.75):
        return
    schema = _schema(rng, world)
    routes = world.configuration["routes"]
    for route in routes:
        route["authorize"] = _authorize(rng, world, route, schema)
    if all(route["authorize"] == "none" for route in routes):
        route = routes[0]
        route["authorize"] = _question(rng, route, schema)
    asked = {route["authorize"]["action"] for route in routes if route["authorize"] != "none"}
    # A member of the context that no route's action declares is refused when it is loaded.
    sources = {
        name: source for name, source in _SOURCES.items() if any(name in schema.contexts[action] for action in asked)
    }
    rules = Rules(schema, policies.make(rng, schema))
    world.rules = rules
    world.configuration["authz"] = {
        "mode": "enforce",
        "schema": _text(schema),
        "policies": "\n\n".join(map(cedar_text.policy, rules.policies)),
        "principals": _principals(rng, world, schema),
        "entities": _entities(rng, schema),
        "context": sources,
    }
    if often(rng, 0.35):
        world.configuration["authz"]["shadow_routes"] = [
            rng.choice([r["name"] for r in routes if r["authorize"] != "none"])
        ]


def _schema(rng: Random, world: World) -> Schema:
    # Without `iss` two issuers' users would be one.
    user = {
        name: kind + ("?" if name != "iss" and often(rng, 0.6) else "")
        for name, kind in _USER.items()
        if name == "iss" or often(rng, 0.8)
    }
    principals = {
        "User": user,
        "Partner": {"iss": "String?", "scopes": "Set<String>?"},
        "Workload": {"trust_domain": "String", "path": "String"},
    }
    # Only where workloads are proven can a request have a caller.
    members = _CONTEXT | ({"caller": "String?"} if world.sidecar else {})
    if often(rng, 0.5):
        # What no claim says, and only an entity has.
        principals["Partner"]["desk"] = "String"
    contexts = {
        action: {
            name: kind.rstrip("?") if name == "channel" and often(rng, 0.15) else kind
            for name, kind in members.items()
            if often(rng, 0.5)
        }
        for action in ACTIONS
    }
    takes = {
        action: frozenset(rng.sample(sorted(principals), rng.choice([1, 2, 3, 3])) + ["User"]) for action in ACTIONS
    }
    resources = {"Shop": {"open": "Bool?"}, "Order": {"shop": "String", "number": "Long?"}}
    if often(rng, 0.2):
        resources["Shop"]["open"] = "Bool"
    return Schema(principals, resources, contexts, takes)


def _text(schema: Schema) -> str:
    lines = ["entity Group in [Group];"]
    for name, attributes in schema.principals.items():
        lines.append(f"entity {name}{' in [Group]' if name == 'User' else ''} = {_record(attributes)};")
    lines.append(f"entity Shop in [Group] = {_record(schema.resources['Shop'])};")
    lines.append(f"entity Order in [Shop] = {_record(schema.resources['Order'])};")
    for action in ACTIONS:
        lines.append(
            f"action {action} appliesTo {{ principal: [{', '.join(sorted(schema.takes[action]))}], resource: [Shop, Order], context: {_record(schema.contexts[action])} }};"
        )
    return "\n".join(lines)


def _record(members: dict[str, str]) -> str:
    return (
        "{ "
        + ", ".join(f"{name}{'?' if kind.endswith('?') else ''}: {kind.rstrip('?')}" for name, kind in members.items())
        + " }"
    )


def _principals(rng: Random, world: World, schema: Schema) -> list[dict]:
    def attributes(kind: str) -> dict:
        return {
            name: {"claim": "tctx.iss" if name == "iss" and world.sidecar else name}
            | ({"required": False} if of.endswith("?") else {})
            for name, of in schema.principals[kind].items()
        }

    entries = [
        {
            "of": "users",
            "type": "User",
            "attributes": attributes("User"),
            "parents": [{"type": "Group", "claim": "groups", "required": False}],
        }
    ]
    if often(rng, 0.85):
        entries.append(
            {
                "of": "api_keys",
                "type": "Partner",
                "attributes": {
                    "iss": {"claim": "iss", "required": False},
                    "scopes": {"claim": "scope", "split": True, "required": False},
                },
            }
        )
    if often(rng, 0.85):
        entries.append({"of": "workloads", "type": "Workload", "attributes": attributes("Workload")})
    return entries


def _entities(rng: Random, schema: Schema) -> list[dict]:
    groups = [
        {"uid": {"type": "Group", "id": "north"}, "attrs": {}, "parents": [{"type": "Group", "id": "staff"}]},
        {
            "uid": {"type": "Group", "id": "south"},
            "attrs": {},
            "parents": words.some(rng, [{"type": "Group", "id": "staff"}]),
        },
    ]
    shops = []
    # Routes with a shop of their own name this one.
    for name in ["north", *words.some(rng, words.SHOPS[1:])]:
        attrs = {"open": often(rng, 0.5)} if schema.resources["Shop"]["open"] == "Bool" or often(rng, 0.6) else {}
        shops.append(
            {
                "uid": {"type": "Shop", "id": name},
                "attrs": attrs,
                "parents": words.some(rng, [{"type": "Group", "id": "guests"}, {"type": "Group", "id": "north"}]),
            }
        )
    partners = [
        {"uid": {"type": "Partner", "id": name}, "attrs": {"desk": name}, "parents": []} for name in ("acme", "globex")
    ]
    return groups + shops + (partners if "desk" in schema.principals["Partner"] else [])


def _authorize(rng: Random, world: World, route: dict, schema: Schema) -> str | dict:
    if (
        route["match"]["path"] == "/healthz"
        or (route["authenticate"] == "none" and not world.sidecar)
        or often(rng, 0.1)
    ):
        return "none"
    return _question(rng, route, schema)


def _question(rng: Random, route: dict, schema: Schema) -> dict:
    path = route["match"]["path"]
    if "{order}" in path:
        attributes = {"shop": "{shop}"} | ({"number": "{order}"} if often(rng, 0.5) else {})
        resource = {
            "type": "Order",
            "id": "{shop}/{order}",
            "attributes": attributes,
            "parents": [{"type": "Shop", "id": "{shop}"}],
        }
    else:
        resource = {"type": "Shop", "id": "{shop}" if "{shop}" in path else "north"}
    return {"action": rng.choice(ACTIONS), "resource": resource}
