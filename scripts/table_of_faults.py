"""Makes one table of what tests say of faults and inputs.

usage: table_of_faults.py LOG...

Each LOG is named without its ending, `.log`. A case is a line `KIND NAME: ok, MEASURED [COUNT in SECONDS s]`, or with
WRONG in place of ok (testenv/src/report.rs). Input has many cases: those of one class are one row. Tests that print no
cases are a row for each gate that counts all of something.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = "fault under load|issuer fault|bundle fault|engine fault|trace attack|input"
CASE = re.compile(rf"({KINDS}) (.*?): (ok|WRONG), (.*) \[(\d+) in ([\d.]+) s\]")
GATE = re.compile(r"gate (\S+) (\d+)/(\d+) \S+ (?:ok|short)")
ABSENT = re.compile(r"gate (\S+) - \S+ absent: (.*)")
END = re.compile(r"test result: .* finished in ([\d.]+)s")


@dataclass
class Row:
    """A fault, or a class of input."""

    kind: str
    name: str
    count: int = 0
    """Requests that were judged, or cases."""
    wrong: int = 0
    """Cases that went wrong."""
    seconds: float | None = None
    said: str = ""
    is_absent: bool = False
    """Whether it could not be tried here."""

    def text(self) -> str:
        """A line of the table."""
        outcome = f"WRONG {self.wrong}" if self.wrong else "absent" if self.is_absent else "survived"
        took = f"{self.seconds:9.2f}" if self.seconds is not None else f"{'':9}"
        return f"{self.kind:17} {self.name:55.55} {self.count:8} {outcome:10} {took}  {self.said}".rstrip()


def rows(name: str, log: str) -> list[Row]:
    """What a test has said: its cases, or its gates where it prints none."""
    return list(_cases(log)) or _gates(name, log)


def _cases(log: str) -> Iterator[Row]:
    classes: dict[str, Row] = {}
    for kind, name, outcome, said, count, seconds in CASE.findall(log):
        wrong = int(outcome != "ok")
        if kind != "input":
            yield Row(kind, name, int(count), wrong, float(seconds), said)
            continue
        row = classes.setdefault(name.partition(": ")[0], Row(kind, name.partition(": ")[0], seconds=0.0))
        row.count, row.wrong, row.seconds = row.count + int(count), row.wrong + wrong, row.seconds + float(seconds)
    yield from classes.values()


def _gates(name: str, log: str) -> list[Row]:
    found = [Row("all of", f"{name}: {gate}", int(of), int(of) - int(got)) for gate, got, of in GATE.findall(log)]
    for row in found[:1]:
        # Of the whole test: what each gate has taken, nobody says.
        row.seconds = sum(map(float, END.findall(log))) or None
    return found + [Row("all of", f"{name}: {gate}", said=why, is_absent=True) for gate, why in ABSENT.findall(log)]


def main(logs: list[str]) -> int:
    """Prints the table. Returns 1 when a test has told of nothing, or a case went wrong."""
    print(f"{'kind':17} {'fault, or class of input':55} {'count':>8} {'outcome':10} {'seconds':>9}")
    silent, table = [], []
    for log in map(Path, logs):
        found = rows(log.name, log.with_suffix(".log").read_text(errors="replace"))
        table += found
        silent += [] if found else [log.name]
        print("\n".join(row.text() for row in found))
    wrong = [row for row in table if row.wrong]
    print(f"\n{len(table)} rows, {sum(row.count for row in table)} requests and cases, {len(wrong)} rows wrong")
    if silent:
        print(f"nothing was told by: {' '.join(silent)}", file=sys.stderr)
    return 1 if wrong or silent else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
