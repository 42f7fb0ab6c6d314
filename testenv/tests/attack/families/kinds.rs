//! Credentials of other kinds, sent as a bearer token: good ones of the same issuer (RFC 8725 §3.12), and
//! what is no JWT.

use serde_json::{Value, json};

use crate::attack::Attack;
use crate::families::audience::AUDIENCE_IS_403;
use crate::forge::{Forge, ISSUER};

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let now = forge.now;
    let token = |typ: &str, claims: Value| {
        forge.good().header("typ", typ).payload_bytes(|_| claims.to_string().into_bytes()).token()
    };
    let id_token = json!({ "iss": ISSUER, "aud": "shop-app", "sub": "alice", "iat": now, "exp": now + 600, "nonce": "n" });
    let logout = json!({
        "iss": ISSUER, "aud": "shop-app", "sub": "alice", "iat": now, "exp": now + 600, "jti": "l",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    let proof =
        json!({ "iss": ISSUER, "jti": "p", "htm": "GET", "htu": "http://shop.test/orders", "iat": now });
    let mut attacks = Vec::new();
    for (name, what, token) in [
        ("ID token", "says who has logged in at the client", token("JWT", id_token)),
        ("logout token", "says who has logged out", token("logout+jwt", logout)),
        ("DPoP proof", "proves the possession of a key", token("dpop+jwt", proof)),
    ] {
        attacks.push(Attack::token(name, what, &token, "type_wrong").differs(AUDIENCE_IS_403));
    }
    for (name, what, text, reason) in [
        ("opaque token", "no JWT", "2YotnFZFEjr1zCsicMWpAA", "token_not_compact"),
        ("UUID", "no JWT", "123e4567-e89b-12d3-a456-426614174000", "token_not_compact"),
        ("PASETO", "four parts", "v4.public.eyJzdWIiOiJhbGljZSJ9.e30", "token_not_compact"),
        (
            "signed cookie",
            "three parts that are no token",
            "eyJhIjoxfQ.aBcDeFgH.c2lnbmF0dXJl",
            "token_header_malformed",
        ),
        ("API key", "an id and a secret", "acme1.3fd1b4c2e5d6a7f8", "token_not_compact"),
        ("`null`", "what a client sends that has none", "null", "token_not_compact"),
        ("`undefined`", "what a client sends that has none", "undefined", "token_not_compact"),
        ("`[object Object]`", "what a client sends by mistake", "[object Object]", "credential_malformed"),
        ("placeholder", "what a script sends by mistake", "$TOKEN", "credential_malformed"),
        ("SAML", "XML", "<saml:Assertion/>", "credential_malformed"),
        ("format string", "`%s%n`", "%s%s%n", "credential_malformed"),
    ] {
        attacks.push(Attack::token(name, what, text, reason));
    }
    attacks
}
