"""Tokens for a provider: good ones, and ones that are wrong in one way each."""

from __future__ import annotations

import json
from random import Random
from typing import Callable

from ..reference import base64url
from . import words
from .private_keys import PrivateKey, make
from .words import often
from .world import World

FAR = 45
"""Seconds between a time in a token and the moment at which it would count: more than a batch takes."""


class Draft:
    """A token in the making."""

    def __init__(self, rng: Random, world: World, name: str, now: int) -> None:
        self.rng, self.world, self.now = rng, world, now
        self.provider = world.configuration["jwt"]["providers"][name]
        self.key_id, self.key = rng.choice(sorted(world.signers[name].items(), key=lambda entry: entry[0]))
        self.header: dict = {
            "alg": "Ed25519" if self.key.algorithm == "EdDSA" and often(rng, 0.2) else self.key.algorithm
        }
        if self.key_id:
            self.header["kid"] = self.key_id
        self.claims = _claims(rng, self.provider, now)
        self._type()
        self.raw_header: bytes | None = None
        self.raw_claims: bytes | None = None
        self.sign: Callable[[bytes], bytes] = self.key.sign
        self.finish: Callable[[str], str] = lambda text: text

    def text(self) -> str:
        """The token."""
        header = self.raw_header if self.raw_header is not None else _json(self.rng, self.header)
        claims = self.raw_claims if self.raw_claims is not None else _json(self.rng, self.claims)
        signed = f"{base64url.encode(header)}.{base64url.encode(claims)}"
        return self.finish(f"{signed}.{base64url.encode(self.sign(signed.encode()))}")

    def leeway(self, name: str) -> int:
        """What the provider grants for a claim of time."""
        leeway = self.provider.get("leeway_seconds", 60)
        return leeway if isinstance(leeway, int) else leeway.get(name, 60)

    def _type(self) -> None:
        kind = self.provider["kind"]
        if kind == "access_token":
            self.header["typ"] = self.rng.choice(["at+jwt", "at+jwt", "AT+JWT", "application/at+jwt"])
        elif often(self.rng, 0.6):
            self.header["typ"] = self.rng.choice(["JWT", "jwt"] if kind != "jwt_svid" else ["JWT", "JOSE"])


def _json(rng: Random, value: dict) -> bytes:
    return json.dumps(value, ensure_ascii=often(rng, 0.5), separators=(",", ":") if often(rng, 0.5) else None).encode()


def _claims(rng: Random, provider: dict, now: int) -> dict:
    kind = provider["kind"]
    subject = (
        rng.choice(words.SUBJECTS)
        if kind != "jwt_svid"
        else f"spiffe://shop.test/{rng.choice(['orders', 'ns/shop/sa/web', 'north'])}"
    )
    audience = rng.choice(provider["audiences"])
    claims: dict = {
        "sub": subject,
        "aud": rng.choice([audience, [audience], [audience, "orders"]]),
        "exp": now + rng.choice([FAR, 300, 900]) + FAR,
    }
    if kind != "jwt_svid":
        claims["iss"] = provider["issuer"]
    if kind in ("access_token", "id_token") or often(rng, 0.5) or "max_lifetime_seconds" in provider:
        claims["iat"] = now - rng.choice([2, 60, 600])
    if kind == "access_token":
        claims.update(client_id="web", jti=f"{rng.getrandbits(40):x}")
    if kind == "id_token" and (isinstance(claims["aud"], list) and len(claims["aud"]) > 1):
        claims["azp"] = audience
    if often(rng, 0.2):
        claims["nbf"] = now - 5
    if often(rng, 0.2):
        claims["exp"] += 0.5
    claims.update(_attributes(rng, provider))
    return claims


