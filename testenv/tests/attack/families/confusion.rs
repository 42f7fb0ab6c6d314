//! HMAC with the public key as its secret (RFC 8725 §2.1): everybody has it, so everybody could sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use testenv::issuer::{Algorithm, Key};

use crate::attack::Attack;
use crate::draft::decode;
use crate::forge::Forge;

/// What an application might take for the bytes of a public key.
fn encodings(key: &Key) -> Vec<(&'static str, Vec<u8>)> {
    let (pem, jwk) = (key.public_pem(), key.public_jwk());
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let member = ["n", "x"].into_iter().find_map(|name| jwk[name].as_str()).unwrap_or_default();
    vec![
        ("PEM", pem.clone().into_bytes()),
        ("PEM without its last newline", pem.trim_end().as_bytes().to_vec()),
        ("PEM after a space", format!(" {pem}").into_bytes()),
        ("PEM with CRLF", pem.replace('\n', "\r\n").into_bytes()),
        ("PEM with `\\n` as text", pem.replace('\n', "\\n").into_bytes()),
        ("body of the PEM", body.clone().into_bytes()),
        ("DER", STANDARD.decode(&body).expect("it is PEM")),
        ("JWK", jwk.to_string().into_bytes()),
        ("JWK set", format!(r#"{{"keys":[{jwk}]}}"#).into_bytes()),
        ("modulus or x", decode(member)),
        ("modulus or x, base64url", member.as_bytes().to_vec()),
        ("`kid`", key.id().as_bytes().to_vec()),
    ]
}

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let key = forge.own.key(algorithm);
        for (encoding, secret) in encodings(key) {
            let name = format!("{} key as {encoding}", algorithm.name());
            attacks.push(attack(forge, algorithm, name, ("HS256", hmac::HMAC_SHA256), &secret));
        }
    }
    let pem = forge.own.key(Algorithm::Rs256).public_pem();
    for by in [("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)] {
        attacks.push(attack(forge, Algorithm::Rs256, format!("{}, PEM", by.0), by, pem.as_bytes()));
    }
    for (name, secret) in [("empty secret", ""), ("`secret`", "secret"), ("the audience", "shop-api")] {
        let by = ("HS256", hmac::HMAC_SHA256);
        attacks.push(attack(forge, Algorithm::Rs256, name.to_owned(), by, secret.as_bytes()));
    }
    attacks
}

fn attack(
    forge: &Forge<'_>,
    algorithm: Algorithm,
    name: String,
    (alg, digest): (&str, hmac::Algorithm),
    secret: &[u8],
) -> Attack {
    let secret = hmac::Key::new(digest, secret);
    let draft = forge.good_by(algorithm).header("alg", alg);
    let token = draft.signed(move |input| hmac::sign(&secret, input).as_ref().to_vec()).token();
    Attack::token(name, "signed by HMAC with what is public", &token, "algorithm_not_allowed")
}
