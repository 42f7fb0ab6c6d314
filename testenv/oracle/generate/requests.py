"""Random requests for a configuration: most of them nearly right, each wrong in a way or two."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ..reference.requests import Headers, Request
from . import credentials, fields, targets, words
from .sketches import Sketch
from .words import often
from .workloads import WORKLOADS
from .world import World

_OTHER_METHODS = ["GET", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "PURGE"]
_CONTENT_TYPES = [
    "application/json",
    "Application/JSON; charset=utf-8",
    "text/plain",
    "application/xml",
    "application/json",
]
_BESIDE_A_PREFLIGHT: list[Headers] = [
    [],
    [],
    [],
    [("Cookie", "a=b")],
    [("Authorization", "Bearer x")],
    [("X-Plan", "gold")],
    [("Access-Control-Request-Method", "GET")],
]


@dataclass(frozen=True)
class Case:
    """A request, and in a few words how it was made."""

    request: Request
    story: str


def make_case(seed: str, world: World, number: int, now: int) -> Case:
    """The request of that number; `now` is what its times are told from."""
    rng = Random(f"{seed}/configuration/{world.number}/request/{number}")
    if often(rng, 0.02):
        return _preflight(rng, world)
    route = rng.choice(world.configuration["routes"])
    method, path = _method(rng, route), targets.path(rng, route)
    sketch = Sketch([("Host", _host(rng, route))], targets.query(rng), [route["name"]])
    workload = credentials.show(rng, world, route, sketch, now)
    headers = sketch.headers + fields.some(rng)
    rng.shuffle(headers)
    body = _body(rng, method, headers)
    target = path + ("?" + "&".join(sketch.query) if sketch.query else "")
    return Case(Request(method, target, headers, body, workload=workload), ", ".join(sketch.story))


def _preflight(rng: Random, world: World) -> Case:
    """A preflight: what a browser asks before a script may do something."""
    route = rng.choice(world.configuration["routes"])
    asked = rng.choice(route["match"].get("methods", ["GET"])) if often(rng, 0.9) else "TRACE"
    headers = [
        ("Host", rng.choice(route["match"].get("hosts", words.HOSTS))),
        ("Origin", "https://shop.test"),
        ("Access-Control-Request-Method", asked),
        *rng.choice(_BESIDE_A_PREFLIGHT),
    ]
    workload = WORKLOADS["edge"] if world.sidecar else None
    return Case(Request("OPTIONS", targets.plain_path(rng, route), headers, workload=workload), "preflight")


def _method(rng: Random, route: dict) -> str:
    methods = route["match"].get("methods", ["GET", "POST", "PUT", "DELETE"])
    return rng.choice(methods if often(rng, 0.93) else _OTHER_METHODS)


def _host(rng: Random, route: dict) -> str:
    host = rng.choice(route["match"].get("hosts", words.HOSTS)) if often(rng, 0.9) else "other.test"
    return rng.choice([host, host.upper(), host + ":8080"]) if often(rng, 0.2) else host


def _body(rng: Random, method: str, headers: Headers) -> bytes:
    if method not in ("POST", "PUT", "PATCH") or often(rng, 0.2):
        return b""
    if often(rng, 0.9):
        headers.append(("Content-Type", rng.choice(_CONTENT_TYPES)))
    return b"x" * rng.choice([1, 10, 64, 65, 300])
