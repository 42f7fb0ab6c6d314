"""Public keys and signatures (RFC 7517, RFC 7518 §3, RFC 8037), by the package `cryptography`."""

from __future__ import annotations

import hmac
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from . import base64url

ALGORITHMS = frozenset(
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512"]
)
"""That the filters know, without ES512, which depends on the proxy."""

MIN_RSA_BITS = 2048
"""RFC 7518 §3.3."""
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
CURVES = {"ES256": ("P-256", ec.SECP256R1()), "ES384": ("P-384", ec.SECP384R1())}
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def canonical(algorithm: object) -> object:
    """`Ed25519` is another name of `EdDSA` (RFC 9864)."""
    return "EdDSA" if algorithm == "Ed25519" else algorithm


def algorithm_of(jwk: dict, allowed: list[str]) -> str | None:
    """The one algorithm that a key is for: the key fixes it, never the token (docs/credentials.md)."""
    if "alg" in jwk:
        return canonical(jwk["alg"])
    if jwk["kty"] == "RSA":
        return next((name for name in allowed if name[0:2] in ("RS", "PS")), None)
    if jwk["kty"] == "EC":
        return next(name for name, (curve, _) in CURVES.items() if curve == jwk["crv"])
    return "EdDSA"


def usable(jwk: dict, use: str) -> bool:
    """Whether a key may verify signatures of tokens of a use at all."""
    if jwk.get("use", use) != use or "verify" not in jwk.get("key_ops", ["verify"]):
        return False
    return "d" not in jwk and not (jwk["kty"] == "RSA" and _number(jwk["n"]).bit_length() < MIN_RSA_BITS)


def verify(algorithm: str, jwk: dict, message: bytes, signature: bytes) -> bool:
    """Whether the signature is by the holder of the key."""
    return _verify(algorithm, tuple(sorted((k, v) for k, v in jwk.items() if isinstance(v, str))), message, signature)


@lru_cache(maxsize=20_000)
def _verify(algorithm: str, members: tuple[tuple[str, str], ...], message: bytes, signature: bytes) -> bool:
    jwk = dict(members)
    digest = HASHES.get(algorithm[2:])
    if algorithm.startswith("HS"):
        expected = hmac.digest(base64url.decode(jwk["k"]), message, "sha" + algorithm[2:])
        return hmac.compare_digest(expected, signature)
    try:
        key = _public(jwk)
        if algorithm.startswith("RS"):
            key.verify(signature, message, padding.PKCS1v15(), digest)
        elif algorithm.startswith("PS"):
            key.verify(signature, message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        elif algorithm.startswith("ES"):
            half = (key.curve.key_size + 7) // 8
            if len(signature) != 2 * half:
                return False
            numbers = [int.from_bytes(part, "big") for part in (signature[:half], signature[half:])]
            key.verify(utils.encode_dss_signature(*numbers), message, ec.ECDSA(digest))
        else:
            key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _public(jwk: dict) -> PublicKey:
    if jwk["kty"] == "RSA":
        return rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()
    if jwk["kty"] == "EC":
        curve = next(curve for name, curve in CURVES.values() if name == jwk["crv"])
        return ec.EllipticCurvePublicNumbers(_number(jwk["x"]), _number(jwk["y"]), curve).public_key()
    return ed25519.Ed25519PublicKey.from_public_bytes(base64url.decode(jwk["x"]))


def _number(text: str) -> int:
    return int.from_bytes(base64url.decode(text), "big")
