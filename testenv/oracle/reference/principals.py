"""The principal of a question (docs/authorization.md)."""

from __future__ import annotations

from . import entities, typed
from .asking import Unfit, mapped_claims
from .cedar import Uid
from .entities import Entities
from .identities import Identity
from .schemas import Schema, required
from .turns import Turn

_ABSENT = object()


def principal(authz: dict, schema: Schema, turn: Turn, known: Entities, takes: frozenset[str]) -> Uid:
    """The one who asks, added to the entities. Raises Unfit with everything that is wrong."""
    identity = turn.identity or _of_workload(turn.workload, authz)
    if identity is None:
        raise Unfit("principal_missing")
    entry = _entry(authz["principals"], identity)
    if entry is None:
        raise Unfit("principal_unmapped")
    claims, uid, declared = mapped_claims(identity), (entry["type"], identity.subject), schema.principals[entry["type"]]
    unfit: set[str] = set() if entry["type"] in takes else {"principal_type"}
    attributes = _attributes(entry.get("attributes", {}), claims, declared, unfit)
    parents = _parents(entry.get("parents", []), claims, unfit)
    if required(declared) - set(entry.get("attributes", {})) - entities.attributes_of(known, uid):
        unfit.add("principal_unknown")
    if unfit:
        raise Unfit(*unfit)
    return entities.add(known, uid, attributes, parents)


def _of_workload(workload: str | None, authz: dict) -> Identity | None:
    """Where there is no credential, the workload is the principal, if such are mapped."""
    if workload is None or not any(entry["of"] == "workloads" for entry in authz["principals"]):
        return None
    return Identity("", "jwt_svid", workload, None, {}, frozenset(), frozenset(), None)


def _entry(principals: list[dict], identity: Identity) -> dict | None:
    kind = {"api_key": "api_keys", "jwt_svid": "workloads"}.get(identity.kind, "users")
    entries = [entry for entry in principals if entry["of"] == kind]
    named = [entry for entry in entries if identity.provider in entry.get("providers", [])]
    others = [entry for entry in entries if "providers" not in entry]
    return next(iter(named + others), None)


def _attributes(rules: dict[str, dict], claims: dict, declared: dict[str, str], unfit: set[str]) -> dict[str, object]:
    attributes = {}
    for name, rule in rules.items():
        claim = _at(claims, rule["claim"])
        if claim is _ABSENT:
            unfit |= _missing(rule)
            continue
        if rule.get("split") and isinstance(claim, str):
            claim = frozenset(claim.split())
        try:
            attributes[name] = typed.of_claim(claim, declared[name].rstrip("?"))
        except ValueError:
            unfit.add("attribute_type")
    return attributes


def _parents(rules: list[dict], claims: dict, unfit: set[str]) -> set[Uid]:
    parents = set()
    for rule in rules:
        if rule["claim"] not in claims:
            unfit |= _missing(rule)
            continue
        claim = claims[rule["claim"]]
        ids = claim if isinstance(claim, list) else [claim]
        if all(isinstance(each, str) for each in ids):
            parents |= {(rule["type"], each) for each in ids}
        else:
            unfit.add("attribute_type")
    return parents


def _missing(rule: dict) -> set[str]:
    return {"attribute_missing"} if rule.get("required", True) else set()


def _at(claims: dict, path: str) -> object:
    """The claim that a path of names leads to, or `_ABSENT`."""
    found: object = claims
    for name in path.split("."):
        if not isinstance(found, dict) or name not in found:
            return _ABSENT
        found = found[name]
    return found
