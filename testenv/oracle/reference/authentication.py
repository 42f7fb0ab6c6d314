"""Whose request it is (docs/credentials.md, "What a route asks for"; docs/identity.md, "At a sidecar: verify")."""

from __future__ import annotations

from . import api_keys, credentials, sidecar, tokens
from .answers import Refusal, refusal
from .credentials import Credential
from .identities import Identity
from .turns import Turn


def authenticate(configuration: dict, secrets: dict[str, str], turn: Turn, forget: frozenset[str]) -> Refusal | None:
    """Finds out who asks, and takes the credential away where nobody else needs it."""
    asked = turn.match.row["authenticate"] if turn.match else _unknown(configuration)
    if asked == "none":
        return None
    verify = configuration.get("identity", {}).get("verify")
    if verify is not None:
        is_required = turn.match is None or "any_of" in asked
        found = sidecar.user(verify, is_required, turn.request, turn.now, forget)
    else:
        found = _by_credential(configuration.get("jwt", {}), secrets, asked, turn, forget)
    if isinstance(found, Refusal):
        return found
    if found is None and turn.match is None:
        # A bad credential is refused for what it is, and nobody by whoever asks for somebody.
        return refusal("route", "identity_missing")
    turn.identity, turn.answer.known = found, found is not None
    return None


def admit(turn: Turn, forget: frozenset[str]) -> Refusal | None:
    """docs/credentials.md, "What a route asks for": audiences and scopes."""
    asked, identity = turn.match.row["authenticate"] if turn.match else "none", turn.identity
    if asked == "none" or identity is None:
        return None
    if identity.kind != "api_key" and "audiences" in asked and not identity.audiences & set(asked["audiences"]):
        return refusal("route", "audience_not_of_route")
    scopes = asked.get("scopes", {})
    all_of, any_of = frozenset(scopes.get("all_of", [])), frozenset(scopes.get("any_of", []))
    has_scopes = all_of <= identity.scopes and (not any_of or any_of & identity.scopes)
    if not has_scopes and "scopes" not in forget:
        return refusal("route", "scope_not_of_route", scopes=all_of | any_of)
    return None


def _unknown(configuration: dict) -> str | dict:
    """What a request that no route matches is asked for."""
    if configuration.get("unknown_route") != "authenticated":
        return "none"
    jwt = configuration.get("jwt", {})
    return {"optional": [*jwt.get("providers", {}), *jwt.get("api_keys", {})]}


def _by_credential(
    jwt: dict, secrets: dict[str, str], asked: dict, turn: Turn, forget: frozenset[str]
) -> Identity | Refusal | None:
    names = asked.get("any_of", asked.get("optional"))
    found = credentials.find(jwt, names, turn.request, forget)
    if isinstance(found, Refusal):
        return found
    if not found:
        return None if "optional" in asked else refusal("jwt", "credential_missing")
    credential = found[0]
    turn.answer.private = "query" in credential.source
    if credential.api_keys is not None:
        keys = jwt["api_keys"][credential.api_keys]["keys"]
        identity = api_keys.judge(credential.text, credential.api_keys, keys, turn.now, forget)
    else:
        providers = {name: provider for name, provider in jwt["providers"].items() if name in names}
        identity = tokens.judge(credential.text, providers, secrets, turn.now, forget)
    if isinstance(identity, Identity) and not _is_kept(jwt, identity, credential, turn):
        turn.request = credentials.take_away(turn.request, credential)
    return identity


def _is_kept(jwt: dict, identity: Identity, credential: Credential, turn: Turn) -> bool:
    """A token in a query is always removed."""
    issuers = jwt["api_keys"] if identity.kind == "api_key" else jwt["providers"]
    use = turn.match.row.get("credential") if turn.match else None
    wanted = use == "keep" if use else issuers[identity.provider].get("forward", False)
    return wanted and "query" not in credential.source
