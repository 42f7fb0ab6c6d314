//! `alg` that is not the key's (RFC 8725 §3.1): the token must not choose how it is verified.

use testenv::issuer::Algorithm;

use crate::attack::Attack;
use crate::forge::{Forge, by};

/// Signature algorithms that no provider here takes. Whether a name is one that is known, and not allowed
/// here, or no name at all, is for the log only: both are refused before any key is looked at.
const NOT_TAKEN: [&str; 10] =
    ["RS384", "RS512", "PS256", "PS384", "PS512", "ES384", "ES512", "HS256", "HS384", "HS512"];

/// Names of other curves, and of encryption.
const UNKNOWN: [&str; 7] = ["ES256K", "Ed448", "RSA-OAEP", "RSA1_5", "dir", "A128KW", "PBES2-HS256+A128KW"];

/// Names in a spelling that is none (RFC 7515 §4.1.1: case-sensitive).
const MISSPELLED: [&str; 7] = ["es256", "Es256", "ES256 ", "ES-256", "SHA256withECDSA", "eddsa", "ED25519"];

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for alg in NOT_TAKEN {
        let token = forge.good().header("alg", alg).token();
        attacks.push(Attack::token(format!("`{alg}`"), "signed by ES256", &token, "algorithm_not_allowed"));
    }
    for (names, what) in [(&UNKNOWN, "an algorithm of others"), (&MISSPELLED, "misspells the algorithm")] {
        for alg in names {
            let token = forge.good().header("alg", *alg).token();
            attacks.push(Attack::token(format!("`{alg}`"), what, &token, "algorithm_unknown"));
        }
    }
    attacks.extend(swaps(forge));
    attacks
}

/// The `kid` of one key, the `alg` and the signature of another.
fn swaps(forge: &Forge<'_>) -> Vec<Attack> {
    let all = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];
    let pairs = all.into_iter().flat_map(|of| all.into_iter().map(move |alg| (of, alg)));
    let swap = |(of, alg): (Algorithm, Algorithm)| {
        let key = forge.own.key(of);
        let token = forge.good_by(alg).header("kid", key.id()).token();
        let name = format!("{} for the key of {}", alg.name(), of.name());
        let what = "signed by the issuer's other key, under this one's `kid`";
        let own = forge.good_by(of).header("alg", alg.name()).signed(by(key)).token();
        let named = format!("{} named {}", of.name(), alg.name());
        [
            Attack::token(name, what, &token, "key_mismatch"),
            Attack::token(named, "signed by the right key, named wrongly", &own, "key_mismatch"),
        ]
    };
    pairs.filter(|(of, alg)| of != alg).flat_map(swap).collect()
}
