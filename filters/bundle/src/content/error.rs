//! Why a content is not taken.

use std::fmt;

use crate::{MAX_ENTITIES, MAX_FILE_NAME_BYTES, MAX_LINKS, MAX_POLICY_FILES};

/// Why a content is not taken, whoever signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentError {
    /// More than [`MAX_POLICY_FILES`].
    TooManyPolicies,
    /// More than [`MAX_LINKS`].
    TooManyLinks,
    /// More than [`MAX_ENTITIES`].
    TooManyEntities,
    /// The name of a file is empty, longer than [`MAX_FILE_NAME_BYTES`] or has control characters.
    FileNameMalformed(String),
    /// Two policy files have one name, so that a message would not say which is meant.
    FileNameTwice(String),
}

impl ContentError {
    /// The word for logs and metrics.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::TooManyPolicies => "bundle_too_many_policies",
            Self::TooManyLinks => "bundle_too_many_links",
            Self::TooManyEntities => "bundle_too_many_entities",
            Self::FileNameMalformed(_) => "bundle_file_name_malformed",
            Self::FileNameTwice(_) => "bundle_file_name_twice",
        }
    }
}

impl fmt::Display for ContentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyPolicies => write!(f, "there are more than {MAX_POLICY_FILES} policy files"),
            Self::TooManyLinks => write!(f, "there are more than {MAX_LINKS} links"),
            Self::TooManyEntities => write!(f, "there are more than {MAX_ENTITIES} entities"),
            Self::FileNameMalformed(name) => {
                write!(
                    f,
                    "the file name {name:?} is empty, longer than {MAX_FILE_NAME_BYTES} bytes or has control characters"
                )
            }
            Self::FileNameTwice(name) => write!(f, "two policy files are called {name:?}"),
        }
    }
}

impl std::error::Error for ContentError {}
