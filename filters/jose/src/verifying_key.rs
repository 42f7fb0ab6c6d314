//! One key, and what it may verify.

use std::fmt;
use std::mem::discriminant;

use serde_json::Value;

use crate::{Algorithm, KeyUse, asn1, jwk};

/// A key that verifies signatures. Which algorithm it is for follows from what it is and what its set says
/// of it; a token has no part in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    material: Material,
    /// Nothing only for an RSA key whose set does not say: the configuration says it then.
    algorithm: Option<Algorithm>,
    /// A DER SubjectPublicKeyInfo, for whoever takes keys in that form. Written once, when a set is read.
    spki: Option<Vec<u8>>,
}

/// The numbers of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Material {
    /// Modulus and exponent, big-endian without leading zeros.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    /// The uncompressed point (SEC 1 §2.3.3).
    Ec { curve: Curve, point: Vec<u8> },
    /// The encoded point (RFC 8032 §5.1.2).
    Ed25519 { point: Vec<u8> },
    /// What the issuer and we share.
    Secret(Secret),
}

/// A curve of RFC 7518 §6.2.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

/// Bytes that are shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(Vec<u8>);

impl VerifyingKey {
    /// The key that `jwk` is, where it is a sound public key for signatures (RFC 7517 §4).
    pub fn from_jwk(jwk: &Value) -> Option<Self> {
        jwk::verifying_key(jwk, KeyUse::Signature).map(|(_, key)| key)
    }

    /// A public key, for `alg` alone where its set names one. Nothing when the two do not belong together.
    pub(crate) fn public(material: Material, alg: Option<Algorithm>) -> Option<Self> {
        let algorithm = match &material {
            Material::Rsa { .. } => alg,
            Material::Ec { curve, .. } => Some(curve.algorithm()),
            Material::Ed25519 { .. } => Some(Algorithm::EdDsa),
            Material::Secret(_) => None?,
        };
        let belongs = match alg {
            Some(named) if matches!(material, Material::Rsa { .. }) => named.is_rsa(),
            Some(named) => algorithm == Some(named),
            None => true,
        };
        let spki = asn1::subject_public_key_info(&material);
        belongs.then_some(Self { material, algorithm, spki })
    }

    /// A secret, for one algorithm. Nothing for an algorithm that takes no secret.
    pub(crate) fn secret(bytes: &[u8], algorithm: Algorithm) -> Option<Self> {
        let material = Material::Secret(Secret(bytes.to_vec()));
        algorithm.is_symmetric().then_some(Self { material, algorithm: Some(algorithm), spki: None })
    }

    /// The one algorithm that it is for where `allowed` are allowed, the preferred first: its own, and for
    /// an RSA key without one the first that takes such a key.
    pub(crate) fn algorithm_among(&self, allowed: &[Algorithm]) -> Option<Algorithm> {
        let first_for_rsa = || allowed.iter().copied().find(|algorithm| algorithm.is_rsa());
        self.algorithm.or_else(first_for_rsa)
    }

    /// Whether `algorithm` is one that it could be for.
    pub(crate) fn belongs_to(&self, algorithm: Algorithm) -> bool {
        self.algorithm.map_or_else(|| algorithm.is_rsa(), |own| own == algorithm)
    }

    pub(crate) const fn material(&self) -> &Material {
        &self.material
    }

    /// Its DER form; nothing where there is none that a proxy would take.
    pub(crate) fn spki(&self) -> Option<&[u8]> {
        self.spki.as_deref()
    }

    pub(crate) const fn is_secret(&self) -> bool {
        matches!(self.material, Material::Secret(_))
    }

    /// Whether it has the `kty` of `other` (RFC 7517 §4.1), and other numbers.
    pub(crate) fn competes_with(&self, other: &Self) -> bool {
        discriminant(&self.material) == discriminant(&other.material) && self.material != other.material
    }
}

impl Curve {
    /// ECDSA in JOSE fixes the hash by the curve (RFC 7518 §3.4).
    pub(crate) const fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::Es256,
            Self::P384 => Algorithm::Es384,
            Self::P521 => Algorithm::Es512,
        }
    }

    /// Bytes of a coordinate (RFC 7518 §6.2.1.2), and of each half of a signature (RFC 7518 §3.4).
    pub(crate) const fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }
}

impl Secret {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
