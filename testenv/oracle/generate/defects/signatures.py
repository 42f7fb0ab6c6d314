"""Signatures by another key, of something else, or in another form."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from ...reference import base64url
from ..drafts import Defect, Draft
from ..private_keys import make


def sign_by_another_key(draft: Draft) -> None:
    """Signs by a key that nobody trusts. A new one of RSA would take too long: it is of another algorithm then."""
    algorithm = draft.key.algorithm
    draft.sign = make(draft.rng, "ES256" if algorithm.startswith(("RS", "PS")) else algorithm, "").sign


def _changed(change: Callable[[Random, bytes], bytes]) -> Defect:
    def sign_and_change(draft: Draft) -> None:
        sign = draft.sign
        draft.sign = lambda message: change(draft.rng, sign(message))

    return sign_and_change


def _other_bit(rng: Random, signature: bytes) -> bytes:
    changed = bytearray(signature)
    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _other_claims(draft: Draft) -> None:
    """A good signature of other claims."""
    sign, signed = draft.sign, f"{base64url.encode(draft.notation('header'))}.{base64url.encode(b'{}')}"
    draft.sign = lambda _: sign(signed.encode())


DEFECTS: dict[str, Defect] = {
    "other key": sign_by_another_key,
    "bit of the signature": _changed(_other_bit),
    "other claims": _other_claims,
    "truncated signature": _changed(lambda rng, signature: signature[: -rng.randint(1, 8)]),
    # An ECDSA signature as X.509 has it begins otherwise, too.
    "byte before": _changed(lambda _, signature: b"\x00" + signature),
}
