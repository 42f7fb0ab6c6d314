"""Random configurations that the filter must accept."""

from __future__ import annotations

import hashlib
from random import Random

from . import authorizations, sidecars, words
from .private_keys import make
from .words import often
from .world import World

ALGORITHMS = ["ES256", "ES256", "ES384", "EdDSA", "RS256", "RS512", "PS256"]
SECONDS_OF_A_DAY = 86_400
"""In which one request of a limit comes back: never while a run lasts."""
EDGE_SECRET = "ORACLE_EDGE_KEY"


def make_world(seed: str, number: int, started: int) -> World:
    """The configuration of that number; `started` is the second from which the ends of API keys are told."""
    rng = Random(f"{seed}/configuration/{number}")
    world = World(number)
    world.configuration["realm"] = rng.choice(["shop", "watchword"])
    world.sidecar = often(rng, 0.25)
    if world.sidecar:
        sidecars.add_identity(rng, world, seed)
    else:
        _providers(rng, world, seed)
        _api_keys(rng, world, started)
    if not world.sidecar and often(rng, 0.7):
        world.configuration["identity"] = _identity(rng, world, seed)
    _limits(rng, world)
    _routes(rng, world)
    _mint_parameters(rng, world)
    authorizations.add(rng, world)
    world.configuration["unknown_route"] = rng.choice(
        ["deny", "deny", "allow"] + ["authenticated"] * ("peer" not in world.configuration.get("identity", {}))
    )
    return world


def _providers(rng: Random, world: World, seed: str) -> None:
    jwt = world.configuration["jwt"] = {"providers": {}}
    jwt["sources"] = rng.choice(
        [
            [{"header": "authorization", "scheme": "Bearer"}],
            [{"header": "authorization", "scheme": "Bearer"}, {"cookie": "session"}],
            [{"header": "authorization", "scheme": "Bearer"}, {"query": "access_token"}],
            [{"header": "x-token"}, {"header": "authorization", "scheme": "Bearer"}],
        ]
    )
    # Beside a JWT-SVID, which need not have `iss`, only access tokens can be told apart.
    kinds = rng.choice(
        [
            ["access_token", "jwt_svid"],
            ["jwt_svid"],
            rng.sample(["access_token", "generic", "id_token", "generic", "access_token"], 3),
            rng.sample(["access_token", "generic", "id_token"], 2),
            [rng.choice(["access_token", "generic", "id_token"])],
        ]
    )
    for place, kind in enumerate(kinds):
        _provider(rng, world, seed, ["corp", "partner", "legacy"][place], kind)


def _provider(rng: Random, world: World, seed: str, name: str, kind: str) -> None:
    provider: dict = {"kind": kind, "audiences": words.some(rng, words.AUDIENCES[:2], 1)}
    if kind == "jwt_svid":
        provider["trust_domain"] = "shop.test"
    else:
        provider["issuer"] = f"https://{name}.issuer.test"
    _keys(rng, world, seed, name, provider)
    if often(rng, 0.3):
        provider["leeway_seconds"] = rng.choice([0, 300, {"exp": 0}, {"nbf": 300, "iat": 0}])
    if often(rng, 0.2):
        provider["max_lifetime_seconds"] = 3600
    if kind != "jwt_svid" and often(rng, 0.3):
        provider["required_claims"] = rng.choice(
            [
                {"tenant": words.TENANTS[:2]},
                {"email": []},
                {"level": [2, 3]},
                {"roles": ["reader", "admin"]},
                {"vip": [True]},
            ]
        )
    if kind in ("access_token", "generic") and often(rng, 0.2):
        provider["required_scopes"] = ["orders:read"]
    if kind != "jwt_svid" and often(rng, 0.2):
        provider["subjects"] = rng.choice([["svc-*", "zoe"], ["*"], ["*a*", "y*i", "z*"]])
    if often(rng, 0.2):
        provider["forward"] = True
    world.configuration["jwt"]["providers"][name] = provider


