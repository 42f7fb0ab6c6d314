//! Why a document is not taken as a key set.

use std::fmt;

/// Why a document is not taken as a key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeySetError {
    /// More than [`crate::MAX_KEY_SET_BYTES`].
    TooLong,
    /// More than [`crate::MAX_KEYS`].
    TooManyKeys,
    /// No JSON object with unique members and an array `keys`.
    Malformed,
    /// A symmetric key: whoever can read the set could sign.
    Symmetric,
    /// Two different keys of one `kty` share a `kid`, so the set does not say which is meant.
    Conflicting,
    /// No key that verifies signatures with an algorithm that we know.
    NoUsableKey,
}

impl KeySetError {
    /// The word for logs and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "key_set_too_long",
            Self::TooManyKeys => "key_set_too_many_keys",
            Self::Malformed => "key_set_malformed",
            Self::Symmetric => "key_set_symmetric_key",
            Self::Conflicting => "key_set_conflicting_keys",
            Self::NoUsableKey => "key_set_no_usable_key",
        }
    }
}

impl fmt::Display for KeySetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for KeySetError {}
