//! Keys that sign images: ECDSA on P-256 with SHA-256, as cosign signs by default.

use std::fs;
use std::path::Path;

use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, UnparsedPublicKey,
};
use spki::SubjectPublicKeyInfoRef;
use spki::der::asn1::ObjectIdentifier;
use spki::der::{Decode, pem};

use super::Fault;

/// RFC 5480 §2.1.1: a key for ECDSA.
const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// RFC 5480 §2.1.1.1: the curve P-256.
const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// What a key should be, and how one is made.
const WANTED: &str = "is not unencrypted PKCS#8 of P-256 in PEM; one is made by `openssl genpkey -algorithm EC \
    -pkeyopt ec_paramgen_curve:P-256`, and cosign takes it by `cosign import-key-pair`";

/// A private key.
pub(crate) struct Signing(EcdsaKeyPair);

/// A public key.
pub(crate) struct Public(Vec<u8>);

impl Signing {
    /// The key in the file at `path`.
    ///
    /// # Errors
    /// When there is none of this kind in it. What is in it is not shown.
    pub(crate) fn load(path: &Path) -> Result<Self, Fault> {
        let text = fs::read(path).map_err(|error| Fault::file(path, error))?;
        let unusable = || Fault::Key(format!("{} {WANTED}", path.display()));
        let (label, der) = pem::decode_vec(&text).map_err(|_| unusable())?;
        if label != "PRIVATE KEY" {
            return Err(unusable());
        }
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &der, &SystemRandom::new());
        pair.map(Self).map_err(|_| unusable())
    }

    /// The signature of `message`, in DER.
    ///
    /// # Errors
    /// When there is no randomness.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Fault> {
        let signature = self.0.sign(&SystemRandom::new(), message);
        let signature =
            signature.map_err(|_| Fault::Key("cannot sign: there is no randomness".to_owned()))?;
        Ok(signature.as_ref().to_vec())
    }
}

impl Public {
    /// The key in the file at `path`, as `openssl pkey -pubout` and `cosign public-key` write it.
    ///
    /// # Errors
    /// When there is none of this kind in it.
    pub(crate) fn load(path: &Path) -> Result<Self, Fault> {
        let text = fs::read(path).map_err(|error| Fault::file(path, error))?;
        let unusable = || Fault::Key(format!("{} is not a public key of P-256 in PEM", path.display()));
        let (label, der) = pem::decode_vec(&text).map_err(|_| unusable())?;
        if label != "PUBLIC KEY" {
            return Err(unusable());
        }
        point(&der).map(Self).ok_or_else(unusable)
    }

    /// Whether `signature`, in DER, is of this key over `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.0).verify(message, signature).is_ok()
    }
}

/// The point of a SubjectPublicKeyInfo; nothing where it is for another algorithm or on another curve.
fn point(der: &[u8]) -> Option<Vec<u8>> {
    let info = SubjectPublicKeyInfoRef::from_der(der).ok()?;
    info.algorithm.assert_algorithm_oid(EC_PUBLIC_KEY).ok()?;
    let curve = info.algorithm.parameters_oid().ok()?;
    (curve == SECP256R1).then(|| info.subject_public_key.as_bytes().map(<[u8]>::to_vec))?
}
