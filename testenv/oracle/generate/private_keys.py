"""Private keys of a seed: the same seed makes the same keys, so that a case can be repeated to the byte."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from functools import cache
from random import Random

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from ..reference import base64url
from ..reference.keys import CURVES, HASHES

RSA_KEYS = 3
"""Different RSA keys of a seed: to find primes takes a second each."""
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_SECRET_BYTES = 64
"""As HS512 asks for (RFC 7518 §3.2)."""
_EXPONENT = 65537
_ROUNDS = 8
"""Bases of the test of a prime."""
_SMALL_PRIMES = [p for p in range(3, 2000, 2) if all(p % q for q in range(3, int(p**0.5) + 1, 2))]


@dataclass(frozen=True)
class PrivateKey:
    """A key that signs with one algorithm."""

    algorithm: str
    private: object
    """A key of `cryptography`, or the bytes of a secret."""

    def sign(self, message: bytes, algorithm: str | None = None) -> bytes:
        """A signature as JWS has it (RFC 7518 §3)."""
        name = algorithm or self.algorithm
        digest = HASHES.get(name[2:])
        if name.startswith("HS"):
            return hmac.digest(self.private, message, "sha" + name[2:])
        if name.startswith("RS"):
            return self.private.sign(message, padding.PKCS1v15(), digest)
        if name.startswith("PS"):
            return self.private.sign(message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        if name.startswith("ES"):
            half = (self.private.curve.key_size + 7) // 8
            numbers = utils.decode_dss_signature(self.private.sign(message, ec.ECDSA(digest)))
            return b"".join(number.to_bytes(half, "big") for number in numbers)
        return self.private.sign(message)

    def jwk(self, **members: object) -> dict:
        """The public half (RFC 7518 §6, RFC 8037 §2)."""
        if self.algorithm[0:2] in ("RS", "PS"):
            numbers = self.private.public_key().public_numbers()
            return {"kty": "RSA", "n": _text(numbers.n), "e": _text(numbers.e), **members}
        if self.algorithm.startswith("ES"):
            numbers = self.private.public_key().public_numbers()
            size = (self.private.curve.key_size + 7) // 8
            x, y = _text(numbers.x, size), _text(numbers.y, size)
            return {"kty": "EC", "crv": CURVES[self.algorithm][0], "x": x, "y": y, **members}
        raw = self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(raw), **members}

    def pem(self) -> str:
        """The private half, as the environment of the proxy has it."""
        return pem_of(self.private).decode("ascii")


def pem_of(private: ec.EllipticCurvePrivateKey) -> bytes:
    """PKCS #8 without encryption."""
    form = serialization.PrivateFormat.PKCS8
    return private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def make(rng: Random, algorithm: str, seed: str) -> PrivateKey:
    """A key for an algorithm. RSA keys are few for each seed, and shared by its configurations."""
    if algorithm.startswith("HS"):
        return PrivateKey(algorithm, bytes(rng.choice(_LETTERS) for _ in range(_SECRET_BYTES)))
    if algorithm[0:2] in ("RS", "PS"):
        return PrivateKey(algorithm, _rsa(seed, rng.randrange(RSA_KEYS)))
    if algorithm.startswith("ES"):
        curve = CURVES[algorithm][1]
        # The order of either curve is above 2^255: any such number is a private key.
        return PrivateKey(algorithm, ec.derive_private_key(rng.getrandbits(255) | 1, curve))
    return PrivateKey(algorithm, ed25519.Ed25519PrivateKey.from_private_bytes(rng.randbytes(32)))


@cache
def _rsa(seed: str, number: int) -> rsa.RSAPrivateKey:
    rng = Random(f"{seed}/rsa/{number}")
    p, q = _prime(rng), _prime(rng)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    remainders = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
    return rsa.RSAPrivateNumbers(p, q, d, *remainders, rsa.RSAPublicNumbers(_EXPONENT, p * q)).private_key()


def _prime(rng: Random) -> int:
    """1,024 bits, the two highest set, so that the product has 2,048."""
    while True:
        n = rng.getrandbits(1024) | (3 << 1022) | 1
        if n % _EXPONENT != 1 and _is_prime(rng, n):
            return n


def _is_prime(rng: Random, n: int) -> bool:
    """Miller and Rabin's test with random bases, for what no small prime divides."""
    return all(n % p for p in _SMALL_PRIMES) and all(_passes(n, rng.randrange(2, n - 1)) for _ in range(_ROUNDS))


def _passes(n: int, base: int) -> bool:
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    x = pow(base, odd, n)
    return x in (1, n - 1) or any((x := x * x % n) == n - 1 for _ in range(twos - 1))


def _text(number: int, size: int | None = None) -> str:
    return base64url.encode(number.to_bytes(size or (number.bit_length() + 7) // 8, "big"))
