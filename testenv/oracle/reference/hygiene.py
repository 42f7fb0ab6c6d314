"""Headers that nobody but the proxy may write (docs/identity.md, "What is stripped")."""

from __future__ import annotations

from .answers import Refusal, refusal
from .requests import Headers, Request

_CREDENTIALS = {
    "authorization": "authorization_duplicated",
    "proxy-authorization": "proxy_authorization_duplicated",
    "dpop": "dpop_duplicated",
    "txn-token": "txn_token_duplicated",
}
_CERTIFICATES = {"x-forwarded-client-cert", "client-cert", "client-cert-chain"}
_TRACES = {
    "traceparent",
    "tracestate",
    "x-b3-traceid",
    "x-b3-spanid",
    "b3",
    "uber-trace-id",
    "x-datadog-trace-id",
    "x-amzn-trace-id",
    "x-cloud-trace-context",
    "sentry-trace",
    "x-instana-t",
}
"""None of them passes an edge, which begins a trace of its own."""


def check(request: Request) -> list[Refusal]:
    """Fields that decide something, and are there twice."""
    return [
        refusal("identity", reason)
        for name, reason in _CREDENTIALS.items()
        if sum(fold(given) == name for given, _ in request.headers) > 1
    ]


def strip(identity: dict | None, headers: Headers, forget: frozenset[str]) -> Headers:
    """What remains of the fields of a request. Without a section as with an empty one."""
    if "strip" in forget:
        return headers
    return [(name, value) for name, value in headers if not _is_reserved(name.lower(), identity or {})]


def fold(name: str) -> str:
    """Names that a service could take for one are one."""
    return name.lower().replace("_", "-").replace(".", "-")


def _is_reserved(spelled: str, identity: dict) -> bool:
    name = fold(spelled)
    configured = identity.get("headers", {})
    own = {fold(value) for value in configured.values() if isinstance(value, str)}
    own |= {fold(field) for field in configured.get("from_claims", {})}
    if name.startswith("x-watchword-") or name in own or name == "txn-token":
        return True
    if name in _CERTIFICATES:
        return identity.get("client_certificate_headers", "strip") == "strip" or spelled != name
    return "mint" in identity and name in _TRACES
