"""Random keys of providers: key sets, and shared secrets."""

from __future__ import annotations

from random import Random

from .private_keys import PrivateKey, make
from .words import often
from .world import World

ALGORITHMS = ["ES256", "ES256", "ES384", "EdDSA", "RS256", "RS512", "PS256"]


def add(rng: Random, world: World, seed: str, name: str, provider: dict) -> None:
    """Adds `algorithms` and `keys` to a provider, and the private halves to the world."""
    signers = world.signers[name] = {}
    if provider["kind"] == "generic" and often(rng, 0.3):
        _add_secret(rng, world, seed, name, provider)
        return
    # A workload's token is by RSA or an elliptic curve (SPIFFE JWT-SVID §2.1).
    choice = [a for a in ALGORITHMS if provider["kind"] != "jwt_svid" or a != "EdDSA"]
    # Not through a set, whose order is another in every process.
    provider["algorithms"] = list(dict.fromkeys(rng.choice(choice) for _ in range(rng.randint(1, 3))))
    provider["keys"] = {"inline": {"keys": _public(rng, seed, name, provider, signers)}}


def _add_secret(rng: Random, world: World, seed: str, name: str, provider: dict) -> None:
    algorithm = rng.choice(["HS256", "HS384", "HS512"])
    secret = f"ORACLE_SECRET_{world.number}_{name.upper()}"
    key = world.signers[name][""] = make(rng, algorithm, seed)
    world.environment[secret] = key.private.decode("ascii")
    provider.update(algorithms=[algorithm], keys={"secret": {"name": secret, "encoding": "text"}})


def _public(rng: Random, seed: str, name: str, provider: dict, signers: dict[str, PrivateKey]) -> list[dict]:
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
    return keys
