"""Whether the comparison can fail: an evaluator that forgets a rule must differ from the proxy.

The answers are those that were seen already: nothing is sent again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import report

if TYPE_CHECKING:
    from .command import Run

RULES = {
    "aud": "the audience of a token",
    "exp": "the end of a token",
    "nbf": "the beginning of a token",
    "iss": "the issuer of a token",
    "typ": "the type of a token",
    "crit": "critical extensions",
    "signature": "signatures",
    "required_claims": "claims that a provider requires",
    "callers": "which workloads may call a sidecar",
    "trust domain": "the trust domain of an internal token",
    "two credentials": "that there is one credential at most",
    "api_key_expiry": "the end of an API key",
    "scopes": "the scopes that a route requires",
    "path": "paths that can be read in two ways",
    "strip": "that reserved headers are stripped",
    "forbid": "that a `forbid` goes before a `permit`",
    "policy errors": "that a policy which fails refuses",
    "shadow": "that a policy in shadow decides nothing",
    "burst": "one request of a limit's burst",
}
"""What can be forgotten, by the word that the evaluator looks for."""


def check(run: Run) -> bool:
    """Forgets each rule in turn. Returns whether each was missed in a case at least."""
    noticed = {rule: len(run.differences(frozenset([rule]))) for rule in RULES}
    for rule, number in noticed.items():
        report.say(f"  without {RULES[rule]:45} {number:6} differences")
    return report.gate("faults.oracle_sabotage", sum(number > 0 for number in noticed.values()), len(RULES), len(RULES))
