//! What can be wrong with a field that says where and how often something is fetched.

use std::fmt;
use std::ops::RangeInclusive;

/// A field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Its path below what was checked, such as `refresh_seconds`.
    pub field: String,
    /// What is wrong with it.
    pub fault: FieldFault,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldFault {
    /// It is empty, or holds characters that no header value can have.
    NotText,
    /// It is a path that does not start with `/`.
    PathRelative,
    /// It is a number that is not among these.
    OutOfRange(RangeInclusive<u64>),
}

impl FieldError {
    pub(crate) fn new(field: &str, fault: FieldFault) -> Self {
        Self { field: field.to_owned(), fault }
    }

    /// The same, as seen from the parent of `parent`.
    #[must_use]
    pub fn within(self, parent: &str) -> Self {
        let Self { field, fault } = self;
        Self { field: format!("{parent}.{field}"), fault }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.fault {
            FieldFault::NotText => f.write_str("must be printable text without spaces, and not empty"),
            FieldFault::PathRelative => f.write_str("must start with `/`"),
            FieldFault::OutOfRange(range) => write!(f, "must be {} to {}", range.start(), range.end()),
        }
    }
}

impl std::error::Error for FieldError {}
