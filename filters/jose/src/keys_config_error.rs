//! What can be wrong with the field `keys`.

use std::fmt;

use upkeep::FieldError;

use crate::KeySetError;
use crate::secret::SecretError;

/// What is wrong with the field `keys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysConfigError {
    /// The inline set is not taken.
    Inline(KeySetError),
    /// It does not say rightly where the set is fetched, and how often.
    Remote(FieldError),
    /// Metadata must name the issuer that it is of, and there is none.
    NoIssuer,
    /// There is no secret of this name.
    NoSecret(String),
    /// The secret is not taken.
    Secret(SecretError),
}

impl KeysConfigError {
    /// The field below `keys`, such as `remote.path`.
    pub fn field(&self) -> &str {
        match self {
            Self::Inline(_) => "inline",
            Self::Remote(error) => &error.field,
            Self::NoIssuer => "discovery",
            Self::NoSecret(_) => "secret.name",
            Self::Secret(_) => "secret",
        }
    }
}

impl fmt::Display for KeysConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(error) => write!(f, "not a usable key set: {error}"),
            Self::Remote(error) => error.fmt(f),
            Self::NoIssuer => f.write_str("needs an issuer, which the metadata must name"),
            Self::NoSecret(name) => write!(f, "there is no secret `{name}`"),
            Self::Secret(error) => write!(f, "not a usable secret: {error}"),
        }
    }
}

impl std::error::Error for KeysConfigError {}
