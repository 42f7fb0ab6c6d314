//! Signature checks in this program, with the crate `ring`.

use ring::hmac;
use ring::signature::{
    self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};

use crate::verifying_key::{Curve, Material, VerifyingKey};
use crate::{Algorithm, Unverifiable, Verifier};

/// Checks signatures in this program: every algorithm but ES512.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ring;

impl Ring {
    /// Whether it has code for `algorithm`.
    pub(crate) const fn can_verify(algorithm: Algorithm) -> bool {
        !matches!(algorithm, Algorithm::Es512)
    }
}

impl Verifier for Ring {
    fn verify(
        &self,
        key: &VerifyingKey,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Unverifiable> {
        if !key.belongs_to(algorithm) {
            return Ok(false);
        }
        let outcome = match key.material() {
            Material::Rsa { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }
                .verify(rsa_parameters(algorithm)?, message, signature),
            Material::Ec { curve, point } => {
                UnparsedPublicKey::new(ecdsa(*curve)?, point).verify(message, signature)
            }
            Material::Ed25519 { point } => {
                UnparsedPublicKey::new(&signature::ED25519, point).verify(message, signature)
            }
            Material::Secret(secret) => {
                hmac::verify(&hmac::Key::new(mac(algorithm)?, secret.bytes()), message, signature)
            }
        };
        Ok(outcome.is_ok())
    }
}

const fn rsa_parameters(algorithm: Algorithm) -> Result<&'static RsaParameters, Unverifiable> {
    match algorithm {
        Algorithm::Rs256 => Ok(&signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Ok(&signature::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Ok(&signature::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Ok(&signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => Ok(&signature::RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => Ok(&signature::RSA_PSS_2048_8192_SHA512),
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 | Algorithm::EdDsa => Err(Unverifiable),
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => Err(Unverifiable),
    }
}

/// Signatures are two numbers of fixed length (RFC 7518 §3.4).
fn ecdsa(curve: Curve) -> Result<&'static dyn VerificationAlgorithm, Unverifiable> {
    match curve {
        Curve::P256 => Ok(&signature::ECDSA_P256_SHA256_FIXED),
        Curve::P384 => Ok(&signature::ECDSA_P384_SHA384_FIXED),
        Curve::P521 => Err(Unverifiable),
    }
}

fn mac(algorithm: Algorithm) -> Result<hmac::Algorithm, Unverifiable> {
    match algorithm {
        Algorithm::Hs256 => Ok(hmac::HMAC_SHA256),
        Algorithm::Hs384 => Ok(hmac::HMAC_SHA384),
        Algorithm::Hs512 => Ok(hmac::HMAC_SHA512),
        Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => Err(Unverifiable),
        Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512 => Err(Unverifiable),
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 | Algorithm::EdDsa => Err(Unverifiable),
    }
}
