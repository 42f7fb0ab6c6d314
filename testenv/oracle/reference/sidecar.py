"""Which workload calls, and for whom (docs/identity.md, "At a sidecar: verify")."""

from __future__ import annotations

import json
import re

from . import base64url, keys, tokens
from .answers import Refusal, refusal
from .claims import is_spiffe_id
from .identities import Identity
from .requests import Headers, Request

MAX_LIFETIME = 300


def caller(role: dict, uris: tuple[str, ...] | None, forget: frozenset[str]) -> str | Refusal:
    """The SPIFFE ID that the certificate of the connection proves; `None` is no certificate."""
    if uris is None:
        return refusal("identity", "caller_absent")
    if len(uris) != 1:
        return refusal("identity", "caller_san_count")
    if not is_spiffe_id(uris[0]):
        return refusal("identity", "caller_not_spiffe")
    if "callers" not in forget and not any(_fits(pattern, uris[0]) for pattern in role["callers"]):
        return refusal("identity", "caller_not_listed")
    return uris[0]


def _fits(pattern: str, workload: str) -> bool:
    """`*` stands for one segment, `**` at the end for one or more."""
    wanted, found = pattern.split("/"), workload.split("/")
    if wanted[-1] == "**":
        wanted = wanted[:-1] + ["*"] * max(1, len(found) - len(wanted) + 1)
    return len(wanted) == len(found) and all(a in ("*", b) for a, b in zip(wanted, found, strict=True))


def user(
    verify: dict, is_required: bool, request: Request, now: float, forget: frozenset[str]
) -> Identity | Refusal | None:
    """Whom the internal token names; None is nobody."""
    found = request.values("txn-token")
    if not found:
        return refusal("identity", "txn_token_missing") if is_required else None
    token = tokens.parse(found[0])
    if isinstance(token, str):
        return refusal("identity", token)
    wrong = _head(token, verify) or _claims(token.claims, verify, now)
    if "trust domain" in forget:
        wrong.discard("txn_token_audience")
    return refusal("identity", *wrong) if wrong else _identity(token.claims, verify)


def _head(token: tokens.Token, verify: dict) -> set[str]:
    """Everything that is wrong with the head, and the signature."""
    header, found = token.header, set()
    if header.get("typ", "").lower().removeprefix("application/") != "txntoken+jwt":
        found.add("txn_token_type")
    if header["alg"] not in keys.ALGORITHMS:
        found.add("algorithm_unknown")
    if "crit" in header or "b64" in header:
        found.add("extension_critical")
    named = [jwk for jwk in verify["keys"]["inline"]["keys"] if jwk["kid"] == header.get("kid")]
    if not named:
        found.add("key_unknown")
    elif header["alg"] != named[0]["alg"]:
        # Of an algorithm that no key is for, or that is not taken at all.
        found |= {"key_mismatch", "algorithm_not_allowed"}
    elif not keys.verify(header["alg"], named[0], token.signed, token.signature):
        found.add("signature_invalid")
    return found


def _claims(claims: dict, verify: dict, now: float) -> set[str]:
    leeway, found = verify.get("leeway_seconds", 5), set()
    if not claims.get("sub") or not all(isinstance(claims.get(name), str) for name in ("sub", "txn", "scope")):
        return {"txn_token_claim_malformed"}
    if claims["iss"] != verify["issuer"]:
        found.add("txn_token_issuer")
    if claims["aud"] != verify["trust_domain"]:
        found.add("txn_token_audience")
    if not isinstance(claims["aud"], str):
        found.add("txn_token_claim_malformed")
    if not 0 < claims["exp"] - claims["iat"] <= MAX_LIFETIME:
        found.add("txn_token_lifetime")
    if claims["exp"] + leeway <= now:
        found.add("txn_token_expired")
    if claims["iat"] - leeway > now:
        found.add("txn_token_issued_in_future")
    return found


def _identity(claims: dict, verify: dict) -> Identity:
    name, issuer = verify.get("provider", "internal"), claims["iss"]
    # Members of `tctx` are claims by their own names; who vouches for the user is one of them.
    both = claims["tctx"] | claims
    audiences, scopes = frozenset([claims["aud"]]), frozenset(claims["scope"].split())
    return Identity(name, "internal", claims["sub"], issuer, both, audiences, scopes, claims["exp"])


def told(section: dict, workload: str, identity: Identity | None) -> Headers:
    """The fields that the application reads. The claims are JSON here, for its bytes may differ."""
    names = section.get("headers", {})
    found = [(names.get("caller", "x-watchword-caller"), encode(workload))]
    if identity is None:
        return found
    claims, context = identity.claims, identity.claims["tctx"]
    found.append((names.get("subject", "x-watchword-subject"), encode(identity.subject)))
    found.append((names.get("transaction", "x-watchword-txn"), encode(claims["txn"])))
    chosen = {name: value for name, value in context.items() if name in names.get("select", context)}
    members = {"sub": identity.subject, "scope": claims["scope"], "tctx": chosen}
    found.append((names.get("claims", "x-watchword-claims"), json.dumps(members, sort_keys=True)))
    for field, claim in names.get("from_claims", {}).items():
        value = context.get(claim, claims.get(claim))
        if isinstance(value, str):
            found.append((field, encode(value)))
    return found


def encode(value: str) -> str:
    """Visible ASCII as it stands, and everything else so that it can be decoded in one way."""
    if re.fullmatch(r"[\x21-\x7e]+", value) and not value.startswith("base64url:"):
        return value
    return "base64url:" + base64url.encode(value.encode())


def readable(section: dict, fields: Headers) -> Headers:
    """The field of claims as JSON with sorted members, as `told` has it; all others as they are."""
    name = section.get("headers", {}).get("claims", "x-watchword-claims")
    return [(key, _readable(value) if key == name else value) for key, value in fields]


def _readable(value: str) -> str:
    try:
        return json.dumps(json.loads(base64url.decode(value.rstrip("="))), sort_keys=True)
    except ValueError:
        return value
