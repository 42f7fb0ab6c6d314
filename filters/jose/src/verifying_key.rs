//! One public key, fixed to one algorithm.

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

use crate::Algorithm;

/// A key that verifies signatures. Which algorithm it is for follows from what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey(pub(crate) Material);

/// The public numbers of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Material {
    /// Modulus and exponent, big-endian without leading zeros.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    /// The uncompressed point (SEC 1 §2.3.3).
    P256 { point: Vec<u8> },
    /// The encoded point (RFC 8032 §5.1.2).
    Ed25519 { point: Vec<u8> },
}

impl VerifyingKey {
    pub(crate) const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Material::Rsa { .. } => Algorithm::Rs256,
            Material::P256 { .. } => Algorithm::Es256,
            Material::Ed25519 { .. } => Algorithm::EdDsa,
        }
    }

    /// Whether `signature` over `message` was made with the private half of this key.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let outcome = match &self.0 {
            Material::Rsa { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
            Material::P256 { point } => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            Material::Ed25519 { point } => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
        };
        outcome.is_ok()
    }
}
