"""Whether a seed makes the same cases in every process: what comes out of a set has another order in each.

Run as a module, it prints the digest of the first configurations of a seed.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys

from . import report
from .generate.configurations import make_world
from .generate.requests import make_case

REQUESTS = 10
"""Of each configuration."""
NOW = 2_000_000_000
"""Any second will do, as long as it is one."""


def check(seed: str, configurations: int) -> bool:
    """Makes the cases here and in another process. Returns whether they are the same."""
    command = [sys.executable, "-m", __name__, seed, str(configurations)]
    other = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return report.gate("faults.oracle_repeats", int(digest(seed, configurations) == other), 1, 1)


def digest(seed: str, configurations: int) -> str:
    """Of configurations and of what their requests are; signatures may be others every time."""
    hashed = hashlib.sha256()
    for number in range(configurations):
        world = make_world(seed, number, NOW)
        stories = [make_case(seed, world, request, NOW).story for request in range(REQUESTS)]
        hashed.update(json.dumps([world.configuration, stories]).encode())
    return hashed.hexdigest()


if __name__ == "__main__":
    print(digest(sys.argv[1], int(sys.argv[2])))
