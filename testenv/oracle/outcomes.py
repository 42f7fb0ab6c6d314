"""Which outcomes a full run must have seen, each a few times: a generator that misses one proves nothing of it."""

from __future__ import annotations

from collections import Counter

from . import report

LEAST = 3
"""So often at least."""
_REFUSALS: dict[str, dict[int, str]] = {
    "route": {
        400: (
            "path_ambiguous_escape path_broken_escape path_character path_dot_or_empty_segment path_not_utf8 "
            "path_too_long query_malformed query_parameter_duplicated query_parameter_unknown"
        ),
        401: "audience_not_of_route identity_missing",
        403: "scope_not_of_route",
        404: "route_unknown",
        413: "content_too_large",
        415: "content_type_not_accepted",
    },
    "jwt": {
        400: "credential_duplicated",
        401: (
            "algorithm_not_allowed algorithm_unknown api_key_expired api_key_malformed api_key_not_yet_valid "
            "api_key_unknown api_key_wrong audience_malformed audience_missing audience_wrong "
            "authorized_party_missing authorized_party_wrong certificate_missing claims_malformed "
            "client_malformed client_missing credential_malformed credential_missing expired expiry_malformed "
            "expiry_missing extension_critical issued_at_malformed issued_at_missing issued_in_future "
            "issuer_malformed issuer_missing issuer_unknown key_ambiguous key_id_malformed key_id_missing "
            "key_mismatch key_unknown lifetime_too_long not_before_malformed not_yet_valid "
            "required_claim_missing required_claim_wrong scheme_not_bearer scope_malformed sender_constrained "
            "signature_invalid subject_malformed subject_missing subject_not_allowed token_header_malformed "
            "token_id_malformed token_id_missing token_not_base64url token_not_compact token_too_long "
            "trust_domain_unknown type_wrong"
        ),
        403: "scope_insufficient",
    },
    "identity": {
        400: "dpop_duplicated proxy_authorization_duplicated txn_token_duplicated",
        401: (
            "algorithm_not_allowed algorithm_unknown credential_ends extension_critical key_unknown "
            "signature_invalid token_not_base64url token_not_compact txn_token_audience "
            "txn_token_claim_malformed txn_token_expired txn_token_issued_in_future txn_token_issuer "
            "txn_token_lifetime txn_token_missing txn_token_type"
        ),
        403: "caller_absent caller_not_listed caller_not_spiffe caller_san_count",
    },
    "authz": {
        401: "principal_missing",
        403: (
            "attribute_missing attribute_type context_missing context_type no_policy_permits policy_error "
            "policy_forbids principal_type principal_unknown principal_unmapped resource_type resource_unknown"
        ),
    },
    "ratelimit": {
        400: "key_missing",
        401: "key_missing",
        429: "limit_reached",
    },
}
"""Reasons by stage and status. Every reason that is not here cannot be provoked by requests alone, or not in a run
of seconds: docs/debugging.md has them all."""
EXPECTED = frozenset(
    [(200, "passes")]
    + [
        (status, f"{stage} {reason}")
        for stage, statuses in _REFUSALS.items()
        for status, reasons in statuses.items()
        for reason in reasons.split()
    ]
)


def check(counts: Counter[tuple[int, str]]) -> bool:
    """Returns whether every outcome that is listed was seen, and no other."""
    seldom = sorted(outcome for outcome in EXPECTED if counts[outcome] < LEAST)
    strange = sorted(set(counts) - EXPECTED)
    for status, reason in seldom:
        report.say(f"  seen {counts[(status, reason)]} times: {status} {reason}")
    for status, reason in strange:
        report.say(f"  not listed in testenv/oracle/outcomes.py: {status} {reason}")
    often, least = len(EXPECTED) - len(seldom), len(EXPECTED)
    return report.gate("faults.oracle_outcomes", often, least + len(strange), least)
