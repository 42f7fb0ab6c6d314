"""Random requests for a configuration: most of them nearly right, each wrong in a way or two."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ..reference.requests import Headers, Request
from . import words
from .internal_tokens import make_internal
from .tokens import make_token
from .words import often
from .workloads import NOBODY, WORKLOADS
from .world import World


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
    method, path, story = _method(rng, route), _path(rng, route), [route["name"]]
    host = rng.choice(route["match"].get("hosts", words.HOSTS)) if often(rng, 0.9) else "other.test"
    headers: Headers = [("Host", rng.choice([host, host.upper(), host + ":8080"]) if often(rng, 0.2) else host)]
    query: list[str] = _query(rng)
    workload = None
    if world.sidecar:
        workload = _internal(rng, world, headers, story, now)
    else:
        _credentials(rng, world, route, headers, query, story, now)
    headers += _extras(rng, world)
    rng.shuffle(headers)
    body = _body(rng, route, method, headers)
    return Case(
        Request(method, path + ("?" + "&".join(query) if query else ""), headers, body, workload=workload),
        ", ".join(story),
    )


def _preflight(rng: Random, world: World) -> Case:
    """A preflight: what a browser asks before a script may do something."""
    route = rng.choice(world.configuration["routes"])
    asked = rng.choice(route["match"].get("methods", ["GET"])) if often(rng, 0.9) else "TRACE"
    headers = [
        ("Host", rng.choice(route["match"].get("hosts", words.HOSTS))),
        ("Origin", "https://shop.test"),
        ("Access-Control-Request-Method", asked),
    ]
    headers += rng.choice(
        [
            [],
            [],
            [],
            [("Cookie", "a=b")],
            [("Authorization", "Bearer x")],
            [("X-Plan", "gold")],
            [("Access-Control-Request-Method", "GET")],
        ]
    )
    path = "/".join(_segment(rng, part) for part in route["match"]["path"].split("/"))
    return Case(Request("OPTIONS", path, headers, workload=WORKLOADS["edge"] if world.sidecar else None), "preflight")


def _method(rng: Random, route: dict) -> str:
    methods = route["match"].get("methods", ["GET", "POST", "PUT", "DELETE"])
    return (
        rng.choice(methods)
        if often(rng, 0.93)
        else rng.choice(["GET", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "PURGE"])
    )


def _path(rng: Random, route: dict) -> str:
    pattern = route["match"]["path"]
    path = "/".join(_segment(rng, part) for part in pattern.split("/"))
    if often(rng, 0.92):
        return path
    return rng.choice(_TRICKS)(rng, path)


def _segment(rng: Random, part: str) -> str:
    if part.startswith("{*"):
        return rng.choice(["a", "a/b", "a/b.txt", "%41/%7e"])
    return {
        "{shop}": rng.choice(words.SHOPS + ["west", "n%6Frth"]),
        "{order}": rng.choice(["1", "42", "-7", "007", "x", "%C3%BC", "9223372036854775808"]),
        "{user}": rng.choice(["zoe", "caf%C3%A9", "a%20b"]),
    }.get(part, part)


_TRICKS = [
    lambda rng, path: path + "/",
    lambda rng, path: "/" + path,
    lambda rng, path: path.replace("/", "/./", 1),
    lambda rng, path: path + "/..",
    lambda rng, path: "/x/.." + path,
    lambda rng, path: path + "/%2e%2e/x",
    lambda rng, path: path.replace("/", "//", 2),
    lambda rng, path: path + "%2fx",
    lambda rng, path: path + "%5cx",
    lambda rng, path: path + "%00",
    lambda rng, path: path + "%252e",
    lambda rng, path: path + ";a=b",
    lambda rng, path: path + "\\x",
    lambda rng, path: path + "%",
    lambda rng, path: path + "%g0",
    lambda rng, path: path + "%ff",
    lambda rng, path: path + "%c0%ae",
    lambda rng, path: path + "%ef%bc%8f",
    lambda rng, path: path + "%e2%80%a4",
    lambda rng, path: path + "%0a",
    lambda rng, path: path + "%7F",
    lambda rng, path: path.upper(),
    lambda rng, path: path.replace("o", "%6f"),
    lambda rng, path: path + "/" + "x" * 8200,
    lambda rng, path: path + "/extra",
    lambda rng, path: "/nowhere",
    lambda rng, path: "/",
    lambda rng, path: path + "%e2%82%ac",
]


def _query(rng: Random) -> list[str]:
    if often(rng, 0.72):
        return []
    return [
        rng.choice(
            [
                "expand=items",
                "expand=items",
                "expand=notes",
                "limit=7",
                "expand=notes",
                "limit=5",
                "limit=%35",
                "expand=a+b",
                "other=1",
                "a;b=1",
                "limit=%",
                "e%78pand=items",
                "limit",
                "=x",
                "limit=%ff",
            ]
        )
        for _ in range(rng.choice([1, 1, 1, 2]))
    ]


def _credentials(
    rng: Random, world: World, route: dict, headers: Headers, query: list[str], story: list[str], now: int
) -> None:
    """One credential of those that the route takes, mostly; sometimes none, several, or another."""
    jwt = world.configuration["jwt"]
    asked = route["authenticate"]
    every = [*jwt["providers"], *jwt.get("api_keys", {})]
    names = every if asked == "none" or often(rng, 0.06) else next(iter(asked.values()))
    for _ in range(rng.choice([0] + [1] * 14 + [2])):
        name = rng.choice(names)
        if name in jwt["providers"]:
            token, defect = make_token(rng, world, name, now)
            story.append(f"token of {name}: {defect}")
            _place_token(rng, rng.choice(jwt["sources"]), token, headers, query)
        else:
            key, defect = _api_key(rng, world, name)
            story.append(f"API key of {name}: {defect}")
            headers.append((jwt["api_keys"][name]["source"]["header"], key))


def _internal(rng: Random, world: World, headers: Headers, story: list[str], now: int) -> tuple[str, ...] | None:
    """An internal token, mostly, by a workload that may call, mostly."""
    for _ in range(rng.choice([0] + [1] * 14 + [2])):
        token, defect = make_internal(rng, world, now)
        story.append(f"internal token: {defect}")
        headers.append(("Txn-Token", token))
    name = (
        rng.choice(["edge", "orders", "orders", "web", "deep"])
        if often(rng, 0.85)
        else rng.choice([*WORKLOADS, NOBODY])
    )
    story.append(f"by {name}")
    return WORKLOADS.get(name)


def _place_token(rng: Random, source: dict, token: str, headers: Headers, query: list[str]) -> None:
    if "cookie" in source:
        before, after = rng.choice([("", ""), ("a=b; ", ""), ("", "; theme=dark"), ("x=1; ", "; y=2")])
        headers.append(("Cookie", f"{before}{source['cookie']}={token}{after}"))
    elif "query" in source:
        query.insert(rng.randint(0, len(query)), f"{source['query']}={token}")
    elif "scheme" in source:
        headers.append((rng.choice(["Authorization", "authorization"]), _scheme(rng, token)))
    else:
        headers.append((source["header"], token))


def _scheme(rng: Random, token: str) -> str:
    if often(rng, 0.9):
        return f"{rng.choice(['Bearer', 'Bearer', 'bearer', 'BEARER'])} {token}"
    return rng.choice(
        [
            "Bearer  " + token,
            "Basic dXNlcjpwYXNz",
            "Bearer",
            token,
            f"Bearer {token}, Bearer {token}",
            "Bearer\t" + token,
            f"Bearer {token} x",
            f"DPoP {token}",
            f"Bearer {token},",
        ]
    )


def _api_key(rng: Random, world: World, name: str) -> tuple[str, str]:
    key = rng.choice(world.api_keys[name])
    if often(rng, 0.7):
        return key, "as configured"
    return rng.choice(
        [
            (key[:-1], "shortened"),
            (key + "x", "longer"),
            ("nobody." + key.partition(".")[2], "of nobody"),
            (key.partition(".")[0], "without secret"),
            ("." + key, "without id"),
            (key.upper(), "in upper case"),
            ("a b." + key, "an id that cannot be"),
            (key.replace(".", ".."), "two dots"),
        ]
    )


def _extras(rng: Random, world: World) -> Headers:
    """Fields that policies, limits and services read, and some that nobody may send."""
    found: Headers = []
    for name, chance, values in (
        ("X-Channel", 0.5, words.CHANNELS),
        ("X-Weight", 0.4, ["0", "1", "3", "99", "x", "007", "-1", ""]),
        ("X-Internal", 0.3, ["true", "false", "True"]),
        ("X-Plan", 0.5, ["gold", "silver", ""]),
        ("User-Agent", 0.5, ["oracle/1"]),
        ("X-Harmless", 0.3, ["a, b", "caf\xc3\xa9"]),
    ):
        if often(rng, chance):
            found.append((name, rng.choice(values)))
            # Envoy itself makes one of several `User-Agent`.
            if name != "User-Agent" and often(rng, 0.03):
                found.append((name, rng.choice(values)))
    if often(rng, 0.35):
        found += [_reserved(rng) for _ in range(rng.randint(1, 3))]
    if often(rng, 0.02):
        found += [(rng.choice(["DPoP", "Proxy-Authorization"]), "x")] * rng.choice([1, 2])
    return found


def _reserved(rng: Random) -> tuple[str, str]:
    return rng.choice(
        [
            ("x-watchword-subject", "admin"),
            ("X_Watchword_Subject", "admin"),
            ("x-watchword_claims", "e30"),
            ("X.Watchword.Caller", "spiffe://shop.test/edge"),
            ("x-watchword-new-name", "1"),
            ("x-watchwordsubject", "kept"),
            ("Txn-Token", "a.b.c"),
            ("txn_token", "a.b.c"),
            ("x-user", "admin"),
            ("X_User_Id", "admin"),
            ("x-tenant", "evil"),
            ("x-tenant_", "kept"),
            ("client-cert", ":AAAA:"),
            ("Client_Cert_Chain", ":AAAA:"),
            ("x-b3-traceid", "0" * 31 + "1"),
            ("uber-trace-id", "1:1:0:1"),
            ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            ("tracestate", "a=b"),
            ("x-datadog-trace-id", "7"),
        ]
    )


def _body(rng: Random, route: dict, method: str, headers: Headers) -> bytes:
    if method not in ("POST", "PUT", "PATCH") or often(rng, 0.2):
        return b""
    if often(rng, 0.9):
        headers.append(
            (
                "Content-Type",
                rng.choice(
                    [
                        "application/json",
                        "Application/JSON; charset=utf-8",
                        "text/plain",
                        "application/xml",
                        "application/json",
                    ]
                ),
            )
        )
    return b"x" * rng.choice([1, 10, 64, 65, 300])
