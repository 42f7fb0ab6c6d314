"""Tokens in the making: until they are written, everything of them can be changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from ..reference import base64url
from . import token_claims
from .words import often
from .world import World

DEFAULT_LEEWAY = 60
"""Seconds that a provider grants where it does not say: docs/reference/jwt.md."""


class Draft:
    """A token of a provider."""

    def __init__(self, rng: Random, world: World, name: str, now: int) -> None:
        self.rng, self.world, self.now = rng, world, now
        self.provider = world.configuration["jwt"]["providers"][name]
        key_id, self.key = rng.choice(sorted(world.signers[name].items(), key=lambda entry: entry[0]))
        is_renamed = self.key.algorithm == "EdDSA" and often(rng, 0.2)
        self.header: dict = {"alg": "Ed25519" if is_renamed else self.key.algorithm}
        if key_id:
            self.header["kid"] = key_id
        self.claims = token_claims.make(rng, self.provider, now)
        self._add_type()
        self.raw: dict[str, bytes] = {}
        """What stands in place of the JSON of `header` or `claims`."""
        self.sign: Callable[[bytes], bytes] = self.key.sign
        self.finish: Callable[[str], str] = lambda text: text

    def text(self) -> str:
        """The token."""
        signed = ".".join(base64url.encode(self.notation(name)) for name in ("header", "claims"))
        return self.finish(f"{signed}.{base64url.encode(self.sign(signed.encode()))}")

    def part(self, name: str) -> dict:
        """`header` or `claims`."""
        return self.header if name == "header" else self.claims

    def notation(self, name: str) -> bytes:
        """The JSON of a part, in one of several notations, or what stands in its place."""
        if name in self.raw:
            return self.raw[name]
        is_ascii, is_tight = often(self.rng, 0.5), often(self.rng, 0.5)
        separators = (",", ":") if is_tight else None
        return json.dumps(self.part(name), ensure_ascii=is_ascii, separators=separators).encode()

    def leeway(self, name: str) -> int:
        """What the provider grants for a claim of time, in seconds."""
        leeway = self.provider.get("leeway_seconds", DEFAULT_LEEWAY)
        return leeway if isinstance(leeway, int) else leeway.get(name, DEFAULT_LEEWAY)

    def _add_type(self) -> None:
        kind = self.provider["kind"]
        if kind == "access_token":
            self.header["typ"] = self.rng.choice(["at+jwt", "at+jwt", "AT+JWT", "application/at+jwt"])
        elif often(self.rng, 0.6):
            self.header["typ"] = self.rng.choice(["JWT", "JOSE"] if kind == "jwt_svid" else ["JWT", "jwt"])


Defect = Callable[[Draft], None]
"""Makes one thing of a token wrong."""
