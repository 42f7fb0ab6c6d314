//! Keys of the set that are unfit for what they are used for (RFC 7517 §4.2-4.4, RFC 7518 §3.3).

use testenv::issuer::Key;

use crate::attack::{Attack, explained};
use crate::forge::{Forge, by};

const DIFFERENCES: [(&str, &str); 5] = [
    ("`use: enc`", "does not read `use`"),
    ("`key_ops", "does not read `key_ops`"),
    ("`d`", "does not see that the private half is published"),
    ("RSA 1024", "asks for no least size (RFC 7518 §3.3: 2048 bits)"),
    ("no `kid`", "tries every key; here it must say which one is meant"),
];

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let partner = forge.partner;
    let named = |key: &'_ Key, id: &str| {
        forge.generic().header("alg", key.public_jwk()["alg"].clone()).header("kid", id)
    };
    let signed = |id: &str| named(&partner.ec, id).token();
    let by_rsa = |id: &str| named(&partner.rsa, id).signed(by(&partner.rsa)).token();
    let short = forge.generic().header("alg", "RS256").header("kid", "p-short");
    let short = short.signed(|input| partner.sign_short(input)).token();
    let p384 = forge.generic().header("kid", "p-384").signed(|input| partner.sign_p384(input)).token();
    let attacks = vec![
        Attack::token("`use: enc`", "a key that is for encryption", &signed("p-enc"), "key_unknown"),
        Attack::token(
            "`key_ops: [encrypt]`",
            "a key that may not verify",
            &signed("p-encrypt"),
            "key_unknown",
        ),
        Attack::token("`alg: PS256`", "a key for PS256, signed by RS256", &by_rsa("p-pss"), "key_mismatch"),
        Attack::token("`alg: ES384`", "a key on P-256 that names ES384", &signed("p-es384"), "key_unknown"),
        Attack::token("`d`", "a key whose private half is public too", &signed("p-private"), "key_unknown"),
        Attack::token("RSA 1024", "a key that can be factored", &short, "key_unknown"),
        Attack::token("P-384 for ES256", "a key on another curve", &p384, "key_mismatch"),
        Attack::token(
            "no `kid`, two keys",
            "does not say which key of two is meant",
            &forge.generic().without_header("kid").token(),
            "key_ambiguous",
        ),
        Attack::token(
            "other key of the issuer",
            "signed by one key under the `kid` of another",
            &forge.generic().header("kid", partner.other_ec.id()).token(),
            "signature_invalid",
        ),
    ];
    explained(attacks, &DIFFERENCES)
}
