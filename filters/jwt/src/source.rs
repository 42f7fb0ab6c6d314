//! Where a credential may stand in a request.

use contract::HeaderName;

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

/// Whether two names of header fields are one to a service that folds them: CGI (RFC 3875 §4.1.18) and all
/// that descends from it write `_` for `-`, some for every character that is neither letter nor digit.
pub(crate) fn is_one_name(name: &[u8], other: &[u8]) -> bool {
    let fold = |byte: &u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' };
    name.len() == other.len() && name.iter().map(fold).eq(other.iter().map(fold))
}
