//! A secret that is shared with an issuer, as a key set.

mod leaked;

use std::fmt;

use serde::Deserialize;

use crate::verifying_key::VerifyingKey;
use crate::{Algorithm, KeySet, base64url};

/// How a secret is written in the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SecretEncoding {
    /// The bytes of the text are the secret.
    #[default]
    Text,
    /// The text is base64url without padding (RFC 7515 §2), as `k` of a JWK is (RFC 7518 §6.4.1).
    Base64url,
}

/// Why a secret is not taken. It is never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretError {
    /// The text is no canonical base64url.
    NotBase64url,
    /// There is no algorithm to use it with.
    NoAlgorithm,
    /// This algorithm takes no secret.
    Asymmetric(Algorithm),
    /// It is shorter than the hash of this algorithm (RFC 7518 §3.2).
    TooShort(Algorithm),
    /// All of its bytes are the same.
    Uniform,
    /// It is published: a default of a tool, or an example.
    Leaked,
}

impl SecretEncoding {
    /// The secret that `text` stands for.
    ///
    /// # Errors
    /// [`SecretError::NotBase64url`].
    pub fn decode(self, text: &str) -> Result<Vec<u8>, SecretError> {
        match self {
            Self::Text => Ok(text.as_bytes().to_vec()),
            Self::Base64url => base64url::decode(text).ok_or(SecretError::NotBase64url),
        }
    }
}

/// A set of one secret, which verifies with each of `algorithms`. It has no name: `kid` of a token is
/// ignored.
///
/// # Errors
/// When the secret could be guessed, or an algorithm takes none.
#[expect(clippy::disallowed_methods, reason = "here it is asked whether the secret could be guessed")]
pub fn secret_key_set(secret: &[u8], algorithms: &[Algorithm]) -> Result<KeySet, SecretError> {
    if leaked::is_leaked(secret) {
        return Err(SecretError::Leaked);
    }
    let set = KeySet::from_secret(secret, algorithms)?;
    match secret.windows(2).all(|pair| pair.first() == pair.last()) {
        true => Err(SecretError::Uniform),
        false => Ok(set),
    }
}

impl KeySet {
    /// [`secret_key_set`] without asking whether the secret could be guessed, for published vectors.
    ///
    /// # Errors
    /// When the secret is too short, or an algorithm takes none.
    pub fn from_secret(secret: &[u8], algorithms: &[Algorithm]) -> Result<Self, SecretError> {
        let longest = algorithms.iter().copied().max_by_key(|algorithm| hash_bytes(*algorithm));
        let longest = longest.ok_or(SecretError::NoAlgorithm)?;
        let keys = algorithms.iter().map(|algorithm| {
            VerifyingKey::secret(secret, *algorithm).ok_or(SecretError::Asymmetric(*algorithm))
        });
        let keys = keys.collect::<Result<_, _>>()?;
        if hash_bytes(longest).is_none_or(|least| secret.len() < least) {
            return Err(SecretError::TooShort(longest));
        }
        Ok(Self::of_keys(keys))
    }
}

/// Bytes of the hash, which a secret must have at least (RFC 7518 §3.2).
const fn hash_bytes(algorithm: Algorithm) -> Option<usize> {
    match algorithm {
        Algorithm::Hs256 => Some(32),
        Algorithm::Hs384 => Some(48),
        Algorithm::Hs512 => Some(64),
        Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => None,
        Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512 => None,
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 | Algorithm::EdDsa => None,
    }
}

impl SecretError {
    /// The word for logs and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotBase64url => "secret_not_base64url",
            Self::NoAlgorithm => "secret_without_algorithm",
            Self::Asymmetric(_) => "secret_for_asymmetric_algorithm",
            Self::TooShort(_) => "secret_too_short",
            Self::Uniform => "secret_uniform",
            Self::Leaked => "secret_leaked",
        }
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBase64url => f.write_str("the secret is not base64url without padding"),
            Self::NoAlgorithm => f.write_str("no algorithm uses the secret"),
            Self::Asymmetric(algorithm) => {
                write!(f, "`{}` is verified with a public key, not with a secret", algorithm.name())
            }
            Self::TooShort(algorithm) => {
                let least = hash_bytes(*algorithm).unwrap_or_default();
                write!(f, "the secret has fewer than the {least} bytes that `{}` needs", algorithm.name())
            }
            Self::Uniform => f.write_str("all bytes of the secret are the same"),
            Self::Leaked => f.write_str("the secret is a published example or default"),
        }
    }
}

impl std::error::Error for SecretError {}

#[cfg(test)]
mod tests;
