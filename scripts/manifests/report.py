"""Cases, gates, and the line by which `scripts/test` counts."""

import sys

# Fewer than that of each, and something is no longer looked at.
LEAST = {"manifests": 80, "manifest_mutations": 46, "helm": 41, "kustomize": 8, "manifest_agreement": 12}


class Report:
    def __init__(self):
        self.cases = {}
        self.absences = {}

    def case(self, gate, name, complaint=None):
        """One case of a gate; what is wrong with it, if anything."""
        self.cases.setdefault(gate, []).append(complaint is None)
        if complaint is not None:
            print(f"FAILED {name}\n  {str(complaint).strip()[:600]}")

    def absent(self, gate, reason):
        self.absences[gate] = reason

    def close(self):
        """Ends the process: badly when a case failed, or when there are too few of them."""
        good = all([self.gate(name) for name in LEAST])
        passed = sum(sum(cases) for cases in self.cases.values())
        failed = sum(len(cases) for cases in self.cases.values()) - passed
        print(f"test result: {'ok' if good else 'FAILED'}. {passed} passed; {failed} failed; 0 ignored")
        sys.exit(0 if good else 1)

    def gate(self, name):
        if name in self.absences:
            print(f"gate ship.{name} - all absent: {self.absences[name]}")
            return True
        cases = self.cases.get(name, [])
        want = max(len(cases), LEAST[name])
        good = all(cases) and len(cases) >= LEAST[name]
        print(f"gate ship.{name} {sum(cases)}/{len(cases)} {want}/{want} {'ok' if good else 'short'}")
        return good
