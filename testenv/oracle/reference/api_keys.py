"""API keys (docs/credentials.md, "API keys")."""

from __future__ import annotations

import hashlib
import re

from .answers import Refusal, refusal
from .identities import Identity


def judge(text: str, name: str, keys: list[dict], now: float, forget: frozenset[str]) -> Identity | Refusal:
    """Whom a key stands for."""
    key_id, dot, secret = text.partition(".")
    if not dot or not secret or "." in secret or not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", key_id):
        return refusal("jwt", "api_key_malformed")
    key = next((key for key in keys if key["id"] == key_id), None)
    if key is None:
        return refusal("jwt", "api_key_unknown")
    if hashlib.sha256(text.encode("latin-1")).hexdigest() != key["sha256"]:
        return refusal("jwt", "api_key_wrong")
    if key.get("not_before", now) > now:
        return refusal("jwt", "api_key_not_yet_valid")
    if key.get("expires", now + 1) <= now and "api_key_expiry" not in forget:
        return refusal("jwt", "api_key_expired")
    issuer = f"urn:watchword:api-keys:{name}"
    owner, scopes, expires = key["owner"], key.get("scopes", []), key.get("expires")
    claims = {"iss": issuer, "sub": owner, "api_key_id": key_id} | ({"scope": " ".join(scopes)} if scopes else {})
    return Identity(name, "api_key", owner, issuer, claims, frozenset(), frozenset(scopes), expires, key_id)