def _attributes(rng: Random, provider: dict) -> dict:
    claims: dict = {}
    for name, chance, value in (
        ("tenant", 0.8, lambda: rng.choice(words.TENANTS)),
        ("level", 0.8, lambda: rng.choice(words.LEVELS + [2, 3] * 3)),
        ("roles", 0.8, lambda: words.some(rng, words.ROLES)),
        ("vip", 0.7, lambda: often(rng, 0.5)),
        ("email", 0.7, lambda: rng.choice(words.EMAILS)),
        ("groups", 0.6, lambda: rng.choice([words.some(rng, words.GROUPS), "north"])),
    ):
        if often(rng, chance):
            claims[name] = value()
    if provider["kind"] in ("access_token", "generic", "id_token") and often(rng, 0.75):
        claims["scope"] = " ".join(words.some(rng, words.SCOPES, 1))
    for name, values in provider.get("required_claims", {}).items():
        if often(rng, 0.9):
            claims[name] = {"email": "zoe@acme.test", "roles": ["reader"]}.get(name, values[0] if values else "x")
    if provider.get("required_scopes") and often(rng, 0.9):
        claims["scope"] = "orders:read " + claims.get("scope", "region:eu")
    if provider["kind"] != "jwt_svid" and "subjects" in provider:
        claims.pop("sub", None)
        claims["sub"] = rng.choice(["zoe", "svc-mail"])
    if often(rng, 0.03):
        claims[rng.choice(["tenant", "level", "roles", "vip"])] = rng.choice(
            [7, "7", 1.0, None, [1], {"a": 1}, True, 2**63]
        )
    return claims


def _set(name: str, *values: object) -> Callable[[Draft], None]:
    return lambda d: d.claims.__setitem__(name, d.rng.choice(values))


def _without(*names: str) -> Callable[[Draft], None]:
    def change(d: Draft) -> None:
        for name in names:
            d.claims.pop(name, None)

    return change


def _head(name: str, *values: object) -> Callable[[Draft], None]:
    return lambda d: d.header.__setitem__(name, d.rng.choice(values))


def _time(name: str, offset: Callable[[Draft], float]) -> Callable[[Draft], None]:
    return lambda d: d.claims.__setitem__(name, d.now + offset(d))


def _other_key(d: Draft) -> None:
    d.sign = make(d.rng, d.key.algorithm if d.key.algorithm[0:2] not in ("RS", "PS") else "ES256", "").sign


def _other_algorithm(d: Draft) -> None:
    """Another algorithm of the provider under the same key id, or one that it does not take."""
    others = [a for a in d.provider["algorithms"] if a != d.key.algorithm]
    if not others or often(d.rng, 0.3):
        others = [a for a in ("RS256", "RS384", "ES256", "ES384", "EdDSA", "PS512") if a != d.key.algorithm]
    d.header["alg"] = d.rng.choice(others)
    if d.header["alg"][0:2] in ("RS", "PS") and d.key.algorithm[0:2] in ("RS", "PS"):
        d.sign = lambda message, a=d.header["alg"]: d.key.sign(message, a)


def _public_key_as_secret(d: Draft) -> None:
    d.header["alg"] = "HS256"
    d.sign = PrivateKey("HS256", json.dumps(d.provider["keys"]).encode()).sign


def _bit(d: Draft) -> None:
    sign = d.sign

    def flipped(message: bytes) -> bytes:
        signature = bytearray(sign(message))
        signature[d.rng.randrange(len(signature))] ^= 1 << d.rng.randrange(8)
        return bytes(signature)

    d.sign = flipped


def _other_claims(d: Draft) -> None:
    """A good signature of other claims."""
    sign, signed = d.sign, f"{base64url.encode(_json(d.rng, d.header))}.{base64url.encode(b'{}')}"
    d.sign = lambda _: sign(signed.encode())


def _truncated(d: Draft) -> None:
    sign = d.sign
    d.sign = lambda message: sign(message)[: -d.rng.randint(1, 8)]


def _der(d: Draft) -> None:
    """An ECDSA signature as X.509 has it; other algorithms get a zero before theirs."""
    sign = d.sign
    d.sign = lambda message: b"\x00" + sign(message)


def _twice(where: str) -> Callable[[Draft], None]:
    def change(d: Draft) -> None:
        source = d.header if where == "header" else d.claims
        name = d.rng.choice(sorted(source))
        text = json.dumps(source)[:-1] + f", {json.dumps(name)}: {json.dumps(source[name])}}}"
        setattr(d, f"raw_{where}", text.encode())

    return change


def _raw(where: str, *texts: bytes) -> Callable[[Draft], None]:
    """Bytes in place of JSON; `%` stands for the members that it would have."""

    def change(d: Draft) -> None:
        inner = json.dumps(d.header if where == "header" else d.claims)[1:-1].encode()
        setattr(d, f"raw_{where}", d.rng.choice(texts).replace(b"%", inner))

    return change


