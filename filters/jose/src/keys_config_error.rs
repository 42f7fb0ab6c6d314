//! What can be wrong with the field `keys`.

use std::fmt;
use std::ops::RangeInclusive;

use crate::KeySetError;
use crate::secret::SecretError;

/// What is wrong with the field `keys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysConfigError {
    /// The inline set is not taken.
    Inline(KeySetError),
    /// A text is empty or holds characters that no header value can have.
    NotText(String),
    /// A path does not start with `/`.
    PathRelative(String),
    /// A number is out of range.
    OutOfRange {
        /// Which field.
        field: String,
        /// What it may be.
        range: RangeInclusive<u64>,
    },
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
            Self::NotText(field) | Self::PathRelative(field) | Self::OutOfRange { field, .. } => field,
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
            Self::NotText(_) => f.write_str("must be printable text without spaces, and not empty"),
            Self::PathRelative(_) => f.write_str("must start with `/`"),
            Self::OutOfRange { range, .. } => write!(f, "must be {} to {}", range.start(), range.end()),
            Self::NoIssuer => f.write_str("needs an issuer, which the metadata must name"),
            Self::NoSecret(name) => write!(f, "there is no secret `{name}`"),
            Self::Secret(error) => write!(f, "not a usable secret: {error}"),
        }
    }
}

impl std::error::Error for KeysConfigError {}
