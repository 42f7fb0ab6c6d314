//! The bytes of a token: taking it apart never fails badly, and nothing verifies but what was signed.
use std::sync::LazyLock;

use crate::world::{Issuer, rejected_keys};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jose::{Algorithm, Compact, KeySet, KeyUse, Ring};
use serde_json::json;

const ALGORITHMS: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];

/// The only tokens that were signed, which `examples/seeds.rs` writes.
const SIGNED: [&[u8]; 2] =
    [include_bytes!("../../seeds/token/signed"), include_bytes!("../../seeds/token/signed_without_key_id")];

static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let [p256, rsa] = rejected_keys();
    KeySet::from_value(&json!({"keys": [Issuer::new().jwk(), p256, rsa]}), KeyUse::Signature)
        .expect("good keys")
});

/// See above.
pub fn property(data: &[u8]) {
    let Ok(token) = Compact::parse(data) else {
        assert!(!SIGNED.contains(&data), "signed, but not taken apart");
        return;
    };
    // One spelling for each token: what was read, written again, is what came.
    let signature = URL_SAFE_NO_PAD.encode(token.signature());
    assert_eq!([token.signing_input(), b".", signature.as_bytes()].concat(), data);
    let claims = token.unverified_claims();
    match KEYS.verify(&token, &ALGORITHMS, &Ring) {
        Ok(verified) => {
            assert!(SIGNED.contains(&data), "verified, but nobody has signed it");
            assert_eq!(Ok(verified.claims()), claims.as_ref());
        }
        Err(_) => assert!(!SIGNED.contains(&data), "signed, but not verified"),
    }
    assert!(KEYS.verify(&token, &[], &Ring).is_err(), "verified with an algorithm that is not allowed");
}
