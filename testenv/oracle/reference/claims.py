"""Claims by the rules of a provider (docs/credentials.md, "Providers" and "Kinds"; RFC 7519 §4.1)."""

from __future__ import annotations

import re
import unicodedata

from .identities import Identity

YEAR_10000 = 253_402_300_800
MAX_TEXT = 1024
MAX_AUDIENCES = 64

_REQUIRED = {
    "access_token": ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
    "id_token": ["iss", "exp", "aud", "sub", "iat"],
    "jwt_svid": ["exp", "aud", "sub"],
    "generic": ["iss", "exp", "aud", "sub"],
}
_WORDS = {
    "iss": "issuer",
    "sub": "subject",
    "aud": "audience",
    "exp": "expiry",
    "nbf": "not_before",
    "iat": "issued_at",
    "jti": "token_id",
    "client_id": "client",
    "azp": "authorized_party",
    "scope": "scope",
}
_READ = {
    "access_token": set(_WORDS) - {"azp"},
    "id_token": set(_WORDS) - {"client_id", "jti", "scope"},
    "jwt_svid": {"sub", "aud", "exp", "nbf", "iat", "scope"},
    "generic": set(_WORDS) - {"azp", "client_id", "jti"},
}
"""The claims that the rules of a kind are about. What a kind does not read may be anything."""
_TIMES = ("exp", "nbf", "iat")


def reasons(claims: dict, provider: dict, now: float, forget: frozenset[str]) -> set[str]:
    """Everything that is wrong with claims."""
    found = _presence(claims, provider) | _forms(claims, provider["kind"])
    if found:
        return found
    found = _times(claims, provider, now, forget) | _kind(claims, provider) | _demands(claims, provider, forget)
    if "aud" not in forget and not set(_audiences(claims)) & set(provider["audiences"]):
        found.add("audience_wrong")
    if "cnf" in claims:
        found |= _binding(claims["cnf"])
    return found


def identity(claims: dict, name: str, provider: dict) -> Identity:
    """Who it is, of claims in which nothing is wrong.

    Who vouches for a workload is its trust domain (SPIFFE-ID §2.4).
    """
    kind = provider["kind"]
    issuer = f"spiffe://{provider['trust_domain']}" if kind == "jwt_svid" else claims["iss"]
    audiences, scopes = frozenset(_audiences(claims)), _scopes(claims, provider)
    return Identity(name, kind, claims["sub"], issuer, claims, audiences, scopes, claims["exp"])


def _presence(claims: dict, provider: dict) -> set[str]:
    required = list(_REQUIRED[provider["kind"]])
    if "max_lifetime_seconds" in provider:
        required.append("iat")
    return {f"{_WORDS[name]}_missing" for name in required if name not in claims}


def _forms(claims: dict, kind: str) -> set[str]:
    return {
        f"{word}_malformed"
        for name, word in _WORDS.items()
        if name in claims and name in _READ[kind] and not _fits(name, claims[name])
    }


def _fits(name: str, value: object) -> bool:
    if name in _TIMES:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < YEAR_10000
    if name == "aud":
        values = value if isinstance(value, list) else [value]
        return 0 < len(values) <= MAX_AUDIENCES and all(_is_text(entry) for entry in values)
    if name == "scope":
        return isinstance(value, str)
    return _is_text(value)


def _is_text(value: object) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value.encode()) <= MAX_TEXT
        and not any(unicodedata.category(c) == "Cc" for c in value)
    )


def _audiences(claims: dict) -> list[str]:
    return claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]


def _scopes(claims: dict, provider: dict) -> frozenset[str]:
    return frozenset() if provider["kind"] == "id_token" else frozenset(claims.get("scope", "").split(" ")) - {""}


def _times(claims: dict, provider: dict, now: float, forget: frozenset[str]) -> set[str]:
    leeway = provider.get("leeway_seconds", 60)
    leeway = {name: leeway if isinstance(leeway, int) else leeway.get(name, 60) for name in _TIMES}
    found = set()
    if claims["exp"] + leeway["exp"] <= now and "exp" not in forget:
        found.add("expired")
    if claims.get("nbf", 0) - leeway["nbf"] > now and "nbf" not in forget:
        found.add("not_yet_valid")
    if claims.get("iat", 0) - leeway["iat"] > now:
        found.add("issued_in_future")
    if claims["exp"] - claims.get("iat", claims["exp"]) > provider.get("max_lifetime_seconds", YEAR_10000):
        found.add("lifetime_too_long")
    return found


def _kind(claims: dict, provider: dict) -> set[str]:
    found = set()
    kind = provider["kind"]
    if "events" in claims or (kind != "id_token" and set(claims) & {"nonce", "at_hash", "c_hash"}):
        found.add("type_wrong")
    if kind == "id_token":
        if "azp" not in claims and len(_audiences(claims)) > 1:
            found.add("authorized_party_missing")
        if claims.get("azp", provider["audiences"][0]) not in provider["audiences"]:
            found.add("authorized_party_wrong")
    if kind == "jwt_svid" and not is_spiffe_id(claims["sub"]):
        found.add("subject_malformed")
    return found


def is_spiffe_id(subject: object) -> bool:
    """The ID of a workload (SPIFFE-ID §2)."""
    return isinstance(subject, str) and re.fullmatch(r"spiffe://[a-z0-9._-]+(/[A-Za-z0-9._-]+)+", subject) is not None


def _demands(claims: dict, provider: dict, forget: frozenset[str]) -> set[str]:
    found = set()
    for name, values in {} if "required_claims" in forget else provider.get("required_claims", {}).items():
        if claims.get(name) is None:
            found.add("required_claim_missing")
        elif values and not _has_one_of(claims[name], values):
            found.add("required_claim_wrong")
    if "subjects" in provider and not any(_matches(pattern, claims["sub"]) for pattern in provider["subjects"]):
        found.add("subject_not_allowed")
    if not set(provider.get("required_scopes", [])) <= _scopes(claims, provider):
        found.add("scope_insufficient")
    return found


def _has_one_of(claim: object, values: list) -> bool:
    """A list must hold one of them. 2.0 is 2, for JSON has one kind of number; `true` is not 1."""
    entries = claim if isinstance(claim, list) else [claim]
    return any(
        isinstance(entry, bool) is isinstance(value, bool) and entry == value for entry in entries for value in values
    )


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL) is not None


def _binding(confirmation: object) -> set[str]:
    """No connection here has a certificate (RFC 8705 §3.1)."""
    known = (
        isinstance(confirmation, dict)
        and set(confirmation) == {"x5t#S256"}
        and isinstance(confirmation["x5t#S256"], str)
    )
    return {"certificate_missing"} if known else {"sender_constrained"}
