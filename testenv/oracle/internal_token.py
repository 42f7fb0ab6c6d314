"""Whether an internal token is the one that an edge must make."""

from __future__ import annotations

from .generate.world import World
from .reference import keys, tokens

CLOCK = 2
"""Seconds between the moments at which the test and the proxy looked at the clock, at most."""


def differences(world: World, found: list[str], expected: dict[str, object] | None, sent: float) -> list[str]:
    """In words, none where it is right."""
    if expected is None:
        return ["an internal token for nobody"] if found else []
    if len(found) != 1:
        return [f"{len(found)} internal tokens"]
    token = tokens.parse(found[0])
    if isinstance(token, str):
        return [f"the internal token is no token: {token}"]
    wrong = []
    if token.header != {"alg": world.edge.algorithm, "typ": "txntoken+jwt", "kid": "edge-1"}:
        wrong.append(f"the header of the internal token is {token.header}")
    if not keys.verify(world.edge.algorithm, world.edge.jwk(), token.signed, token.signature):
        wrong.append("the internal token is not signed by the edge")
    return wrong + _claims(token.claims, expected, sent)


def _claims(claims: dict, expected: dict[str, object], sent: float) -> list[str]:
    said = dict(claims)
    issued, expires, transaction = said.pop("iat", None), said.pop("exp", None), said.pop("txn", None)
    said["scope"] = frozenset(str(said.get("scope", "")).split())
    wanted = {name: value for name, value in expected.items() if name != "latest"}
    wrong = [
        f"`{name}` of the internal token is {said.get(name)!r} in place of {wanted.get(name)!r}"
        for name in sorted(set(said) | set(wanted))
        if said.get(name, {}) != wanted.get(name, {})
    ]
    if not isinstance(transaction, str) or not transaction:
        wrong.append(f"`txn` is {transaction!r}")
    latest = expected["latest"]
    if not _is_timely(issued, expires, sent, latest):
        wrong.append(f"the internal token is from {issued} until {expires}, sent at {sent}, the latest is {latest}")
    return wrong


def _is_timely(issued: object, expires: object, sent: float, latest: float) -> bool:
    if not isinstance(issued, int) or not isinstance(expires, int):
        return False
    return issued <= sent + CLOCK and sent - CLOCK < expires <= latest + CLOCK
