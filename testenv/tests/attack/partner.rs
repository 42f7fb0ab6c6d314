//! The second issuer, whose key set holds what no set should: keys that must not verify anything.

use std::io;

use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, sha2};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testenv::issuer::{Algorithm, Key};

use crate::draft::encode;

/// Its name in `iss`.
pub const ISSUER: &str = "https://partner.test";

/// Whom its tokens are for.
pub const AUDIENCE: &str = "partner-api";

/// Bits of an RSA key that is too short (RFC 7518 §3.3).
const SHORT_RSA_BITS: usize = 1024;

/// An issuer of generic tokens.
pub struct Partner {
    /// Its sound keys. Of ES256 it has two.
    pub rsa: Key,
    /// ES256.
    pub ec: Key,
    /// ES256.
    pub other_ec: Key,
    /// EdDSA.
    pub ed: Key,
    /// 1024 bits.
    short: rsa::PrivateKey,
    /// On another curve than its `alg` is for.
    p384: (EcdsaKeyPair, Vec<u8>),
}

impl Partner {
    /// New keys.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            rsa: Key::generate(Algorithm::Rs256, "p-rsa")?,
            ec: Key::generate(Algorithm::Es256, "p-ec")?,
            other_ec: Key::generate(Algorithm::Es256, "p-ec-2")?,
            ed: Key::generate(Algorithm::EdDsa, "p-ed")?,
            short: rsa::PrivateKey::new(&mut getrandom::SysRng, SHORT_RSA_BITS)
                .map_err(io::Error::other)?,
            p384: p384()?,
        })
    }

    /// Its key set. The last ones are each unfit in one way, and would verify what is signed with them by
    /// whoever does not see that.
    pub fn key_set(&self) -> Value {
        let changed = |key: &Key, id: &str, member: &str, value: Value| {
            let mut jwk = key.public_jwk();
            jwk["kid"] = id.into();
            jwk[member] = value;
            jwk
        };
        let private = json!(encode([7; 32]));
        let mut operations = changed(&self.ec, "p-encrypt", "key_ops", json!(["encrypt"]));
        operations.as_object_mut().map(|members| members.remove("use"));
        json!({ "keys": [
            self.rsa.public_jwk(),
            self.ec.public_jwk(),
            self.other_ec.public_jwk(),
            self.ed.public_jwk(),
            changed(&self.ec, "p-enc", "use", json!("enc")),
            operations,
            changed(&self.rsa, "p-pss", "alg", json!("PS256")),
            changed(&self.ec, "p-es384", "alg", json!("ES384")),
            changed(&self.ec, "p-private", "d", private),
            self.short_jwk(),
            self.p384_jwk(),
        ] })
    }

    /// RS256 with the key that is too short.
    pub fn sign_short(&self, input: &[u8]) -> Vec<u8> {
        let digest = Sha256::digest(input);
        self.short.sign(Pkcs1v15Sign::new::<Sha256>(), &digest).expect("the key is sound but for its size")
    }

    /// ECDSA with the key on the other curve.
    pub fn sign_p384(&self, input: &[u8]) -> Vec<u8> {
        let signature = self.p384.0.sign(&SystemRandom::new(), input);
        signature.expect("the system gives random numbers").as_ref().to_vec()
    }

    fn short_jwk(&self) -> Value {
        let (n, e) = (encode(self.short.n_bytes()), encode(self.short.e_bytes()));
        json!({ "kty": "RSA", "kid": "p-short", "alg": "RS256", "use": "sig", "n": n, "e": e })
    }

    fn p384_jwk(&self) -> Value {
        // An uncompressed point: 4, then both coordinates (SEC 1 §2.3.3).
        let (x, y) = self.p384.1[1..].split_at(48);
        let (x, y) = (encode(x), encode(y));
        json!({ "kty": "EC", "kid": "p-384", "use": "sig", "crv": "P-384", "x": x, "y": y })
    }
}

fn p384() -> io::Result<(EcdsaKeyPair, Vec<u8>)> {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).map_err(io::Error::other)?;
    let document = pair.serialized_der();
    let signer = EcdsaKeyPair::from_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, document, &SystemRandom::new());
    Ok((signer.map_err(io::Error::other)?, pair.public_key_raw().to_vec()))
}
