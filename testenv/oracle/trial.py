"""Sends the requests of configurations through a proxy, and holds what comes back against the evaluator."""

from __future__ import annotations

import time
from dataclasses import dataclass

from .client import Client
from .comparison import differences
from .generate.requests import Case, make_case
from .generate.world import World
from .observation import Observation
from .proxy import Proxy
from .reference.answers import Answer
from .reference.decision import Proxy as Reference


@dataclass(frozen=True)
class Trial:
    """One request, and what became of it."""

    number: int
    case: Case
    sent: float
    seen: Observation


@dataclass(frozen=True)
class Difference:
    """A case in which the two do not agree."""

    world: World
    trial: Trial
    expected: Answer
    words: list[str]


def run(seed: str, world: World, proxy: Proxy, requests: int) -> list[Trial]:
    """Sends the requests of a configuration, one after another: limits count in their order."""
    client, sent = Client(proxy.ports[world.number], proxy.folder if world.sidecar else None), []
    for number in range(requests):
        now = time.time()
        case = make_case(seed, world, number, int(now))
        response = client.send(case.request, [("X-Case", _name(world, number))])
        sent.append((number, case, now, response))
    client.close()
    logged = proxy.log_of([_name(world, number) for number in range(requests)])
    seen = [Observation(response, *logged[_name(world, number)]) for number, _, _, response in sent]
    return [Trial(*rest, each) for (*rest, _), each in zip(sent, seen, strict=True)]


def judge(world: World, trials: list[Trial], forget: frozenset[str] = frozenset()) -> list[Difference]:
    """Every case in which the evaluator, without the rules that it is to forget, says something else."""
    reference = Reference(world.configuration, world.rules, world.environment, forget)
    found = []
    for trial in trials:
        expected = reference.decide(trial.case.request, trial.sent)
        words = differences(world, trial.case.request, trial.seen, expected, trial.sent, trial.sent - trials[0].sent)
        if words:
            found.append(Difference(world, trial, expected, words))
    return found


def _name(world: World, number: int) -> str:
    return f"{world.number}/{number}"
