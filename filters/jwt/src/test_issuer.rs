//! Issuers for tests, each with a fresh key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

pub(crate) struct Issuer {
    key_id: String,
    key: Key,
}

enum Key {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
}

impl Issuer {
    /// One that signs with EdDSA.
    pub(crate) fn new(key_id: &str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        Self { key_id: key_id.to_owned(), key: Key::Ed25519(pair) }
    }

    /// One that signs with ES256.
    pub(crate) fn es256(key_id: &str) -> Self {
        let (random, with) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(with, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(with, pkcs8.as_ref(), &random).unwrap();
        Self { key_id: key_id.to_owned(), key: Key::P256(pair) }
    }

    pub(crate) fn jwks(&self) -> Value {
        let mut jwk = match &self.key {
            Key::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key())})
            }
            Key::P256(pair) => {
                // After the byte that says so, both coordinates (SEC 1 §2.3.3).
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)})
            }
        };
        jwk["kid"] = json!(self.key_id);
        json!({"keys": [jwk]})
    }

    /// The key set of a trust domain.
    pub(crate) fn bundle(&self) -> Value {
        let mut bundle = self.jwks();
        bundle["keys"][0]["use"] = json!("jwt-svid");
        bundle
    }

    /// A token of type `typ` under this issuer's key.
    pub(crate) fn token(&self, typ: &str, claims: &Value) -> String {
        self.sign(&json!({"alg": self.algorithm(), "kid": self.key_id, "typ": typ}), claims)
    }

    /// A token that does not say its type.
    pub(crate) fn untyped(&self, claims: &Value) -> String {
        self.sign(&json!({"alg": self.algorithm(), "kid": self.key_id}), claims)
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        sign_with(header, claims, |input| match &self.key {
            Key::Ed25519(pair) => pair.sign(input).as_ref().to_vec(),
            Key::P256(pair) => pair.sign(&SystemRandom::new(), input).unwrap().as_ref().to_vec(),
        })
    }

    const fn algorithm(&self) -> &'static str {
        match self.key {
            Key::Ed25519(_) => "EdDSA",
            Key::P256(_) => "ES256",
        }
    }
}

/// A token under a secret that is shared.
pub(crate) fn sign_hs256(secret: &[u8], header: &Value, claims: &Value) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    sign_with(header, claims, |input| hmac::sign(&key, input).as_ref().to_vec())
}

fn sign_with(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let [header, claims] = [header, claims].map(|json| encode(json.to_string()));
    let signing_input = format!("{header}.{claims}");
    let signature = encode(sign(signing_input.as_bytes()));
    format!("{signing_input}.{signature}")
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
