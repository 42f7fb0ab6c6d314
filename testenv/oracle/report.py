"""What is printed: differences, the table of outcomes, gates."""

from __future__ import annotations

import json
import sys
from collections import Counter

from .generate.world import World
from .observation import Observation
from .trial import Difference, Trial


def difference(seed: str, place: int, found: Difference) -> str:
    """Everything that is needed to look at a case again."""
    trial, request, response = found.trial, found.trial.case.request, found.trial.seen.response
    lines = [
        f"DIFFERENCE seed {seed} case {place}: scripts/oracle --seed {seed} --case {place}",
        f"  {'; '.join(found.words)}",
        f"  made as: {trial.case.story}; sent at {trial.sent:.3f}",
        f"  request: {request.method} {request.target}",
        *(f"    {name}: {value}" for name, value in request.headers),
        f"    ({len(request.body)} bytes of body)",
        f"  got: {response.status}, {trial.seen.details}",
        *(f"    {name}: {value}" for name, value in response.headers),
        f"    {json.dumps(trial.seen.record)}",
        f"  expected: {found.expected}",
    ]
    return "\n".join(lines)


def outcome(seen: Observation) -> tuple[int, str]:
    """Status and reason, as the table has them."""
    stage, reason = seen.reason
    return seen.response.status, f"{stage} {reason}".strip()


def table(trials: list[Trial]) -> Counter:
    """Prints how many cases of each outcome there were."""
    counts = Counter(outcome(trial.seen) for trial in trials)
    for (status, reason), number in sorted(counts.items()):
        say(f"  {status} {reason:45} {number:6}")
    return counts


def gate(name: str, got: int, all_of: int, least: int) -> bool:
    """`gate NAME GOT/ALL WANT ok|short`: all of them, and at least so many. As testenv/src/gate.rs has it."""
    want = max(all_of, least)
    holds = got == all_of and all_of >= least
    print(f"gate {name} {got}/{all_of} {want}/{want} {'ok' if holds else 'short'}", flush=True)
    return holds


def none(name: str, got: int) -> bool:
    """`gate NAME GOT 0 ok|short`."""
    print(f"gate {name} {got} 0 {'ok' if got == 0 else 'short'}", flush=True)
    return got == 0


def whole_case(world: World, trial: Trial, found: list[Difference], case: int) -> None:
    """A case with its configuration, whether there is a difference or not."""
    print(json.dumps(world.configuration, indent=2, ensure_ascii=False))
    last = next((each for each in found if each.trial is trial), None)
    if last:
        print(difference("of this run", case, last))
    else:
        print(f"case {case} agrees: {trial.case.story}; {trial.seen.response.status}, {trial.seen.details}")
        print(f"  {trial.case.request}")
        print(f"  {json.dumps(trial.seen.record)}")
    for each in found:
        if each is not last:
            print(f"differs before: request {each.trial.number}: {'; '.join(each.words)}")


def say(text: str) -> None:
    """For people; standard output is for gates."""
    print(text, file=sys.stderr, flush=True)
