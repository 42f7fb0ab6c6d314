"""Random header fields that policies, limits and services read, and some that nobody may send."""

from __future__ import annotations

from random import Random

from ..reference.requests import Headers
from . import words
from .words import often

_FIELDS = (
    ("X-Channel", 0.5, words.CHANNELS),
    ("X-Weight", 0.4, ["0", "1", "3", "99", "x", "007", "-1", ""]),
    ("X-Internal", 0.3, ["true", "false", "True"]),
    ("X-Plan", 0.5, ["gold", "silver", ""]),
    ("User-Agent", 0.5, ["oracle/1"]),
    ("X-Harmless", 0.3, ["a, b", "caf\xc3\xa9"]),
)
_RESERVED = [
    ("x-watchword-subject", "admin"),
    ("X_Watchword_Subject", "admin"),
    ("x-watchword_claims", "e30"),
    ("X.Watchword.Caller", "spiffe://shop.test/edge"),
    ("x-watchword-new-name", "1"),
    ("x-watchwordsubject", "kept"),
    ("Txn-Token", "a.b.c"),
    ("txn_token", "a.b.c"),
    ("x-user", "admin"),
    ("X_User_Id", "admin"),
    ("x-tenant", "evil"),
    ("x-tenant_", "kept"),
    ("client-cert", ":AAAA:"),
    ("Client_Cert_Chain", ":AAAA:"),
    ("x-b3-traceid", "0" * 31 + "1"),
    ("uber-trace-id", "1:1:0:1"),
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("tracestate", "a=b"),
    ("x-datadog-trace-id", "7"),
]
"""Fields that only the proxy may write, in all their spellings, and two that look like such."""


def some(rng: Random) -> Headers:
    """Several of them, some twice."""
    found: Headers = []
    for name, chance, values in _FIELDS:
        if often(rng, chance):
            found.append((name, rng.choice(values)))
            # Envoy itself makes one of several `User-Agent`.
            if name != "User-Agent" and often(rng, 0.03):
                found.append((name, rng.choice(values)))
    if often(rng, 0.35):
        found += [rng.choice(_RESERVED) for _ in range(rng.randint(1, 3))]
    if often(rng, 0.02):
        found += [(rng.choice(["DPoP", "Proxy-Authorization"]), "x")] * rng.choice([1, 2])
    return found
