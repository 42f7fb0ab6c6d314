//! What is wrong with a value, on its way up to where its place is known.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use super::way::Way;

/// A message, and where it belongs once somebody has said so. One word wide: every function that reads hands it on.
#[derive(Debug)]
pub(super) struct Failure(Box<Told>);

#[derive(Debug)]
struct Told {
    message: String,
    path: Option<String>,
    is_absent: bool,
}

impl Failure {
    /// It happened at `way`, unless a place further in is known already.
    #[cold]
    #[inline(never)]
    pub(super) fn at(mut self, way: &Way<'_, '_>) -> Self {
        self.0.path.get_or_insert_with(|| way.to_string());
        self
    }

    /// There is nothing to read: a field is not written.
    #[cold]
    #[inline(never)]
    pub(super) fn absent() -> Self {
        Self(Box::new(Told { message: String::new(), path: None, is_absent: true }))
    }

    /// Whether it is only that nothing is written.
    pub(super) fn is_absent(&self) -> bool {
        self.0.is_absent
    }

    /// The path, empty for the root, and the message.
    pub(super) fn into_parts(self) -> (String, String) {
        (self.0.path.unwrap_or_default(), self.0.message)
    }

    #[cold]
    #[inline(never)]
    fn saying(message: String) -> Self {
        Self(Box::new(Told { message, path: None, is_absent: false }))
    }
}

impl Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::saying(message.to_string())
    }

    /// In the words of JSON: `null` rather than `unit value`.
    #[cold]
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::saying(serde_json::Error::invalid_type(found, expected).to_string())
    }

    #[cold]
    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::saying(serde_json::Error::invalid_value(found, expected).to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Failure {}
