//! Signatures that the proxy offers to check and to make in its own, native code.

/// What the proxy can do about signatures. It may offer nothing, and it may be wrong: a status alone proves
/// nothing, so whoever uses it finds out with known answers first.
pub trait ProxyCrypto {
    /// Whether `signature` over `message` is by the private half of `public_key`, a DER
    /// SubjectPublicKeyInfo (RFC 5280 §4.1.2.7). An RSA key means RSASSA-PKCS1-v1_5; a signature of an
    /// elliptic-curve key is the DER structure of RFC 3279 §2.2.3.
    ///
    /// # Errors
    /// When the proxy cannot say.
    fn verify(
        &self,
        digest: Digest,
        public_key: &[u8],
        signature: &[u8],
        message: &[u8],
    ) -> Result<bool, ProxyCryptoError>;

    /// A signature over `message` with `private_key`, an unencrypted PKCS#8 structure in DER (RFC 5958 §2),
    /// in the forms of [`Self::verify`]. A proxy that does not say otherwise makes none.
    ///
    /// # Errors
    /// When the proxy makes no such signature.
    fn sign(
        &self,
        _digest: Digest,
        _private_key: &[u8],
        _message: &[u8],
    ) -> Result<Vec<u8>, ProxyCryptoError> {
        Err(ProxyCryptoError)
    }
}

/// A hash function of the SHA-2 family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// The name by which hosts and libraries know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }
}

/// The proxy does not check or make signatures, or not this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProxyCryptoError;

/// A proxy that neither checks nor makes signatures.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProxyCrypto;

impl ProxyCrypto for NoProxyCrypto {
    fn verify(&self, _: Digest, _: &[u8], _: &[u8], _: &[u8]) -> Result<bool, ProxyCryptoError> {
        Err(ProxyCryptoError)
    }
}
