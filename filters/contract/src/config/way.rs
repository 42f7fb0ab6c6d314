//! From the root of a document to a value in it.

use std::fmt;

/// Where a value stands. Names are the document's own, so going there costs nothing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way<'de, 'way> {
    Root,
    Member(&'way Way<'de, 'way>, &'de str),
    Element(&'way Way<'de, 'way>, usize),
}

impl fmt::Display for Way<'_, '_> {
    /// As a person would write it: `providers.corp.audiences[0]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, name) => f.write_str(name),
            Self::Member(parent, name) => write!(f, "{parent}.{name}"),
            Self::Element(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
