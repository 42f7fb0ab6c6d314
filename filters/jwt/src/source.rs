//! Where a credential may stand in a request.

use contract::{HeaderName, is_one_name};

/// Places in which tokens are looked for: each is searched on every request.
pub const MAX_SOURCES: usize = 8;

/// One place, as the configuration names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A header field, after an authentication scheme or as its whole value.
    Header { name: HeaderName, scheme: Option<String> },
    /// The cookie of this name.
    Cookie(String),
    /// The query parameter of this name.
    Query(String),
}

impl Source {
    /// Where RFC 6750 §2.1 puts a token.
    pub(crate) fn authorization() -> Self {
        let name = HeaderName::from_static("authorization");
        Self::Header { name, scheme: Some("Bearer".to_owned()) }
    }

    /// The header field, if it is one.
    pub(crate) const fn header(&self) -> Option<&HeaderName> {
        match self {
            Self::Header { name, .. } => Some(name),
            Self::Cookie(_) | Self::Query(_) => None,
        }
    }

    /// Whether one credential could stand in both.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Header { name, scheme: Some(scheme) },
                Self::Header { name: other, scheme: Some(other_scheme) },
            ) if name == other => scheme.eq_ignore_ascii_case(other_scheme),
            (Self::Header { name, .. }, Self::Header { name: other, .. }) => {
                is_one_name(name.as_str().as_bytes(), other.as_str().as_bytes())
            }
            (Self::Cookie(name), Self::Cookie(other)) | (Self::Query(name), Self::Query(other)) => {
                name == other
            }
            (Self::Header { .. } | Self::Cookie(_) | Self::Query(_), _) => false,
        }
    }
}
