//! An issuer whose key is the same in every run.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jose::SigningKey;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

/// The private key. It signs nothing but tokens for tests.
const SEED: [u8; 32] = [7; 32];

const KEY_ID: &str = "fuzz";

/// RFC 8410 §7: what stands in front of the 32 bytes of a key on Ed25519.
const PKCS8_PREFIX: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

/// Signs with Ed25519, whose signatures depend on nothing but the key and the message.
pub struct Issuer(Ed25519KeyPair);

impl Issuer {
    /// The one issuer.
    #[expect(clippy::new_without_default, reason = "it is the only one, not a default")]
    pub fn new() -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&SEED).expect("a seed of 32 bytes"))
    }

    /// The public half.
    pub fn jwk(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.0.public_key());
        json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": KEY_ID})
    }

    /// The private half, for who makes bundles.
    pub fn signing_key(&self) -> SigningKey {
        let der = STANDARD.encode([PKCS8_PREFIX.as_slice(), &SEED].concat());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----");
        SigningKey::from_pkcs8_pem(&pem, KEY_ID).expect("a key")
    }

    /// A token of type `typ` over `claims`, whatever these are.
    pub fn token(&self, typ: &str, claims: &[u8]) -> String {
        self.sign(&json!({"alg": "EdDSA", "kid": KEY_ID, "typ": typ}).to_string(), claims)
    }

    /// A token with any header.
    pub fn sign(&self, header: &str, claims: &[u8]) -> String {
        let header = URL_SAFE_NO_PAD.encode(header);
        let signing_input = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(signing_input.as_bytes()));
        format!("{signing_input}.{signature}")
    }
}

/// Public keys of the other algorithms, under which no input is signed: all of ring's verification is
/// reached, and whatever verifies is a defect.
pub fn rejected_keys() -> [Value; 2] {
    // The generator of P-256 (SEC 2 §2.4.2), as whose private half the number one would do.
    let x = "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY";
    let y = "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
    // Odd and of 2048 bits, which is all that is asked of a modulus.
    let n = URL_SAFE_NO_PAD.encode([0xff; 256]);
    [
        json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "p256"}),
        json!({"kty": "RSA", "n": n, "e": "AQAB", "kid": "rsa"}),
    ]
}
