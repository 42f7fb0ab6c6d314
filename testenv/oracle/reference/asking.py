"""What a request asks policies with: who, through which route, and from which workload."""

from __future__ import annotations

from dataclasses import dataclass

from .identities import Identity
from .requests import Request
from .routing import Match


class Unfit(Exception):
    """A request that is no question; says the reasons."""


@dataclass(frozen=True)
class Asked:
    """A request, and what is known of it when policies are asked."""

    match: Match
    request: Request
    path: str
    identity: Identity | None
    workload: str | None


def mapped_claims(identity: Identity) -> dict:
    """The claims that principals and contexts are made from; of a workload the parts of its name."""
    if identity.kind != "jwt_svid":
        return identity.claims
    domain, _, path = identity.subject.removeprefix("spiffe://").partition("/")
    return {"sub": identity.subject, "trust_domain": domain, "path": "/" + path}
