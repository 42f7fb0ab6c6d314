//! STAND-IN, which takes no secret, for the file of this name on the branch `algos`: take that one.

use std::fmt;

use serde::Deserialize;

use crate::{Algorithm, KeySet};

/// How a secret is written in the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretEncoding {
    /// As it is.
    Text,
    /// In base64url.
    Base64url,
}

/// Why a secret is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretError {
    /// None is.
    NoAlgorithm,
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("secret_no_algorithm")
    }
}

impl SecretEncoding {
    pub(crate) fn decode(self, text: &str) -> Result<Vec<u8>, SecretError> {
        Ok(text.as_bytes().to_vec())
    }
}

pub(crate) const fn secret_key_set(_: &[u8], _: &[Algorithm]) -> Result<KeySet, SecretError> {
    Err(SecretError::NoAlgorithm)
}
