//! `cnf` (RFC 7800): the token is bound to a key of its sender, which a bearer does not show. Whoever
//! stole it would be served (RFC 8705 §3, RFC 9449 §7.2).

use serde_json::json;

use crate::attack::Attack;
use crate::forge::Forge;

const WHY: &str = "does not read `cnf`: a stolen token is as good as any";

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let thumbprint = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0";
    let mut attacks = Vec::new();
    for (name, what, cnf) in [
        ("`jkt`", "to a key whose possession must be proved", json!({ "jkt": thumbprint })),
        ("`jwk`", "to a key in the token", json!({ "jwk": { "kty": "EC" } })),
        ("`kid`", "to a key of that name", json!({ "kid": "k" })),
        ("`jku`", "to a key elsewhere", json!({ "jku": "https://elsewhere.test" })),
        ("unknown", "in a way that nobody knows", json!({ "x": 1 })),
        ("two ways", "to a certificate and a key", json!({ "x5t#S256": thumbprint, "jkt": thumbprint })),
        ("empty", "to nothing", json!({})),
        ("null", "is null", json!(null)),
        ("text", "is a text", json!(thumbprint)),
        ("number in it", "the thumbprint is a number", json!({ "x5t#S256": 1 })),
    ] {
        let token = forge.good().claim("cnf", cnf).token();
        attacks.push(Attack::token(name, what, &token, "sender_constrained").differs(WHY));
    }
    let bound = forge.good().claim("cnf", json!({ "x5t#S256": thumbprint })).token();
    let what = "to a client certificate, and there is none";
    attacks.push(Attack::token("`x5t#S256`", what, &bound, "certificate_missing").differs(WHY));
    let generic = forge.generic().claim("cnf", json!({ "jkt": thumbprint })).token();
    attacks.push(
        Attack::token("generic, `jkt`", "of any kind of token", &generic, "sender_constrained")
            .differs(WHY),
    );
    attacks
}
