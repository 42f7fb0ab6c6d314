"""Signed tokens (RFC 7515, RFC 7519) by the rules of a provider (docs/credentials.md, "Kinds")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import base64url, claims, keys, strict_json
from .answers import Refusal, refusal
from .identities import Identity

MAX_BYTES = 16 * 1024
"""docs/credentials.md, "Kinds"."""
MAX_KEY_ID = 256


@dataclass(frozen=True)
class Token:
    """A token in its parts, of which nothing is believed yet."""

    header: dict
    claims: dict
    signed: bytes
    signature: bytes


def judge(
    text: str, providers: dict[str, dict], secrets: dict[str, str], now: float, forget: frozenset[str]
) -> Identity | Refusal:
    """Whom a token proves to one of these providers."""
    token = parse(text)
    if token == "token_not_base64url":
        # Characters of no token are no credential either: the documents do not say which is told.
        return refusal("jwt", token, "credential_malformed")
    if isinstance(token, str):
        return refusal("jwt", token)
    found = _providers(token, providers, forget)
    if not found:
        return refusal("jwt", *_unknown(token, providers))
    name, provider = found
    wrong = _header(token.header, provider, forget) | claims.reasons(token.claims, provider, now, forget)
    wrong |= _signature(token, provider, secrets, forget)
    if wrong == {"scope_insufficient"}:
        return refusal("jwt", *wrong, scopes=frozenset(provider["required_scopes"]))
    if wrong:
        # What is wrong with the credential goes before what it does not grant.
        return refusal("jwt", *(wrong - {"scope_insufficient"}))
    return claims.identity(token.claims, name, provider)


def parse(text: str) -> Token | str:
    """The parts, or why there are none."""
    if len(text) > MAX_BYTES:
        return "token_too_long"
    parts = text.split(".")
    if len(parts) != 3:
        return "token_not_compact"
    try:
        header, body, signature = (base64url.decode(part) for part in parts)
    except ValueError:
        return "token_not_base64url"
    head, members = _object(header), _object(body)
    if head is None or not _are_texts(head.get("alg"), head.get("typ", ""), head.get("kid", "")):
        return "token_header_malformed"
    if members is None:
        return "claims_malformed"
    return Token(head, members, f"{parts[0]}.{parts[1]}".encode(), signature)


def _object(data: bytes) -> dict | None:
    try:
        return strict_json.parse_object(data)
    except (ValueError, RecursionError):
        return None


def _are_texts(*members: object) -> bool:
    return all(isinstance(member, str) for member in members)


def _providers(token: Token, providers: dict[str, dict], forget: frozenset[str]) -> tuple[str, dict] | None:
    """The provider whose token this says it is: by issuer, or of a workload by trust domain."""
    for name, provider in _of_its_sort(token, providers).items():
        if provider["kind"] == "jwt_svid":
            if str(token.claims.get("sub", "")).startswith(f"spiffe://{provider['trust_domain']}/"):
                return name, provider
        elif token.claims.get("iss") == provider["issuer"] or "iss" in forget:
            return name, provider
    return None


def _of_its_sort(token: Token, providers: dict[str, dict]) -> dict[str, dict]:
    """A JWT-SVID need not have `iss`: beside access tokens, which say what they are, it is told by `typ`."""
    workloads = {name: provider for name, provider in providers.items() if provider["kind"] == "jwt_svid"}
    others = {name: provider for name, provider in providers.items() if name not in workloads}
    if not workloads or not others:
        return providers
    return others if _type_fits(token.header, "access_token") else workloads


def _unknown(token: Token, providers: dict[str, dict]) -> set[str]:
    """Why a token is of no provider, and whatever else is wrong with its head, for that may be seen first."""
    found = _forms(token.header)
    kinds = {provider["kind"] for provider in _of_its_sort(token, providers).values()}
    if not any(_type_fits(token.header, kind) for kind in kinds):
        found.add("type_wrong")
    if "jwt_svid" in kinds:
        found.add(_unknown_workload(token.claims))
    if kinds - {"jwt_svid"}:
        found.add(_unknown_issuer(token.claims))
    return found


def _unknown_workload(of: dict) -> str:
    if "sub" not in of:
        return "subject_missing"
    return "trust_domain_unknown" if claims.is_spiffe_id(of["sub"]) else "subject_malformed"


def _unknown_issuer(of: dict) -> str:
    if "iss" not in of:
        return "issuer_missing"
    return "issuer_unknown" if isinstance(of["iss"], str) and of["iss"] else "issuer_malformed"


def _forms(header: dict) -> set[str]:
    """What is wrong with a header whoever may have made it."""
    found = set()
    if keys.canonical(header["alg"]) not in keys.ALGORITHMS:
        found.add("algorithm_unknown")
    if "crit" in header or "b64" in header:
        found.add("extension_critical")
    key_id = header.get("kid", "k")
    if not 0 < len(key_id) <= MAX_KEY_ID or not re.fullmatch(r"[\x20-\x7e]*", key_id):
        found.add("key_id_malformed")
    return found


def _header(header: dict, provider: dict, forget: frozenset[str]) -> set[str]:
    found = _forms(header)
    if "crit" in forget:
        found.discard("extension_critical")
    if not found & {"algorithm_unknown"} and keys.canonical(header["alg"]) not in map(
        keys.canonical, provider["algorithms"]
    ):
        found.add("algorithm_not_allowed")
    if "typ" not in forget and not _type_fits(header, provider["kind"]):
        found.add("type_wrong")
    if provider["kind"] == "jwt_svid" and "kid" not in header:
        found.add("key_id_missing")
    return found


def _type_fits(header: dict, kind: str) -> bool:
    """Media types have no case, and `application/` may be left out (RFC 7515 §4.1.9)."""
    if "typ" not in header:
        return kind != "access_token"
    typ = header["typ"].lower().removeprefix("application/")
    return typ in {"access_token": ("at+jwt",), "jwt_svid": ("jwt", "jose")}.get(kind, ("jwt",))


def _signature(token: Token, provider: dict, secrets: dict[str, str], forget: frozenset[str]) -> set[str]:
    """The key that it names, which must be for this algorithm, and the signature by it."""
    algorithm = keys.canonical(token.header["alg"])
    candidates = [
        jwk
        for jwk in _keys(provider, secrets)
        if keys.usable(jwk, "jwt-svid" if provider["kind"] == "jwt_svid" else "sig")
    ]
    if "kid" in token.header and provider["keys"].get("secret") is None:
        named = [jwk for jwk in candidates if jwk.get("kid") == token.header["kid"]]
        if not named:
            return {"key_unknown"}
        fitting = [jwk for jwk in named if keys.algorithm_of(jwk, provider["algorithms"]) == algorithm]
        if not fitting:
            return {"key_mismatch"}
    else:
        fitting = [jwk for jwk in candidates if keys.algorithm_of(jwk, provider["algorithms"]) == algorithm]
        if len(fitting) != 1:
            return {"key_ambiguous" if fitting else "key_unknown"}
    good = keys.verify(algorithm, fitting[0], token.signed, token.signature) or "signature" in forget
    return set() if good else {"signature_invalid"}


def _keys(provider: dict, secrets: dict[str, str]) -> list[dict]:
    shared = provider["keys"].get("secret")
    if shared:
        return [
            {"kty": "oct", "alg": provider["algorithms"][0], "k": base64url.encode(secrets[shared["name"]].encode())}
        ]
    return provider["keys"]["inline"]["keys"]
