"""What an answer is: whether a request passes, who refused it and why, and what clients are told.

The statuses are those of docs/debugging.md, "Every reason"; the error codes those of RFC 6750 §3.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Reason = tuple[str, str]
"""Stage and reason, as in `%RESPONSE_CODE_DETAILS%`."""

PASSES: Reason = ("", "passes")

_OTHER_THAN_401: dict[int, str] = {
    400: (
        "path_not_origin_form path_too_long path_character path_broken_escape path_ambiguous_escape "
        "path_dot_or_empty_segment path_not_utf8 content_length_malformed query_malformed "
        "query_parameter_unknown query_parameter_duplicated credential_duplicated credential_not_removable "
        "authorization_duplicated proxy_authorization_duplicated dpop_duplicated txn_token_duplicated "
        "connection_lists_identity txn_token_beside_another"
    ),
    403: (
        "scope_not_of_route scope_insufficient principal_unmapped principal_unknown principal_type "
        "attribute_missing attribute_type context_missing context_type resource_missing resource_type "
        "resource_unknown policy_error policy_forbids no_policy_permits caller_absent caller_not_listed "
        "caller_san_count caller_not_spiffe"
    ),
    404: "route_unknown",
    413: "content_too_large",
    415: "content_type_not_accepted",
    429: "limit_reached",
    503: "slots_exhausted",
}
_STATUSES = {reason: status for status, reasons in _OTHER_THAN_401.items() for reason in reasons.split()}

CREDENTIAL_STATUS = 401
"""Of every other reason: it is about a credential."""


@dataclass(frozen=True)
class Refusal:
    """A refusal for one of several reasons that the documents do not put in an order."""

    reasons: frozenset[Reason]
    status: int
    scopes: frozenset[str] = frozenset()
    """The scopes that the challenge must name (RFC 6750 §3)."""
    evidence: frozenset[str] | None = None
    """The policies or the limit that decided; None where nothing is said of them."""
    retry_after: bool = False


def refusal(
    stage: str, *reasons: str, evidence: frozenset[str] | None = None, scopes: frozenset[str] = frozenset()
) -> Refusal:
    """A refusal by one stage. All reasons must have one status."""
    statuses = {status_of(reason) for reason in reasons}
    if len(statuses) != 1:
        raise ValueError(f"reasons of several statuses: {reasons}")
    return Refusal(frozenset((stage, reason) for reason in reasons), statuses.pop(), scopes, evidence)


def status_of(reason: str) -> int:
    """The HTTP status that goes with a reason."""
    return _STATUSES.get(reason, CREDENTIAL_STATUS)


@dataclass
class Answer:
    """What the proxy is to do with one request."""

    refusal: Refusal | None = None
    upstream: list[tuple[str, str]] = field(default_factory=list)
    """Header fields that the service is to receive, names in lower case, in no order."""
    target: str = ""
    """Path and query that the service is to receive."""
    minted: dict[str, object] | None = None
    """What the internal token is to say; None where there is to be none."""
    traced: bool = False
    """Whether a new trace is to begin here."""
    limits: list[object] = field(default_factory=list)
    """What clients are to be told of limits, by each stage that counts."""
    policies: frozenset[str] | None = None
    """The policies that permitted; None where none was asked."""
    caller: str | Refusal | None = None
    """The workload that calls, where one must be proven."""
    known: bool = False
    """Whether a good credential was shown."""
    private: bool = False
    """Whether the answer must not be kept by caches, because a token stood in the URL."""

    @property
    def reasons(self) -> frozenset[Reason]:
        """Any of these is right."""
        return self.refusal.reasons if self.refusal else frozenset([PASSES])
