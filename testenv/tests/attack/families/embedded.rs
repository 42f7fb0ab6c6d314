//! A key that the token brings along or says where to fetch (RFC 8725 §3.10; CVE-2018-0114): it proves
//! nothing, and nobody may be made to fetch it.

use serde_json::{Value, json};
use testenv::issuer::Algorithm;

use crate::attack::Attack;
use crate::forge::{Forge, by};

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let trap = forge.trap();
    let at = |path: &str| json!(format!("http://{trap}/{path}"));
    let mut attacks = Vec::new();
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let key = forge.foreign(algorithm);
        let forged =
            |member: &str, value: Value| forge.good_by(algorithm).header(member, value).signed(by(key));
        for (name, what, token) in [
            ("`jwk`", "has the attacker's key in it", forged("jwk", key.public_jwk()).token()),
            (
                "`jwk`, no `kid`",
                "has the attacker's key in it and names no other",
                forged("jwk", key.public_jwk()).without_header("kid").token(),
            ),
            ("`jku`", "says where the attacker's keys are", forged("jku", at("jwks")).token()),
            ("`x5u`", "says where the attacker's certificate is", forged("x5u", at("pem")).token()),
            ("`x5c`", "has a certificate in it", forged("x5c", json!(["MIIBszCCAVmgAwIBAgIU"])).token()),
        ] {
            let name = format!("{name}, {}", algorithm.name());
            attacks.push(Attack::token(name, what, &token, "signature_invalid"));
        }
    }
    let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"attacker");
    let symmetric = forge
        .good()
        .header("alg", "HS256")
        .header("jwk", json!({ "kty": "oct", "k": "YXR0YWNrZXI" }))
        .signed(move |input| ring::hmac::sign(&secret, input).as_ref().to_vec());
    let symmetric = Attack::token(
        "`jwk`, secret",
        "has the secret of its HMAC in it",
        &symmetric.token(),
        "algorithm_not_allowed",
    );
    attacks.push(symmetric);
    let key = forge.foreign(Algorithm::Es256);
    let named = forge.good().header("kid", at("key")).signed(by(key)).token();
    attacks.push(Attack::token("`kid` as URL", "names its key by where it lies", &named, "key_unknown"));
    let own = forge.good().header("kid", "mine").header("jwk", key.public_jwk()).signed(by(key)).token();
    attacks.push(Attack::token(
        "`jwk` with its `kid`",
        "has the key that it names in it",
        &own,
        "key_unknown",
    ));
    attacks
}
