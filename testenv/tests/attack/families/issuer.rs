//! `iss` (RFC 8725 §3.8; CVE-2025-30144): it chooses the keys, byte for byte, and keys of one issuer say
//! nothing about another.

use serde_json::{Value, json};
use testenv::issuer::Algorithm;

use crate::attack::Attack;
use crate::forge::{AUDIENCE, Forge, ISSUER, by};
use crate::partner;

/// Names that are not the issuer's.
const OTHERS: [(&str, &str); 18] = [
    ("another", "https://elsewhere.test"),
    ("slash behind", "https://issuer.test/"),
    ("path", "https://issuer.test/realm"),
    ("in upper case", "HTTPS://ISSUER.TEST"),
    ("host in upper case", "https://Issuer.test"),
    ("http", "http://issuer.test"),
    ("no scheme", "issuer.test"),
    ("port", "https://issuer.test:443"),
    ("domain below", "https://evil.issuer.test"),
    ("domain behind", "https://issuer.test.evil.test"),
    ("user", "https://issuer.test@evil.test"),
    ("query", "https://issuer.test?x"),
    ("fragment", "https://issuer.test#x"),
    ("space behind", "https://issuer.test "),
    ("NUL behind", "https://issuer.test\0"),
    ("newline behind", "https://issuer.test\n"),
    ("other alphabet", "https://issu\u{435}r.test"),
    ("both issuers", "https://issuer.test,https://partner.test"),
];

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let token = |iss: Value| forge.good().claim("iss", iss).token();
    let mut attacks = Vec::new();
    for (name, issuer) in OTHERS {
        let what = "signed by the issuer's key, in another name";
        let reason = match issuer.chars().any(char::is_control) {
            true => "issuer_malformed",
            false => "issuer_unknown",
        };
        attacks.push(Attack::token(name, what, &token(json!(issuer)), reason));
    }
    for (name, issuer) in [
        ("array", json!([ISSUER])),
        ("array with the attacker", json!(["https://evil.test", ISSUER])),
        ("number", json!(1)),
        ("null", json!(null)),
        ("true", json!(true)),
        ("object", json!({ "iss": ISSUER })),
        ("empty", json!("")),
    ] {
        attacks.push(Attack::token(name, "is no name", &token(issuer), "issuer_malformed"));
    }
    attacks.extend(crossed(forge));
    attacks
}

/// Tokens in the name of one issuer, by keys of the other.
fn crossed(forge: &Forge<'_>) -> Vec<Attack> {
    let (ec, theirs) = (forge.own.key(Algorithm::Es256), &forge.partner.ec);
    let by_partner = || forge.good().signed(by(theirs));
    let by_issuer = || forge.generic().signed(by(ec));
    let both = forge.generic().header("typ", "at+jwt").claim("aud", json!([AUDIENCE, partner::AUDIENCE]));
    vec![
        Attack::token(
            "partner's key, its own `kid`",
            "the partner speaks for the issuer",
            &by_partner().header("kid", theirs.id()).token(),
            "key_unknown",
        ),
        Attack::token(
            "partner's key, issuer's `kid`",
            "the partner speaks for the issuer",
            &by_partner().token(),
            "signature_invalid",
        ),
        Attack::token(
            "partner's key, no `kid`",
            "the partner speaks for the issuer",
            &by_partner().without_header("kid").token(),
            "signature_invalid",
        ),
        Attack::token(
            "issuer's key, its own `kid`",
            "the issuer speaks for the partner",
            &by_issuer().header("kid", ec.id()).token(),
            "key_unknown",
        ),
        Attack::token(
            "issuer's key, partner's `kid`",
            "the issuer speaks for the partner",
            &by_issuer().token(),
            "signature_invalid",
        ),
        Attack::token(
            "partner's access token for both",
            "an access token where generic ones are taken",
            &both.token(),
            "type_wrong",
        )
        .differs("does not read `typ`, and has no setting for it"),
    ]
}
