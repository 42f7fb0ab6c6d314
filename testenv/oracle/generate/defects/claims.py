"""Claims that are missing, of another type, or say something else."""

from __future__ import annotations

from collections.abc import Callable

from ..drafts import Defect, Draft
from ..token_claims import FAR

_DIGEST_OF_NO_CERTIFICATE = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0"


def _set(name: str, *values: object) -> Defect:
    return lambda draft: draft.claims.update({name: draft.rng.choice(values)})


def _without(name: str) -> Defect:
    def change(draft: Draft) -> None:
        draft.claims.pop(name, None)

    return change


def _time(name: str, offset: Callable[[Draft], float]) -> Defect:
    return lambda draft: draft.claims.update({name: draft.now + offset(draft)})


def _expired_within_the_leeway(draft: Draft) -> float:
    return -draft.leeway("exp") / 2 if draft.leeway("exp") >= FAR else FAR


def _begins_within_the_leeway(draft: Draft) -> float:
    return draft.leeway("nbf") - FAR if draft.leeway("nbf") > FAR else -1


def _of_an_id_token(draft: Draft) -> None:
    draft.claims[draft.rng.choice(["nonce", "at_hash", "c_hash"])] = "n"


def _other_party(draft: Draft) -> None:
    draft.claims.update(azp="evil", aud=[draft.provider["audiences"][0], "orders"])


def _no_party(draft: Draft) -> None:
    draft.claims.pop("azp", None)
    draft.claims["aud"] = [draft.provider["audiences"][0], "x"]


DEFECTS: dict[str, Defect] = {
    "expired": _time("exp", lambda draft: -draft.leeway("exp") - FAR),
    "expired long ago": _time("exp", lambda _: -86_400 * 365),
    "expired within the leeway": _time("exp", _expired_within_the_leeway),
    "not yet valid": _time("nbf", lambda draft: draft.leeway("nbf") + FAR),
    "nbf within the leeway": _time("nbf", _begins_within_the_leeway),
    "issued in the future": _time("iat", lambda draft: draft.leeway("iat") + FAR),
    "long life": _time("exp", lambda _: 86_400.0),
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
    "claims of an ID token": _of_an_id_token,
    "control in the subject": _set("sub", "zoe\x00", "zoe\nadmin", "\x7f", "zoe\x85"),
    "other azp": _other_party,
    "no azp": _no_party,
    "bound by a key": _set("cnf", {"jkt": "x"}, {"jwk": {}}, {}, None, "x", {"x5t#S256": 7}),
    "bound to a certificate": _set("cnf", {"x5t#S256": _DIGEST_OF_NO_CERTIFICATE}),
}
