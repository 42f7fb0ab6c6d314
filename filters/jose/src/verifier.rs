//! Who checks signatures: an argument, so that the same rules hold whoever does the arithmetic.

use std::fmt;

use crate::Algorithm;
use crate::verifying_key::VerifyingKey;

/// Checks signatures.
pub trait Verifier {
    /// Whether `signature` over `message` was made with the private half of `key`, or with `key` where that
    /// is a secret, by `algorithm`. Keys and algorithms that do not belong together never verify.
    ///
    /// # Errors
    /// When nobody here can say.
    fn verify(
        &self,
        key: &VerifyingKey,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Unverifiable>;
}

/// There is no code for this algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unverifiable;

impl fmt::Display for Unverifiable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("algorithm_unverifiable")
    }
}

impl std::error::Error for Unverifiable {}
