//! The two types of key that sign, with `ring`.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, SliceReader, Tag, Tagged};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::{Map, Value, json};
use spki::AlgorithmIdentifierRef;

use super::{SignError, SigningKeyError};
use crate::asn1::{EC_PUBLIC_KEY, SECP256R1};
use crate::verifying_key::Curve;
use crate::{Algorithm, base64url};

/// RFC 8410 §3.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// A private key with its public half.
pub(super) enum Pair {
    P256 {
        pair: EcdsaKeyPair,
        /// The key as it came, for a proxy that signs with it.
        pkcs8: Vec<u8>,
    },
    Ed25519(Ed25519KeyPair),
}

impl Pair {
    /// The key in a PKCS#8 structure. One on P-256 must hold its public half, as ring wants it; one on
    /// Ed25519 need not, because OpenSSL leaves it out.
    pub(super) fn from_pkcs8(pkcs8: Vec<u8>) -> Result<Self, SigningKeyError> {
        let algorithm = algorithm(&pkcs8).ok_or(SigningKeyError::NotPkcs8)?;
        if algorithm.oid == ED25519 {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8);
            return pair.map(Self::Ed25519).map_err(|_| SigningKeyError::Unsound);
        }
        if algorithm.oid != EC_PUBLIC_KEY || algorithm.parameters_oid() != Ok(SECP256R1) {
            return Err(SigningKeyError::TypeUnfit);
        }
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8, &SystemRandom::new())
            .map(|pair| Self::P256 { pair, pkcs8 })
            .map_err(|_| SigningKeyError::Unsound)
    }

    pub(super) const fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256 { .. } => Algorithm::Es256,
            Self::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// The same, as the header of a token has it.
    pub(super) const fn header_algorithm(&self) -> jsonwebtoken::Algorithm {
        match self {
            Self::P256 { .. } => jsonwebtoken::Algorithm::ES256,
            Self::Ed25519(_) => jsonwebtoken::Algorithm::EdDSA,
        }
    }

    /// A signature in the form of JOSE (RFC 7518 §3.4, RFC 8037 §3.1).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let signature = match self {
            Self::P256 { pair, .. } => {
                pair.sign(&SystemRandom::new(), message).map_err(|_| SignError::NoRandomness)?
            }
            Self::Ed25519(pair) => pair.sign(message),
        };
        Ok(signature.as_ref().to_vec())
    }

    /// What makes up the public half (RFC 7518 §6.2.1, RFC 8037 §2).
    pub(super) fn public_members(&self) -> Map<String, Value> {
        let members = match self {
            Self::P256 { pair, .. } => {
                // 0x04, x, y (SEC 1 §2.3.3): ring writes no other form.
                let point = pair.public_key().as_ref().get(1..).unwrap_or_default();
                let (x, y) = point.split_at_checked(Curve::P256.coordinate_bytes()).unwrap_or_default();
                json!({"kty": "EC", "crv": "P-256", "x": base64url::encode(x), "y": base64url::encode(y)})
            }
            Self::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": base64url::encode(pair.public_key())})
            }
        };
        members.as_object().cloned().unwrap_or_default()
    }

    /// What a proxy signs with where it can: Envoy has no form for Ed25519.
    pub(super) fn for_proxy(&self) -> Option<&[u8]> {
        match self {
            Self::P256 { pkcs8, .. } => Some(pkcs8),
            Self::Ed25519(_) => None,
        }
    }
}

/// What the structure says the key is for: its second member, after the version (RFC 5958 §2).
fn algorithm(pkcs8: &[u8]) -> Option<AlgorithmIdentifierRef<'_>> {
    let sequence = AnyRef::from_der(pkcs8).ok().filter(|any| any.tag() == Tag::Sequence)?;
    let mut members = SliceReader::new(sequence.value()).ok()?;
    u8::decode(&mut members).ok()?;
    AlgorithmIdentifierRef::decode(&mut members).ok()
}