def _keys(rng: Random, world: World, seed: str, name: str, provider: dict) -> None:
    signers = world.signers[name] = {}
    if provider["kind"] == "generic" and often(rng, 0.3):
        algorithm = rng.choice(["HS256", "HS384", "HS512"])
        secret = f"ORACLE_SECRET_{world.number}_{name.upper()}"
        signers[""] = make(rng, algorithm, seed)
        world.environment[secret] = signers[""].private.decode("ascii")
        provider.update(algorithms=[algorithm], keys={"secret": {"name": secret, "encoding": "text"}})
        return
    # A workload's token is by RSA or an elliptic curve (SPIFFE JWT-SVID §2.1).
    choice = [a for a in ALGORITHMS if provider["kind"] != "jwt_svid" or a != "EdDSA"]
    # Not through a set, whose order is another in every process.
    provider["algorithms"] = list(dict.fromkeys(rng.choice(choice) for _ in range(rng.randint(1, 3))))
    use = "jwt-svid" if provider["kind"] == "jwt_svid" else "sig"
    keys = []
    for place, algorithm in enumerate(provider["algorithms"]):
        key_id = f"{name}-{place}"
        signers[key_id] = make(rng, algorithm, seed)
        members = {"kid": key_id, "use": use}
        if algorithm[0:2] in ("RS", "PS") or often(rng, 0.7):
            members["alg"] = algorithm
        keys.append(signers[key_id].jwk(**members))
    if often(rng, 0.15):
        # A second key for the same algorithm: a token must say which it means.
        key_id, algorithm = f"{name}-twin", provider["algorithms"][0]
        signers[key_id] = make(rng, algorithm, seed)
        keys.append(signers[key_id].jwk(kid=key_id, use=use, alg=algorithm))
    if provider["kind"] != "jwt_svid" and len(keys) == 1 and often(rng, 0.3):
        # The only key needs no name.
        signers[""] = signers.pop(keys[0].pop("kid"))
    if often(rng, 0.3):
        keys.append(make(rng, "ES256", seed).jwk(kid="unfit", use="enc", alg="ES256"))
    provider["keys"] = {"inline": {"keys": keys}}


def _api_keys(rng: Random, world: World, started: int) -> None:
    sets = {}
    for name in words.some(rng, ["partners", "robots"]):
        keys, world.api_keys[name] = [], []
        for place in range(rng.randint(1, 3)):
            text = f"{name}{place}." + "".join(rng.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(43))
            key = {
                "id": f"{name}{place}",
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
                "owner": rng.choice(["acme", "globex", "robot 7"]),
            }
            if often(rng, 0.7):
                key["scopes"] = words.some(rng, words.SCOPES, 1)
            key.update(
                rng.choice(
                    [
                        {},
                        {},
                        {"expires": started - 3600},
                        {"not_before": started + 36_000},
                        {"expires": started + 36_000},
                    ]
                )
            )
            keys.append(key)
            world.api_keys[name].append(text)
        source = {"header": f"x-{name}-key"}
        sets[name] = {"source": source, "keys": keys}
        if often(rng, 0.3):
            sets[name]["forward"] = True
    if sets:
        world.configuration["jwt"]["api_keys"] = sets


def _identity(rng: Random, world: World, seed: str) -> dict:
    identity: dict = {}
    if often(rng, 0.3):
        identity["headers"] = rng.choice(
            [{"subject": "x-user"}, {"subject": "x-user-id", "from_claims": {"x-tenant": "tenant"}}]
        )
    if often(rng, 0.2):
        identity["client_certificate_headers"] = "keep"
    if often(rng, 0.6):
        world.edge = make(Random(f"{seed}/edge"), "ES256", seed)
        world.environment[EDGE_SECRET] = world.edge.pem()
        identity["mint"] = {
            "issuer": "https://edge.shop.test",
            "trust_domain": "shop.test",
            "workload": "spiffe://shop.test/edge",
            "key": {"secret": EDGE_SECRET, "id": "edge-1"},
            "lifetime_seconds": rng.choice([30, 60, 300]),
            "claims": ["iss", *words.some(rng, ["tenant", "level", "roles", "email"])],
            "transaction": rng.choice(["token", "request"]),
        }
    return identity


def _mint_parameters(rng: Random, world: World) -> None:
    """A parameter that no route has is refused when it is loaded."""
    mint = world.configuration.get("identity", {}).get("mint")
    if mint and any("{shop}" in route["match"]["path"] for route in world.configuration["routes"]) and often(rng, 0.4):
        mint["parameters"] = ["shop"]


def _limits(rng: Random, world: World) -> None:
    if not often(rng, 0.7):
        return
    limits = {}
    for place in range(rng.randint(1, 4)):
        # Plugins of one VM share the counts of limits with one name and definition, so each has its own names.
        limits[f"{rng.choice('abxz')}{place}-c{world.number}"] = _limit(rng, world.sidecar)
    world.configuration["ratelimit"] = {
        "slots": 64,
        "headers": rng.choice([["standard"], ["standard", "legacy"], ["legacy"], []]),
        "limits": limits,
    }


