"""Which outcomes a full run must have seen, each a few times: a generator that misses one proves nothing of it."""

from __future__ import annotations

from collections import Counter

from . import report

LEAST = 3
"""So often at least."""
EXPECTED: tuple[tuple[int, str], ...] = ()


def check(counts: Counter[tuple[int, str]]) -> bool:
    """Returns whether every outcome that is listed was seen, and no other."""
    seldom = [outcome for outcome in EXPECTED if counts[outcome] < LEAST]
    strange = sorted(set(counts) - set(EXPECTED))
    for status, reason in seldom:
        report.say(f"  seen {counts[(status, reason)]} times: {status} {reason}")
    for status, reason in strange:
        report.say(f"  not listed in testenv/oracle/outcomes.py: {status} {reason}")
    return report.gate("faults.oracle_outcomes", len(EXPECTED) - len(seldom), len(EXPECTED) + len(strange), len(EXPECTED))
