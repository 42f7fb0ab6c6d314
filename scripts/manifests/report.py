"""Cases, gates, and the line by which `scripts/test` counts."""

from __future__ import annotations

import sys
from typing import NoReturn

# Fewer than that of each, and something is no longer looked at.
LEAST = {"manifests": 80, "manifest_mutations": 46, "helm": 41, "kustomize": 8, "manifest_agreement": 12}


class Report:
    """What was looked at so far, by gate."""

    def __init__(self) -> None:
        self.cases: dict[str, list[bool]] = {}
        self.absences: dict[str, str] = {}

    def case(self, gate: str, name: str, complaint: object = None) -> None:
        """One case of a gate; what is wrong with it, if anything."""
        self.cases.setdefault(gate, []).append(complaint is None)
        if complaint is not None:
            print(f"FAILED {name}\n  {str(complaint).strip()[:600]}")

    def absent(self, gate: str, reason: str) -> None:
        """A gate that cannot be judged on this machine."""
        self.absences[gate] = reason

    def close(self) -> NoReturn:
        """Ends the process: badly when a case failed, or when there are too few of them."""
        # Every gate is printed, also behind one that falls short.
        holds = [self.gate(name) for name in LEAST]
        good = all(holds)
        passed = sum(sum(cases) for cases in self.cases.values())
        failed = sum(len(cases) for cases in self.cases.values()) - passed
        print(f"test result: {'ok' if good else 'FAILED'}. {passed} passed; {failed} failed; 0 ignored")
        sys.exit(0 if good else 1)

    def gate(self, name: str) -> bool:
        """Prints a gate. Returns whether it holds."""
        if name in self.absences:
            print(f"gate ship.{name} - all absent: {self.absences[name]}")
            return True
        cases = self.cases.get(name, [])
        want = max(len(cases), LEAST[name])
        good = all(cases) and len(cases) >= LEAST[name]
        print(f"gate ship.{name} {sum(cases)}/{len(cases)} {want}/{want} {'ok' if good else 'short'}")
        return good
