//! Why there is no signing key, or no signature.

use std::fmt;

/// Why a key is not taken to sign with. No variant holds anything of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningKeyError {
    /// The name is empty, too long or not printable.
    KeyIdMalformed,
    /// Not exactly one PEM block (RFC 7468 §2).
    NotPem,
    /// A public key or a certificate.
    Public,
    /// Encrypted (RFC 7468 §11).
    Encrypted,
    /// A private key in another form than PKCS#8 (RFC 5958 §2), such as that of SEC 1 or PKCS#1.
    NotPkcs8,
    /// A key of another type, such as RSA or one on P-384.
    TypeUnfit,
    /// Of a right type, but not a sound key with its public half.
    Unsound,
}

/// Why a token was not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignError {
    /// The host has no randomness.
    NoRandomness,
    /// The header or the claims could not be written.
    NotWritable,
}

impl SigningKeyError {
    /// The field of a configuration that is wrong: `id` or `secret`.
    pub const fn field(self) -> &'static str {
        match self {
            Self::KeyIdMalformed => "id",
            Self::NotPem
            | Self::Public
            | Self::Encrypted
            | Self::NotPkcs8
            | Self::TypeUnfit
            | Self::Unsound => "secret",
        }
    }
}

impl fmt::Display for SigningKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyIdMalformed => "the name of the key is empty, too long or not printable",
            Self::NotPem => "the key is not one block `PRIVATE KEY` in PEM",
            Self::Public => "the key is public: to sign takes the private half",
            Self::Encrypted => "the key is encrypted, and nobody here knows the passphrase",
            Self::NotPkcs8 => "the key is not in PKCS#8: `openssl pkcs8 -topk8 -nocrypt` converts it",
            Self::TypeUnfit => "the key is neither on P-256 nor on Ed25519",
            Self::Unsound => "the key is malformed, or its public half is absent or another's",
        })
    }
}

impl std::error::Error for SigningKeyError {}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRandomness => "no_randomness",
            Self::NotWritable => "token_not_writable",
        })
    }
}

impl std::error::Error for SignError {}
