//! Keys that sign, and their public halves as JWK.

use std::io;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519, PKCS_RSA_SHA256};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use rsa::pkcs8::EncodePrivateKey as _;
use serde_json::{Value, json};

/// The least size that RFC 7518 §3.3 allows, and what most issuers use.
const RSA_BITS: usize = 2048;

/// Signature algorithms of RFC 7518 and RFC 8037 that the issuer offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// The name in `alg`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl FromStr for Algorithm {
    type Err = io::Error;

    fn from_str(text: &str) -> io::Result<Self> {
        let found = Self::ALL.into_iter().find(|algorithm| algorithm.name() == text);
        found.ok_or_else(|| io::Error::other(format!("no such algorithm: `{text}`")))
    }
}

/// A key pair with its key id.
#[derive(Debug)]
pub struct Key {
    id: String,
    pair: KeyPair,
    signer: Signer,
}

#[derive(Debug)]
enum Signer {
    Rsa(Box<RsaKeyPair>),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    /// A new key.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate(algorithm: Algorithm, id: &str) -> io::Result<Self> {
        let pair = match algorithm {
            Algorithm::Rs256 => rsa_pair()?,
            Algorithm::Es256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(io::Error::other)?,
            Algorithm::EdDsa => KeyPair::generate_for(&PKCS_ED25519).map_err(io::Error::other)?,
        };
        let signer = Signer::new(algorithm, pair.serialized_der())?;
        Ok(Self { id: id.to_owned(), pair, signer })
    }

    /// Its key id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it signs with.
    pub const fn algorithm(&self) -> Algorithm {
        match self.signer {
            Signer::Rsa(_) => Algorithm::Rs256,
            Signer::Ecdsa(_) => Algorithm::Es256,
            Signer::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// The private key as PKCS#8 PEM.
    pub fn private_pem(&self) -> String {
        self.pair.serialize_pem()
    }

    /// The public key as SubjectPublicKeyInfo PEM.
    pub fn public_pem(&self) -> String {
        self.pair.public_key_pem()
    }

    /// The public key as a JWK (RFC 7517).
    pub fn public_jwk(&self) -> Value {
        match &self.signer {
            Signer::Rsa(rsa) => {
                let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(rsa.public());
                self.jwk(
                    Algorithm::Rs256,
                    json!({ "kty": "RSA", "n": encode(&public.n), "e": encode(&public.e) }),
                )
            }
            Signer::Ecdsa(_) => {
                // An uncompressed point: 4, then both coordinates (SEC 1 §2.3.3).
                let coordinates = self.pair.public_key_raw().get(1..).unwrap_or_default();
                let (x, y) = coordinates.split_at(coordinates.len() / 2);
                let members = json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) });
                self.jwk(Algorithm::Es256, members)
            }
            Signer::Ed25519(_) => {
                let x = encode(self.pair.public_key_raw());
                self.jwk(Algorithm::EdDsa, json!({ "kty": "OKP", "crv": "Ed25519", "x": x }))
            }
        }
    }

    /// A JWS signature over `input`.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn sign(&self, input: &[u8]) -> io::Result<Vec<u8>> {
        let random = SystemRandom::new();
        match &self.signer {
            Signer::Rsa(rsa) => {
                let mut signature = vec![0; rsa.public().modulus_len()];
                rsa.sign(&RSA_PKCS1_SHA256, &random, input, &mut signature).map_err(unspecified)?;
                Ok(signature)
            }
            Signer::Ecdsa(ecdsa) => Ok(ecdsa.sign(&random, input).map_err(unspecified)?.as_ref().to_vec()),
            Signer::Ed25519(ed25519) => Ok(ed25519.sign(input).as_ref().to_vec()),
        }
    }

    fn jwk(&self, algorithm: Algorithm, mut members: Value) -> Value {
        members["kid"] = self.id.as_str().into();
        members["alg"] = algorithm.name().into();
        members["use"] = "sig".into();
        members
    }
}

impl Signer {
    fn new(algorithm: Algorithm, pkcs8: &[u8]) -> io::Result<Self> {
        let signer = match algorithm {
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).map(|rsa| Self::Rsa(Box::new(rsa))),
            Algorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new())
                    .map(Self::Ecdsa)
            }
            Algorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(Self::Ed25519),
        };
        signer.map_err(io::Error::other)
    }
}

/// Unpadded base64url (RFC 7515 §2).
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn rsa_pair() -> io::Result<KeyPair> {
    let key = rsa::PrivateKey::new(&mut getrandom::SysRng, RSA_BITS).map_err(io::Error::other)?;
    let document = key.to_pkcs8_der().map_err(io::Error::other)?;
    let pkcs8 = rustls::pki_types::PrivatePkcs8KeyDer::from(document.as_bytes());
    KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8, &PKCS_RSA_SHA256).map_err(io::Error::other)
}

fn unspecified(error: ring::error::Unspecified) -> io::Error {
    io::Error::other(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{
        ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
    };

    #[test]
    fn signatures_verify_with_the_public_half() {
        let verifiers: [&dyn ring::signature::VerificationAlgorithm; 3] =
            [&RSA_PKCS1_2048_8192_SHA256, &ECDSA_P256_SHA256_FIXED, &ED25519];
        for (algorithm, verifier) in Algorithm::ALL.into_iter().zip(verifiers) {
            let key = Key::generate(algorithm, "k").unwrap();
            let signature = key.sign(b"input").unwrap();
            let public = UnparsedPublicKey::new(verifier, key.pair.public_key_raw());
            assert!(public.verify(b"input", &signature).is_ok(), "{algorithm:?}");
            assert!(public.verify(b"other", &signature).is_err(), "{algorithm:?}");
        }
    }
}
