//! The workload at the other end of the connection, as mTLS has proven it.

use std::fmt;

/// A workload whose certificate the proxy has validated.
///
/// Never the same type as a user: policies may ask for both, code cannot mistake one for the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    spiffe_id: SpiffeId,
}

impl Peer {
    /// A peer whose certificate was validated and names exactly this workload. Only the code that has
    /// checked both may call it; the lint `disallowed_methods` keeps the list of callers.
    pub const fn from_verified(spiffe_id: SpiffeId) -> Self {
        Self { spiffe_id }
    }

    /// The workload's name.
    pub const fn spiffe_id(&self) -> &SpiffeId {
        &self.spiffe_id
    }
}

/// A SPIFFE ID (SPIFFE-ID §2): `spiffe://trust-domain/path`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpiffeId(String);

/// Text that is no SPIFFE ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpiffeIdError;

/// Bytes of a SPIFFE ID (SPIFFE-ID §2.3).
const MAX_SPIFFE_ID_BYTES: usize = 2048;

/// Bytes of a trust domain (SPIFFE-ID §2.3).
const MAX_TRUST_DOMAIN_BYTES: usize = 255;

impl SpiffeId {
    /// Parse a SPIFFE ID.
    ///
    /// # Errors
    /// When the text breaks a rule of SPIFFE-ID §2: upper case or a port in the trust domain, an empty,
    /// `.` or `..` segment, a trailing slash, an escape, a query, a fragment, or too many bytes.
    pub fn parse(text: &str) -> Result<Self, SpiffeIdError> {
        let rest = text.strip_prefix("spiffe://").ok_or(SpiffeIdError)?;
        let (trust_domain, path) = match rest.split_once('/') {
            Some((trust_domain, path)) => (trust_domain, Some(path)),
            None => (rest, None),
        };
        let domain_byte =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
        let path_byte = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let segment_is_good =
            |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(path_byte);
        let good = text.len() <= MAX_SPIFFE_ID_BYTES
            && !trust_domain.is_empty()
            && trust_domain.len() <= MAX_TRUST_DOMAIN_BYTES
            && trust_domain.bytes().all(domain_byte)
            && path.is_none_or(|path| path.split('/').all(segment_is_good));
        if good { Ok(Self(text.to_owned())) } else { Err(SpiffeIdError) }
    }

    /// The whole ID.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part that names who issued it.
    pub fn trust_domain(&self) -> &str {
        let rest = self.0.strip_prefix("spiffe://").unwrap_or_default();
        rest.split_once('/').map_or(rest, |(trust_domain, _)| trust_domain)
    }
}

impl fmt::Display for SpiffeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod properties;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_what_the_standard_allows() {
        let id = SpiffeId::parse("spiffe://example.test/ns/shop/sa/orders").unwrap();
        assert_eq!(id.trust_domain(), "example.test");
        assert_eq!(SpiffeId::parse("spiffe://example.test").unwrap().trust_domain(), "example.test");
    }

    #[test]
    fn refuses_everything_else() {
        for bad in [
            "",
            "https://example.test/a",
            "SPIFFE://example.test/a",
            "spiffe://",
            "spiffe:///a",
            "spiffe://Example.test/a",
            "spiffe://example.test:8080/a",
            "spiffe://user@example.test/a",
            "spiffe://example.test/",
            "spiffe://example.test/a/",
            "spiffe://example.test//a",
            "spiffe://example.test/./a",
            "spiffe://example.test/../a",
            "spiffe://example.test/a%2fb",
            "spiffe://example.test/a?b",
            "spiffe://example.test/a#b",
            "spiffe://example.test/a\0",
            "spiffe://example.test/a,spiffe://example.test/b",
        ] {
            assert_eq!(SpiffeId::parse(bad), Err(SpiffeIdError), "{bad:?}");
        }
        let long = format!("spiffe://example.test/{}", "a".repeat(MAX_SPIFFE_ID_BYTES));
        assert_eq!(SpiffeId::parse(&long), Err(SpiffeIdError));
    }
}
