"""The context of a question (docs/authorization.md)."""

from __future__ import annotations

from . import queries, typed
from .asking import mapped_claims
from .identities import Identity
from .turns import Turn


def context(authz: dict, declared: dict[str, str], turn: Turn, unfit: set[str]) -> dict[str, object]:
    """The members that an action declares. What is wrong with them is added to `unfit`."""
    found: dict[str, object] = {}
    for name, kind in declared.items():
        source = authz.get("context", {}).get(name)
        try:
            value = _member(source, kind.rstrip("?"), turn) if source else _built_in(name, turn)
        except ValueError:
            unfit.add("context_type")
            continue
        if value is not None:
            found[name] = value
        elif not kind.endswith("?"):
            unfit.add("context_missing")
    return found


def _member(source: dict, kind: str, turn: Turn) -> object:
    if "header" in source:
        return _texts([_utf8(value) for value in turn.request.values(source["header"])], kind)
    if "query" in source:
        pairs = queries.parse(turn.request.query or "")
        return _texts([value for name, value in pairs if name == source["query"]], kind)
    if "parameter" in source:
        return typed.of_text(turn.match.parameters[source["parameter"]], kind)
    claims = mapped_claims(turn.identity) if turn.identity else {}
    return typed.of_claim(claims[source["claim"]], kind) if source["claim"] in claims else None


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
    return typed.of_text(values[0], kind)


def _built_in(name: str, turn: Turn) -> object:
    request, match = turn.request, turn.match
    return {
        "caller": turn.workload,
        "token": _token(turn.identity) if turn.identity else None,
        "parameters": match.parameters,
        "method": request.method,
        "host": request.host,
        "path": turn.path,
        "route": match.row["name"],
    }[name]


def _token(identity: Identity) -> dict[str, object]:
    return {"provider": identity.provider, "kind": identity.kind, "issuer": identity.issuer, "scopes": identity.scopes}
