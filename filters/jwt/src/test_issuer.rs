//! An issuer for tests, with a fresh key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

pub(crate) struct Issuer {
    key_id: String,
    pair: Ed25519KeyPair,
}

impl Issuer {
    pub(crate) fn new(key_id: &str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self { key_id: key_id.to_owned(), pair: Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap() }
    }

    pub(crate) fn jwks(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.pair.public_key());
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.key_id}]})
    }

    /// A token of type `typ` under this issuer's key.
    pub(crate) fn token(&self, typ: &str, claims: &Value) -> String {
        self.sign(&json!({"alg": "EdDSA", "kid": self.key_id, "typ": typ}), claims)
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let [header, claims] = [header, claims].map(|json| URL_SAFE_NO_PAD.encode(json.to_string()));
        let signing_input = format!("{header}.{claims}");
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(signing_input.as_bytes()));
        format!("{signing_input}.{signature}")
    }
}
