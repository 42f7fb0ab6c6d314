"""Requests as questions to policies (docs/authorization.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import cedar, queries
from .answers import Refusal, refusal
from .cedar import Entity, EntityRef, Question, Uid
from .identities import Identity
from .requests import Request
from .routing import Match


class Unfit(Exception):
    """A request that is no question; says the reason."""


@dataclass(frozen=True)
class Schema:
    """What the schema of a configuration declares, beside its text."""

    principals: dict[str, dict[str, str]]
    """Attributes of each type of principal and their types; `?` behind a type that is optional."""
    resources: dict[str, dict[str, str]]
    contexts: dict[str, dict[str, str]]
    """Members of the context of each action."""
    takes: dict[str, frozenset[str]]
    """Types of principals that an action takes."""


@dataclass(frozen=True)
class Rules:
    """Policies, and the schema that they were written for."""

    schema: Schema
    policies: list[cedar.Policy]


def decide(
    authz: dict,
    rules: Rules,
    match: Match,
    request: Request,
    path: str,
    identity: Identity | None,
    workload: str | None,
    forget: frozenset[str],
) -> Refusal | frozenset[str]:
    """The policies that permit, or the refusal."""
    try:
        question = _question(authz, rules.schema, match, request, path, identity, workload)
    except Unfit as unfit:
        return refusal("authz", *unfit.args)
    decision = cedar.decide(rules.policies, question, forget)
    if decision.reason == "permits":
        return decision.policies
    return refusal("authz", decision.reason, evidence=decision.policies)


def _question(
    authz: dict,
    schema: Schema,
    match: Match,
    request: Request,
    path: str,
    identity: Identity | None,
    workload: str | None,
) -> Question:
    """Everything that is unfit is found, for the documents do not put it in an order."""
    authorize = match.row["authorize"]
    action = authorize["action"]
    unfit: set[str] = set()
    entities = _entities(authz.get("entities", []))
    principal = _try(
        unfit,
        lambda: _principal(authz, schema, identity or _of_workload(workload, authz), entities, schema.takes[action]),
    )
    resource = _try(unfit, lambda: _resource(schema, authorize["resource"], match, entities))
    context = _context(authz, schema.contexts[action], match, request, path, identity, workload, unfit)
    # Whether anybody is there at all comes first: it has another status.
    for first in ("principal_missing", "principal_unmapped"):
        if first in unfit:
            raise Unfit(first)
    if unfit:
        raise Unfit(*unfit)
    return Question(principal, ("Action", action), resource, context, entities)


def _try(unfit: set[str], part):
    try:
        return part()
    except Unfit as found:
        unfit |= set(found.args)
        return None


def _entities(configured: list[dict]) -> dict[Uid, Entity]:
    return {
        (entry["uid"]["type"], entry["uid"]["id"]): Entity(
            {name: _value(value) for name, value in entry["attrs"].items()},
            frozenset((parent["type"], parent["id"]) for parent in entry["parents"]),
        )
        for entry in configured
    }


def _value(value: object) -> object:
    return frozenset(map(_value, value)) if isinstance(value, list) else value


def _principal(
    authz: dict, schema: Schema, identity: Identity | None, entities: dict[Uid, Entity], takes: frozenset[str]
) -> Uid:
    if identity is None:
        raise Unfit("principal_missing")
    entry = _entry(authz["principals"], identity)
    if entry is None:
        raise Unfit("principal_unmapped")
    claims = _mapped_claims(identity)
    unfit: set[str] = set()
    if entry["type"] not in takes:
        unfit.add("principal_type")
    attributes = {}
    for name, rule in entry.get("attributes", {}).items():
        claim = at(claims, rule["claim"])
        if claim is ABSENT:
            if rule.get("required", True):
                unfit.add("attribute_missing")
            continue
        try:
            attributes[name] = typed(
                frozenset(claim.split()) if rule.get("split") and isinstance(claim, str) else claim,
                schema.principals[entry["type"]][name].rstrip("?"),
            )
        except ValueError:
            unfit.add("attribute_type")
    parents = set()
    for rule in entry.get("parents", []):
        if rule["claim"] not in claims:
            if rule.get("required", True):
                unfit.add("attribute_missing")
            continue
        claim = claims[rule["claim"]]
        ids = claim if isinstance(claim, list) else [claim]
        if not all(isinstance(each, str) for each in ids):
            unfit.add("attribute_type")
        else:
            parents |= {(rule["type"], each) for each in ids}
    needed = {name for name, kind in schema.principals[entry["type"]].items() if not kind.endswith("?")} - set(
        entry.get("attributes", {})
    )
    if needed - set(entities.get((entry["type"], identity.subject), Entity()).attributes):
        unfit.add("principal_unknown")
    if unfit:
        raise Unfit(*unfit)
    return _add(entities, (entry["type"], identity.subject), attributes, parents)


def _of_workload(workload: str | None, authz: dict) -> Identity | None:
    """Where there is no credential, the workload is the principal, if such are mapped."""
    if workload is None or not any(entry["of"] == "workloads" for entry in authz["principals"]):
        return None
    return Identity("", "jwt_svid", workload, None, {}, frozenset(), frozenset(), None)


def _entry(principals: list[dict], identity: Identity) -> dict | None:
    kind = {"api_key": "api_keys", "jwt_svid": "workloads"}.get(identity.kind, "users")
    entries = [entry for entry in principals if entry["of"] == kind]
    named = [entry for entry in entries if identity.provider in entry.get("providers", [])]
    return next(iter(named + [entry for entry in entries if "providers" not in entry]), None)


ABSENT = object()


def at(claims: dict, path: str) -> object:
    """The claim that a path of names leads to, or `ABSENT`."""
    found: object = claims
    for name in path.split("."):
        if not isinstance(found, dict) or name not in found:
            return ABSENT
        found = found[name]
    return found


def _mapped_claims(identity: Identity) -> dict:
    if identity.kind != "jwt_svid":
        return identity.claims
    domain, _, path = identity.subject.removeprefix("spiffe://").partition("/")
    return {"sub": identity.subject, "trust_domain": domain, "path": "/" + path}


def typed(value: object, kind: str) -> object:
    """A claim as a value of a type. Raises ValueError for what does not fit: nothing is converted."""
    if kind == "String" and isinstance(value, str):
        return value
    if kind == "Bool" and isinstance(value, bool):
        return value
    if (
        kind == "Long"
        and isinstance(value, int)
        and not isinstance(value, bool)
        and cedar.LONG_MIN <= value <= cedar.LONG_MAX
    ):
        return value
    if kind == "Set<String>" and isinstance(value, (list, frozenset)):
        return frozenset(typed(entry, "String") for entry in value)
    raise ValueError(kind)


def typed_text(text: str, kind: str) -> object:
    """A text of a path, header or query as a value of a type. Raises ValueError."""
    if kind == "Long":
        if not re.fullmatch(r"0|-?[1-9][0-9]*", text):
            raise ValueError(kind)
        return typed(int(text), kind)
    if kind == "Bool":
        return {"true": True, "false": False}[text] if text in ("true", "false") else typed(None, kind)
    return typed(text, kind)


def fill(template: str, parameters: dict[str, str]) -> str:
    """A text in which `{name}` stands for a parameter."""

    def value(name: re.Match[str]) -> str:
        if name.group(1) not in parameters:
            raise Unfit("resource_missing")
        return parameters[name.group(1)]

    return re.sub(r"\{(\w+)\}", value, template)


def _resource(schema: Schema, resource: dict, match: Match, entities: dict[Uid, Entity]) -> Uid:
    attributes = {}
    for name, template in resource.get("attributes", {}).items():
        try:
            attributes[name] = typed_text(
                fill(template, match.parameters), schema.resources[resource["type"]][name].rstrip("?")
            )
        except ValueError:
            raise Unfit("resource_type") from None
    parents = {(parent["type"], fill(parent["id"], match.parameters)) for parent in resource.get("parents", [])}
    uid = (resource["type"], fill(resource["id"], match.parameters))
    needed = {name for name, kind in schema.resources[resource["type"]].items() if not kind.endswith("?")}
    if needed - set(attributes) - set(entities.get(uid, Entity()).attributes):
        raise Unfit("resource_unknown")
    return _add(entities, uid, attributes, parents)


def _add(entities: dict[Uid, Entity], uid: Uid, attributes: dict, parents: set[Uid]) -> Uid:
    """What a request says of an entity is added to what is configured."""
    known = entities.get(uid, Entity())
    entities[uid] = Entity(known.attributes | attributes, known.parents | parents)
    return uid


def _context(
    authz: dict,
    declared: dict[str, str],
    match: Match,
    request: Request,
    path: str,
    identity: Identity | None,
    workload: str | None,
    unfit: set[str],
) -> dict[str, object]:
    context: dict[str, object] = {}
    for name, kind in declared.items():
        try:
            value = _member(
                authz.get("context", {}).get(name), name, kind.rstrip("?"), match, request, path, identity, workload
            )
        except ValueError:
            unfit.add("context_type")
            continue
        if value is not None:
            context[name] = value
        elif not kind.endswith("?"):
            unfit.add("context_missing")
    return context


def _member(
    source: dict | None,
    name: str,
    kind: str,
    match: Match,
    request: Request,
    path: str,
    identity: Identity | None,
    workload: str | None,
) -> object:
    if source is None:
        return workload if name == "caller" else _built_in(name, kind, match, request, path, identity)
    if "header" in source:
        return _texts([_utf8(value) for value in request.values(source["header"])], kind)
    if "query" in source:
        return _texts([value for key, value in queries.parse(request.query or "") if key == source["query"]], kind)
    if "parameter" in source:
        return typed_text(match.parameters[source["parameter"]], kind)
    claims = _mapped_claims(identity) if identity else {}
    return typed(claims[source["claim"]], kind) if source["claim"] in claims else None


def _utf8(value: str) -> str:
    return value.encode("latin-1").decode("utf-8")


def _texts(values: list[str], kind: str) -> object:
    """Once, or not at all; of a set all of them."""
    if not values:
        return None
    if kind == "Set<String>":
        return frozenset(values)
    if len(values) > 1:
        raise ValueError("twice")
    return typed_text(values[0], kind)


def _built_in(name: str, kind: str, match: Match, request: Request, path: str, identity: Identity | None) -> object:
    if name == "token":
        return _token(kind, identity) if identity else None
    if name == "parameters":
        return match.parameters
    return {"method": request.method, "host": request.host, "path": path, "route": match.row["name"]}[name]


def _token(kind: str, identity: Identity) -> dict[str, object]:
    return {"provider": identity.provider, "kind": identity.kind, "issuer": identity.issuer, "scopes": identity.scopes}
