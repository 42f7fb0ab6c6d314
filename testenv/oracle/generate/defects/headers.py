"""Headers that name another type, algorithm or key, or ask for more."""

from __future__ import annotations

import json

from ..drafts import Defect, Draft
from ..private_keys import PrivateKey, make
from ..words import often
from . import signatures

_CRITICAL = [{"crit": ["exp"]}, {"crit": []}, {"crit": ["x"], "x": 1}, {"b64": True}, {"b64": False, "crit": ["b64"]}]
_RSA = ("RS", "PS")
"""How the names of algorithms begin that an RSA key can sign with."""


def _set(name: str, *values: object) -> Defect:
    return lambda draft: draft.header.update({name: draft.rng.choice(values)})


def _no_algorithm(draft: Draft) -> None:
    draft.header["alg"] = draft.rng.choice(["none", "None", "nOnE", ""])
    draft.sign = lambda _: draft.rng.choice([b"x", draft.key.sign(b"")])


def _other_algorithm(draft: Draft) -> None:
    """Another algorithm of the provider under the same key id, or one that it does not take."""
    own = draft.key.algorithm
    others = [name for name in draft.provider["algorithms"] if name != own]
    if not others or often(draft.rng, 0.3):
        others = [name for name in ("RS256", "RS384", "ES256", "ES384", "EdDSA", "PS512") if name != own]
    other = draft.header["alg"] = draft.rng.choice(others)
    if other.startswith(_RSA) and own.startswith(_RSA):
        draft.sign = lambda message: draft.key.sign(message, other)


def _public_key_as_secret(draft: Draft) -> None:
    draft.header["alg"] = "HS256"
    draft.sign = PrivateKey("HS256", json.dumps(draft.provider["keys"]).encode()).sign


def _no_key_id(draft: Draft) -> None:
    draft.header.pop("kid", None)


def _key_brought_along(draft: Draft) -> None:
    draft.header.update(jwk=make(draft.rng, "ES256", "").jwk(), jku="https://evil.test")
    signatures.sign_by_another_key(draft)


def _harmless(draft: Draft) -> None:
    draft.header.update(jku="https://evil.test", x5u="https://evil.test", cty="JWT", x=[{"y": None}])


DEFECTS: dict[str, Defect] = {
    "other typ": _set("typ", "dpop+jwt", "JWT", "at+jwt", "txntoken+jwt", "secevent+jwt", "at+jwt ", "", "logout+jwt"),
    "typ of another type": _set("typ", 7, None, ["JWT"]),
    "crit": lambda draft: draft.header.update(draft.rng.choice(_CRITICAL)),
    "algorithm none": _no_algorithm,
    "unknown algorithm": _set("alg", "es256", "RS1", "ES256K", "HS1", "RSA-OAEP"),
    "alg of another type": _set("alg", 7, None, ["ES256"]),
    "other algorithm": _other_algorithm,
    "public key as secret": _public_key_as_secret,
    "unknown kid": _set("kid", "corp-9", "../corp-0", "CORP-0", "corp-0 "),
    "malformed kid": _set("kid", "", "x" * 2000, "a\nb", 7, None),
    "unfit key": _set("kid", "unfit"),
    "no kid": _no_key_id,
    "key brought along": _key_brought_along,
    "harmless members": _harmless,
}
