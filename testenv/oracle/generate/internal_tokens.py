"""Internal tokens as an edge makes them, and ones that it would not make."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from ..reference import base64url
from . import words
from .private_keys import PrivateKey, make
from .token_claims import FAR
from .words import often
from .world import World

_ATTRIBUTES = (
    ("tenant", 0.8, lambda rng: rng.choice([*words.TENANTS, "Zürich", "a b", "base64url:eA"])),
    ("level", 0.8, lambda rng: rng.choice(words.LEVELS + [2, 3] * 3)),
    ("roles", 0.8, lambda rng: words.some(rng, words.ROLES)),
    ("vip", 0.7, lambda rng: often(rng, 0.5)),
    ("email", 0.6, lambda rng: rng.choice(words.EMAILS)),
    ("groups", 0.5, lambda rng: words.some(rng, words.GROUPS)),
)


class Draft:
    """An internal token in the making."""

    def __init__(self, rng: Random, edge: PrivateKey, now: int) -> None:
        self.rng, self.now = rng, now
        self.header: dict = {"alg": "ES256", "typ": "txntoken+jwt", "kid": "edge-1"}
        self.claims = _claims(rng, now)
        self.sign = edge.sign
        self.finish: Callable[[str], str] = lambda text: text

    def text(self) -> str:
        """The token."""
        signed = ".".join(base64url.encode(json.dumps(part).encode()) for part in (self.header, self.claims))
        return self.finish(f"{signed}.{base64url.encode(self.sign(signed.encode()))}")


def make_internal(rng: Random, world: World, now: int) -> tuple[str, str]:
    """A token, and what is wrong with it."""
    draft = Draft(rng, world.edge, now)
    if often(rng, 0.72):
        return draft.text(), "good"
    defect = rng.choice([*_DEFECTS, *["other audience"] * 4, "expired"])
    _DEFECTS[defect](draft)
    return draft.text(), defect


def _claims(rng: Random, now: int) -> dict:
    context = {"iss": rng.choice(["https://corp.issuer.test", "https://partner.issuer.test"])}
    context |= words.members(rng, _ATTRIBUTES)
    scope = " ".join(words.some(rng, words.SCOPES)) if often(rng, 0.9) else ""
    return {
        "iss": "https://edge.shop.test",
        "aud": "shop.test",
        "sub": rng.choice(words.SUBJECTS),
        "req_wl": "spiffe://shop.test/edge",
        "txn": f"{rng.getrandbits(64):016x}",
        "tctx": context,
        "rctx": {"req_ip": "192.0.2.1"},
        "iat": now - 10,
        "exp": now + 2 * FAR,
        "scope": scope,
    }


def _set(name: str, *values: object) -> Callable[[Draft], None]:
    return lambda draft: draft.claims.update({name: draft.rng.choice(values)})


def _without(name: str) -> Callable[[Draft], None]:
    def change(draft: Draft) -> None:
        del draft.claims[name]

    return change


def _head(name: str, *values: object) -> Callable[[Draft], None]:
    return lambda draft: draft.header.update({name: draft.rng.choice(values)})


def _times(issued: int, expires: int) -> Callable[[Draft], None]:
    return lambda draft: draft.claims.update(iat=draft.now + issued, exp=draft.now + expires)


def _finished(change: Callable[[str], str]) -> Callable[[Draft], None]:
    def finish(draft: Draft) -> None:
        draft.finish = change

    return finish


def _other_key(draft: Draft) -> None:
    draft.sign = make(draft.rng, "ES256", "").sign


_DEFECTS: dict[str, Callable[[Draft], None]] = {
    "other issuer": _set("iss", "https://edge.shop.test/", "https://corp.issuer.test"),
    "other audience": _set("aud", "evil.test", ["evil.test"], "https://shop.test"),
    "other typ": _head("typ", "JWT", "at+jwt", "application/jwt"),
    "algorithm none": _head("alg", "none"),
    "other algorithm": _head("alg", "HS256", "RS256"),
    "unknown kid": _head("kid", "edge-9"),
    "crit": _head("crit", ["exp"]),
    "expired": _times(-200, -60 - FAR),
    "long life": _times(-1, 400),
    "no life": _times(-20, -20),
    "future": _times(60 + FAR, 60 + 3 * FAR),
    "no scope": _without("scope"),
    "malformed scope": _set("scope", 7, ["a"], None),
    "malformed subject": _set("sub", 7, "", None),
    "no subject": _without("sub"),
    "other key": _other_key,
    "padding": _finished(lambda text: text + "="),
    "two parts": _finished(lambda text: text.rpartition(".")[0]),
}
