"""What makes a request a question to policies."""

from __future__ import annotations

from .identities import Identity


class Unfit(Exception):
    """A request that is no question; says the reasons."""


def mapped_claims(identity: Identity) -> dict:
    """The claims that principals and contexts are made from; of a workload the parts of its name."""
    if identity.kind != "jwt_svid":
        return identity.claims
    domain, _, path = identity.subject.removeprefix("spiffe://").partition("/")
    return {"sub": identity.subject, "trust_domain": domain, "path": "/" + path}
