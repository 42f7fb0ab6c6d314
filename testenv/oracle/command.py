"""The command line: what scripts/oracle does."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import outcomes, repeatable, report, sabotage, service
from .bootstrap import Places
from .generate.configurations import make_world
from .generate.world import World
from .proxy import Proxy
from .trial import Difference, Trial, judge, run

ROOT = Path(__file__).resolve().parents[2]
MODULE = ROOT / "target/modules/watchword.wasm"
EXAMPLE = ROOT / "envoy/edge.yaml"
SHOWN = 20
"""Differences that are printed whole; the others are only counted."""


@dataclass(frozen=True)
class Size:
    """How many cases there are."""

    configurations: int
    requests: int
    """Of each configuration."""
    batch: int
    """Configurations of one Envoy, in which a module is compiled once."""


QUICK = Size(configurations=50, requests=40, batch=50)
FULL = Size(configurations=200, requests=100, batch=50)


class Run:
    """All batches of a seed, one Envoy after another."""

    def __init__(self, seed: str, size: Size) -> None:
        self.seed, self.size = seed, size
        self.trials: list[tuple[World, list[Trial]]] = []
        self.reloads = 0
        self._service = service.start()

    def go(self, numbers: range) -> None:
        """Runs the configurations of these numbers."""
        for first in range(numbers.start, numbers.stop, self.size.batch):
            self._batch(range(first, min(first + self.size.batch, numbers.stop)))

    def differences(self, forget: frozenset[str] = frozenset()) -> list[Difference]:
        """Where the evaluator, without the rules that it is to forget, says something else."""
        return [found for world, trials in self.trials for found in judge(world, trials, forget)]

    def every(self) -> list[Trial]:
        """All cases."""
        return [trial for _, trials in self.trials for trial in trials]

    def _batch(self, numbers: range) -> None:
        started = time.monotonic()
        worlds = [make_world(self.seed, number, int(time.time())) for number in numbers]
        with tempfile.TemporaryDirectory(prefix="watchword-oracle-") as folder:
            proxy = Proxy(os.environ["ENVOY"], Places(Path(folder), MODULE, EXAMPLE, self._service), worlds)
            try:
                ready = time.monotonic()
                for world in worlds:
                    self.trials.append((world, run(self.seed, world, proxy, self.size.requests)))
                self.reloads += proxy.reloads()
            finally:
                proxy.stop()
        seconds = f"Envoy up in {ready - started:.1f} s, {time.monotonic() - ready:.1f} s of requests"
        report.say(f"configurations {numbers.start} to {numbers.stop - 1}: {seconds}")


def main(arguments: list[str]) -> int:
    """Runs what the arguments say. Returns 0 when everything agrees."""
    options = _options(arguments)
    size = QUICK if options.quick else FULL
    if options.cases:
        size = Size(-(-options.cases // size.requests), size.requests, size.batch)
    if options.case is not None:
        return _one(options.seed, size, options.case)
    return _all(options, size)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/oracle")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--cases", type=int)
    parser.add_argument("--case", type=int)
    parser.add_argument("--sabotage", action="store_true")
    return parser.parse_args(arguments)


def _one(seed: str, size: Size, case: int) -> int:
    """The configuration of one case, up to that case: what limits say depends on what came before."""
    number, request = divmod(case, size.requests)
    run_of_it = Run(seed, Size(1, request + 1, 1))
    run_of_it.go(range(number, number + 1))
    world, trials = run_of_it.trials[0]
    found = run_of_it.differences()
    report.whole_case(world, trials[-1], judge(world, trials), case)
    return 1 if found else 0


def _all(options: argparse.Namespace, size: Size) -> int:
    started = time.monotonic()
    all_of_it = Run(options.seed, size)
    all_of_it.go(range(size.configurations))
    trials, found = all_of_it.every(), all_of_it.differences()
    for difference in found[:SHOWN]:
        place = difference.world.number * size.requests + difference.trial.number
        print(report.difference(options.seed, place, difference))
    counts = report.table(trials)
    report.say(f"{len(trials)} cases, {len(found)} differences, {time.monotonic() - started:.0f} s")
    name, agreeing = "faults.oracle_quick" if options.quick else "faults.oracle", len(trials) - len(found)
    holds = [
        report.gate(name, agreeing, len(trials), size.configurations * size.requests),
        report.none("faults.oracle_reloads", all_of_it.reloads),
    ]
    if options.quick:
        holds.append(repeatable.check(options.seed, size.configurations))
    if options.quick or options.sabotage:
        holds.append(sabotage.check(all_of_it))
    if not options.quick:
        holds.append(outcomes.check(counts))
    return 0 if all(holds) else 1