def _limit(rng: Random, sidecar: bool) -> dict:
    early = often(rng, 0.3)
    burst = rng.choice([2, 3, 5, 8, 13, 28])
    limit: dict = {"requests": 1, "per_seconds": SECONDS_OF_A_DAY, "burst": burst}
    if often(rng, 0.2):
        limit.update(requests=burst, per_seconds=SECONDS_OF_A_DAY * burst)
        del limit["burst"]
    parts: list = [
        "route",
        "method",
        "client_address",
        {"header": "x-plan"},
        {"constant": {"name": "tier", "value": "gold"}},
    ]
    if not early:
        parts += [
            "subject",
            "issuer",
            "workload" if sidecar else "api_key",
            {"claim": "tenant"},
            {"claim": "level"},
        ] * 2
    limit["key"] = rng.sample(
        [part for place, part in enumerate(parts) if part not in parts[:place]], rng.randint(1, 3)
    )
    limit["when_missing"] = rng.choice(["refuse", "skip", "skip", "shared"])
    if early:
        limit["before_auth"] = True
    if often(rng, 0.15):
        limit["mode"] = "shadow"
    if often(rng, 0.3):
        limit["cost"] = rng.choice(
            [
                2,
                {"header": "x-weight", "most": min(4, burst)},
                {"header": "x-weight", "most": min(4, burst), "default": 2},
            ]
        )
    return limit


_PATHS = [
    (["GET"], "/shops/{shop}/orders"),
    (["POST"], "/shops/{shop}/orders"),
    (["GET", "HEAD"], "/shops/{shop}/orders/{order}"),
    (["GET"], "/shops/north/orders"),
    (None, "/files/{*rest}"),
    (["GET"], "/healthz"),
    (["DELETE"], "/shops/{shop}/orders/{order}"),
    (None, "/shops/{shop}/orders/export"),
    (["GET", "PUT"], "/users/{user}"),
]


def _routes(rng: Random, world: World) -> None:
    world.configuration["routes"] = routes = []
    for methods, path in words.some(rng, _PATHS, 4):
        match: dict = {"path": path} | ({"methods": methods} if methods else {})
        routes.append({"name": f"route-{len(routes)}", "match": match})
        if often(rng, 0.2):
            routes.append({"name": f"route-{len(routes)}", "match": match | {"hosts": [rng.choice(words.HOSTS)]}})
    for route in routes:
        route["authenticate"] = _authenticate(rng, world)
        if route["authenticate"] != "none" and not world.sidecar and often(rng, 0.2):
            route["credential"] = rng.choice(["keep", "remove"])
        if route["authenticate"] != "none" and often(rng, 0.25):
            route["cors_preflight"] = "pass"
        if often(rng, 0.25):
            route["accepts"] = _accepts(rng)
    _use_limits(rng, world, routes)


def _authenticate(rng: Random, world: World) -> str | dict:
    if world.sidecar:
        return sidecars.authenticate(rng, world)
    jwt = world.configuration["jwt"]
    if often(rng, 0.12):
        return "none"
    names = [*jwt["providers"], *jwt.get("api_keys", {})]
    # Most routes take tokens.
    chosen = words.some(rng, names, 1) if often(rng, 0.5) else words.some(rng, list(jwt["providers"]), 1)
    asked: dict = {rng.choice(["any_of", "any_of", "any_of", "optional"]): chosen}
    if often(rng, 0.2):
        asked["audiences"] = words.some(rng, words.AUDIENCES, 1)
    # An ID token has no scopes: a route that takes nothing else would refuse everybody.
    if often(rng, 0.25) and any(
        jwt["providers"].get(name, {}).get("kind") in (None, "access_token", "generic") for name in chosen
    ):
        asked["scopes"] = rng.choice(
            [
                {"all_of": ["orders:read"]},
                {"any_of": ["region:eu", "region:us"]},
                {"all_of": ["orders:read"], "any_of": ["region:eu", "orders:write"]},
            ]
        )
    return asked


def _accepts(rng: Random) -> dict:
    return rng.choice(
        [
            {"content_types": ["application/json"], "body_bytes": 64},
            {"body_bytes": 0},
            {"query": ["expand", "limit"]},
            {"query": []},
            {"content_types": ["application/json", "text/plain"], "query": ["expand", "limit", "access_token"]},
        ]
    )


def _use_limits(rng: Random, world: World, routes: list[dict]) -> None:
    """Every limit is named by a route; one by credential only where there is one."""
    limits = world.configuration.get("ratelimit", {}).get("limits", {})
    for name, limit in list(limits.items()):
        able = [route for route in routes if route["authenticate"] != "none" or not _of_caller(limit)]
        if "api_key" in limit["key"]:
            sets = world.configuration.get("jwt", {}).get("api_keys", {})
            able = [
                route
                for route in able
                if isinstance(route["authenticate"], dict)
                and any(name in sets for name in next(iter(route["authenticate"].values())))
            ]
        if not able:
            del limits[name]
            continue
        for route in rng.sample(able, min(len(able), rng.randint(1, 4))):
            cost = rng.choice([None, None, 1, 2])
            route.setdefault("limits", []).append({"name": name, "cost": cost} if cost else name)
    if not limits:
        world.configuration.pop("ratelimit", None)


def _of_caller(limit: dict) -> bool:
    return any(
        part in ("subject", "issuer", "api_key") or (isinstance(part, dict) and "claim" in part)
        for part in limit["key"]
    )
