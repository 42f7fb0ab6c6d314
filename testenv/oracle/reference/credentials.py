"""Where credentials stand in a request, and what becomes of them (docs/credentials.md, `sources`; RFC 6750 §2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from . import queries
from .answers import Refusal, refusal
from .requests import Headers, Request

DEFAULT_SOURCES = [{"header": "authorization", "scheme": "Bearer"}]


@dataclass(frozen=True)
class Credential:
    """A credential that is there, and the set of API keys it is of, or None of a token."""

    text: str
    source: dict
    api_keys: str | None


def find(jwt: dict, names: list[str], request: Request, forget: frozenset[str]) -> list[Credential] | Refusal:
    """All credentials in the places where a route that takes these providers looks."""
    places = []
    if any(name in jwt.get("providers", {}) for name in names):
        places += [(source, None) for source in jwt.get("sources", DEFAULT_SOURCES)]
    places += [(jwt["api_keys"][name]["source"], name) for name in names if name in jwt.get("api_keys", {})]
    found, refusals = [], []
    for source, api_keys in places:
        for value in _values(source, request):
            text = _text(source, value)
            if isinstance(text, Refusal):
                refusals.append(text)
            found.append(Credential(value if isinstance(text, Refusal) else text, source, api_keys))
    if len(found) > 1 and "two credentials" not in forget:
        return refusal("jwt", "credential_duplicated")
    return refusals[0] if refusals else found


def take_away(request: Request, credential: Credential) -> Request:
    """The request without the credential."""
    source = credential.source
    if "query" in source:
        rest = queries.without(request.query or "", source["query"])
        return replace(request, target=request.path + (f"?{rest}" if rest else ""))
    if "cookie" in source:
        return replace(request, headers=_without_cookie(request.headers, source["cookie"]))
    return replace(
        request, headers=[field for field in request.headers if field[0].lower() != source["header"].lower()]
    )


def _without_cookie(headers: Headers, cookie: str) -> Headers:
    """Without that pair; a field in which nothing else stands goes as a whole."""
    kept: Headers = []
    for name, value in headers:
        if name.lower() != "cookie":
            kept.append((name, value))
            continue
        pairs = [pair for pair in _cookies(value) if pair.partition("=")[0] != cookie]
        if pairs:
            kept.append((name, "; ".join(pairs)))
    return kept


def _values(source: dict, request: Request) -> list[str]:
    if "header" in source:
        return request.values(source["header"])
    if "cookie" in source:
        pairs = [pair for value in request.values("cookie") for pair in _cookies(value)]
        return [pair.partition("=")[2] for pair in pairs if pair.partition("=")[0] == source["cookie"]]
    return queries.values(request.query or "", source["query"])


def _cookies(value: str) -> list[str]:
    return [pair.strip() for pair in value.split(";") if pair.strip()]


def _text(source: dict, value: str) -> str | Refusal:
    """What stands behind the scheme: exactly one space, then one token (RFC 9110 §11.4).

    Parameters of another scheme may have commas between them (§11.2), so a comma alone makes no two credentials.
    """
    if "scheme" not in source:
        return value
    schemes = [re.split("[ \t]", part.strip(" \t"))[0].lower() for part in value.split(",")]
    if len(schemes) > 1 and source["scheme"].lower() in schemes:
        return refusal("jwt", "credential_duplicated")
    if value.partition(" ")[0].lower() != source["scheme"].lower():
        return refusal("jwt", "scheme_not_bearer")
    token = value.partition(" ")[2]
    return token if re.fullmatch(r"[A-Za-z0-9._~+/=-]+", token) else refusal("jwt", "credential_malformed")
