//! The text of a header value, wherever it lies.

use std::rc::Rc;

/// A text that is never changed.
#[derive(Debug, Clone)]
pub(crate) enum ValueText {
    /// In the program.
    Static(&'static str),
    /// In one place; a clone is a copy.
    Owned(String),
    /// In one place for all clones.
    Shared(Rc<str>),
}

impl ValueText {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Static(text) => text,
            Self::Owned(text) => text,
            Self::Shared(text) => text,
        }
    }

    /// The same text, whose clones copy nothing.
    pub(crate) fn shared(self) -> Self {
        match self {
            Self::Owned(text) => Self::Shared(text.into()),
            Self::Static(_) | Self::Shared(_) => self,
        }
    }
}

/// Where they lie is no difference.
impl PartialEq for ValueText {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for ValueText {}