def _finished(change: Callable[[Random, str], str]) -> Callable[[Draft], None]:
    return lambda d: setattr(d, "finish", lambda text: change(d.rng, text))


def _stray_bits(rng: Random, text: str) -> str:
    """The last letter of a part that has unused bits gets another one."""
    parts = text.split(".")
    able = [place for place, part in enumerate(parts) if len(part) % 4 in (2, 3)]
    if not able:
        return text + "="
    place = rng.choice(able)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts[place] = parts[place][:-1] + alphabet[alphabet.index(parts[place][-1]) ^ 1]
    return ".".join(parts)


def _no_key_id(d: Draft) -> None:
    d.header.pop("kid", None)


DEFECTS: dict[str, Callable[[Draft], None]] = {
    "expired": _time("exp", lambda d: -d.leeway("exp") - FAR),
    "expired long ago": _time("exp", lambda d: -86_400 * 365),
    "expired within the leeway": _time("exp", lambda d: -d.leeway("exp") / 2 if d.leeway("exp") >= FAR else FAR),
    "not yet valid": _time("nbf", lambda d: d.leeway("nbf") + FAR),
    "nbf within the leeway": _time("nbf", lambda d: d.leeway("nbf") - FAR if d.leeway("nbf") > FAR else -1),
    "issued in the future": _time("iat", lambda d: d.leeway("iat") + FAR),
    "long life": _time("exp", lambda d: 86_400.0),
    "exp beyond": _set("exp", 253_402_300_800, 2**63, 1e30, -1),
    "exp of another type": _set("exp", "1900000000", None, True, [], {}),
    "nbf of another type": _set("nbf", "0", None, False, []),
    "iat of another type": _set("iat", "0", None, {}, -5),
    "other audience": _set("aud", "warehouse", ["warehouse", "Shop-Api"], "shop-ap", "shop-api/", ["billing"]),
    "malformed audience": _set("aud", [], "", 7, None, ["shop-api", 7], [""], ["orders"] * 70),
    "other issuer": _set("iss", "https://evil.test", "https://corp.issuer.test/", "https://CORP.issuer.test"),
    "malformed issuer": _set("iss", 7, None, "", ["https://corp.issuer.test"]),
    "malformed subject": _set("sub", 7, None, "", "x" * 1025, ["zoe"], True),
    "other subject": _set("sub", "mallory", "spiffe://evil.test/orders", "spiffe://shop.test/", "zoe "),
    "malformed scope": _set("scope", 7, ["orders:read"], None),
    "no scope": _without("scope"),
    "no exp": _without("exp"),
    "no sub": _without("sub"),
    "no aud": _without("aud"),
    "no iss": _without("iss"),
    "no iat": _without("iat"),
    "no jti": _without("jti"),
    "no client": _without("client_id"),
    "no tenant": _without("tenant"),
    "no email": _without("email"),
    "other tenant": _set("tenant", "evil", ["acme", "x"], 7),
    "other level": _set("level", 9, 2.0, "2", [3]),
    "malformed client": _set("client_id", 7, "", None),
    "malformed jti": _set("jti", 7, "", "x" * 1025),
    "events": _set("events", {"http://schemas.openid.net/event/backchannel-logout": {}}),
    "claims of an ID token": lambda d: d.claims.update({d.rng.choice(["nonce", "at_hash", "c_hash"]): "n"}),
    "control in the subject": _set("sub", "zoe\x00", "zoe\nadmin", "\x7f", "zoe\x85"),
    "other azp": lambda d: d.claims.update(azp="evil", aud=[d.provider["audiences"][0], "orders"]),
    "no azp": lambda d: (d.claims.pop("azp", None), d.claims.update(aud=[d.provider["audiences"][0], "x"])),
    "bound by a key": _set("cnf", {"jkt": "x"}, {"jwk": {}}, {}, None, "x", {"x5t#S256": 7}),
    "bound to a certificate": _set("cnf", {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"[:-1] + "0"}),
    "other typ": _head("typ", "dpop+jwt", "JWT", "at+jwt", "txntoken+jwt", "secevent+jwt", "at+jwt ", "", "logout+jwt"),
    "typ of another type": _head("typ", 7, None, ["JWT"]),
    "crit": lambda d: d.header.update(
        d.rng.choice(
            [{"crit": ["exp"]}, {"crit": []}, {"crit": ["x"], "x": 1}, {"b64": True}, {"b64": False, "crit": ["b64"]}]
        )
    ),
    "algorithm none": lambda d: (
        d.header.update(alg=d.rng.choice(["none", "None", "nOnE", ""])),
        setattr(d, "sign", lambda _: d.rng.choice([b"x", d.key.sign(b"")])),
    ),
    "unknown algorithm": _head("alg", "es256", "RS1", "ES256K", "HS1", "RSA-OAEP"),
    "alg of another type": _head("alg", 7, None, ["ES256"]),
    "other algorithm": _other_algorithm,
    "public key as secret": _public_key_as_secret,
    "unknown kid": _head("kid", "corp-9", "../corp-0", "CORP-0", "corp-0 "),
    "malformed kid": _head("kid", "", "x" * 2000, "a\nb", 7, None),
    "unfit key": _head("kid", "unfit"),
    "no kid": _no_key_id,
    "key brought along": lambda d: (
        d.header.update(jwk=make(d.rng, "ES256", "").jwk(), jku="https://evil.test"),
        _other_key(d),
    ),
    "harmless members": lambda d: d.header.update(
        jku="https://evil.test", x5u="https://evil.test", cty="JWT", x=[{"y": None}]
    ),
    "other key": _other_key,
    "bit of the signature": _bit,
    "other claims": _other_claims,
    "truncated signature": _truncated,
    "byte before": _der,
    "header twice": _twice("header"),
    "claims twice": _twice("claims"),
    "header no JSON": _raw("header", b"{%,}", b"[%]", b"null", b"{", b"\xff{%}", b"\xef\xbb\xbf{%}", b'"x"', b""),
    "claims no JSON": _raw(
        "claims",
        b"{%,}",
        b"[1]",
        b"null",
        b"{%",
        b'{"x":"\xc0\xaf",%}',
        b"\xef\xbb\xbf{%}",
        b'{"x":NaN,%}',
        b'{"x":01,%}',
        b'{"x":"\n",%}',
        b'{"x":"\\ud800",%}',
        b"{'x':1,%}",
    ),
    "claims too deep": _raw("claims", b'{"x":' + b"[" * 64 + b"]" * 64 + b",%}"),
    "claims just deep enough": _raw("claims", b'{"x":' + b"[" * 63 + b"]" * 63 + b",%}"),
    "padding": _finished(lambda rng, text: text + "="),
    "other alphabet": _finished(lambda rng, text: text[:30] + rng.choice("+/") + text[31:]),
    "stray bits": _finished(_stray_bits),
    "two parts": _finished(lambda rng, text: text.rpartition(".")[0]),
    "four parts": _finished(lambda rng, text: text + rng.choice([".", ".x"])),
    "five parts": _finished(lambda rng, text: text + ".x.y"),
    "dots": _finished(lambda rng, text: "." * rng.choice([2, 3, 500])),
    "empty signature": _finished(lambda rng, text: text.rpartition(".")[0] + "."),
    "no token": _finished(lambda rng, text: rng.choice(["x", "null", "a.b.c", "eyJ"])),
    "too long": lambda d: d.claims.update(x="y" * 13_000),
}


def make_token(rng: Random, world: World, provider: str, now: int) -> tuple[str, str]:
    """A token of a provider, and what is wrong with it."""
    draft = Draft(rng, world, provider, now)
    if often(rng, 0.7):
        return draft.text(), "good"
    defect = rng.choice(list(DEFECTS) + _telling(world, provider) * 6)
    DEFECTS[defect](draft)
    return draft.text(), defect


def _telling(world: World, name: str) -> list[str]:
    """Defects that only some providers can see: of those they are made more often."""
    provider = world.configuration["jwt"]["providers"][name]
    found = {
        "id_token": ["other azp", "no azp"],
        "jwt_svid": ["no kid", "other subject"],
        "access_token": ["no jti", "malformed jti", "no client"],
    }.get(provider["kind"], [])
    found = (
        found
        + (["long life"] if "max_lifetime_seconds" in provider else [])
        + (["other subject"] if "subjects" in provider else [])
    )
    found += ["other typ", "other audience", "expired", "not yet valid", "crit"]
    # Within the leeway a token is good, but there is no time left for an internal one.
    found += ["expired within the leeway"] if "mint" in world.configuration.get("identity", {}) else []
    return found + (["no kid"] * 2 if f"{name}-twin" in world.signers[name] else [])
