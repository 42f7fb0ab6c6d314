"""Random maps of identities to principals."""

from __future__ import annotations

from random import Random

from ..reference.schemas import Schema
from .words import often

_PARTNER = {
    "iss": {"claim": "iss", "required": False},
    "scopes": {"claim": "scope", "split": True, "required": False},
}
_GROUPS = {"type": "Group", "claim": "groups", "required": False}


def make(rng: Random, sidecar: bool, schema: Schema) -> list[dict]:
    """Users always, and often partners and workloads."""
    user, workload = (_attributes(schema.principals[kind], sidecar) for kind in ("User", "Workload"))
    entries = [{"of": "users", "type": "User", "attributes": user, "parents": [_GROUPS]}]
    if often(rng, 0.85):
        entries.append({"of": "api_keys", "type": "Partner", "attributes": _PARTNER})
    if often(rng, 0.85):
        entries.append({"of": "workloads", "type": "Workload", "attributes": workload})
    return entries


def _attributes(members: dict[str, str], sidecar: bool) -> dict:
    return {name: _attribute(name, kind, sidecar) for name, kind in members.items()}


def _attribute(name: str, kind: str, sidecar: bool) -> dict:
    """At a sidecar who vouches for a user stands in the context of the internal token."""
    claim = "tctx.iss" if name == "iss" and sidecar else name
    return {"claim": claim} | ({"required": False} if kind.endswith("?") else {})
