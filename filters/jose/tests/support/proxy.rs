//! A proxy that checks signatures, on code that reads keys and signatures for itself: ring's own readers of
//! DER, and those of the crate `p521`.

use contract::{Digest, ProxyCrypto, ProxyCryptoError};
use p521::ecdsa::signature::Verifier;
use p521::ecdsa::{DerSignature, VerifyingKey};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use spki::SubjectPublicKeyInfoRef;
use spki::der::Decode;

/// What a proxy can do that can do everything.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AbleProxy;

impl ProxyCrypto for AbleProxy {
    fn verify(
        &self,
        digest: Digest,
        public_key: &[u8],
        signature: &[u8],
        message: &[u8],
    ) -> Result<bool, ProxyCryptoError> {
        let info = SubjectPublicKeyInfoRef::from_der(public_key).map_err(|_| ProxyCryptoError)?;
        let key = info.subject_public_key.as_bytes().ok_or(ProxyCryptoError)?;
        let (algorithm, parameters) = info.algorithm.oids().map_err(|_| ProxyCryptoError)?;
        match (algorithm.to_string().as_str(), parameters.map(|oid| oid.to_string()).as_deref(), digest) {
            ("1.2.840.10045.2.1", Some("1.3.132.0.35"), Digest::Sha512) => {
                Ok(p521(key, signature, message).is_some())
            }
            ("1.2.840.10045.2.1", Some("1.3.132.0.34"), Digest::Sha384) => {
                Ok(ring(&ECDSA_P384_SHA384_ASN1, key, signature, message))
            }
            ("1.2.840.10045.2.1", Some("1.2.840.10045.3.1.7"), Digest::Sha256) => {
                Ok(ring(&ECDSA_P256_SHA256_ASN1, key, signature, message))
            }
            ("1.2.840.113549.1.1.1", None, digest) => Ok(ring(rsa(digest), key, signature, message)),
            _ => Err(ProxyCryptoError),
        }
    }
}

fn p521(key: &[u8], signature: &[u8], message: &[u8]) -> Option<()> {
    let signature = DerSignature::try_from(signature).ok()?;
    VerifyingKey::from_sec1_bytes(key)
        .ok()?
        .verify(message, &p521::ecdsa::Signature::try_from(signature).ok()?)
        .ok()
}

fn ring(by: &'static dyn VerificationAlgorithm, key: &[u8], signature: &[u8], message: &[u8]) -> bool {
    UnparsedPublicKey::new(by, key).verify(message, signature).is_ok()
}

fn rsa(digest: Digest) -> &'static dyn VerificationAlgorithm {
    match digest {
        Digest::Sha256 => &RSA_PKCS1_2048_8192_SHA256,
        Digest::Sha384 => &RSA_PKCS1_2048_8192_SHA384,
        Digest::Sha512 => &RSA_PKCS1_2048_8192_SHA512,
    }
}
