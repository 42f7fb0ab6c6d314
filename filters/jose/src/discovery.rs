//! The metadata of an issuer (OpenID Connect Discovery §3): where its key set lies.

use contract::{Duration, Fetch, FetchId, MAX_PATH_BYTES, parse_object};
use serde_json::Value;

use crate::key_set::MAX_KEY_SET_BYTES;
use crate::raw_keys::RawDiscovery;

/// Bytes of a metadata document. Those of large public issuers have less than four KiB.
pub(crate) const MAX_METADATA_BYTES: usize = 64 * 1024;

/// What metadata must say, and where the key set that it names is fetched.
#[derive(Debug)]
pub(crate) struct Discovery {
    issuer: String,
    allow_http: bool,
    /// With the path that the metadata will name. Cluster and authority are the operator's.
    keys: Fetch,
}

/// Why metadata is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiscoveryError {
    /// No JSON object with unique members and the texts `issuer` and `jwks_uri`.
    Malformed,
    /// It is of another issuer (OpenID Connect Discovery §4.3).
    IssuerWrong,
    /// The place of the key set is none that the operator has named.
    JwksUriRefused,
}

impl Discovery {
    pub(crate) fn new(raw: &RawDiscovery, issuer: &str, id: FetchId, timeout: Duration) -> Self {
        let keys = Fetch {
            id,
            cluster: raw.jwks_cluster().to_owned(),
            authority: raw.jwks_authority().to_owned(),
            path: String::new(),
            timeout,
            max_bytes: MAX_KEY_SET_BYTES,
            if_none_match: None,
        };
        Self { issuer: issuer.to_owned(), allow_http: raw.allow_http, keys }
    }

    /// The fetch of the key set that `metadata` names.
    ///
    /// # Errors
    /// When it is not the metadata of the issuer, or names a place where the set must not be looked for.
    pub(crate) fn keys_of(&self, metadata: &[u8]) -> Result<Fetch, DiscoveryError> {
        if metadata.len() > MAX_METADATA_BYTES {
            return Err(DiscoveryError::Malformed);
        }
        let members = parse_object(metadata).ok_or(DiscoveryError::Malformed)?;
        let text = |name| members.get(name).and_then(Value::as_str).ok_or(DiscoveryError::Malformed);
        let (issuer, uri) = (text("issuer")?, text("jwks_uri")?);
        if issuer != self.issuer {
            return Err(DiscoveryError::IssuerWrong);
        }
        let path = self.path_of(uri).ok_or(DiscoveryError::JwksUriRefused)?;
        Ok(Fetch { path, ..self.keys.clone() })
    }

    /// Path and query of `uri` (RFC 3986 §3), if it is one of the operator's authority. An authority with
    /// user information is another text, and so is one with another port.
    fn path_of(&self, uri: &str) -> Option<String> {
        let (scheme, rest) = uri.split_once("://")?;
        let is_secure = scheme.eq_ignore_ascii_case("https");
        let is_allowed = is_secure || self.allow_http && scheme.eq_ignore_ascii_case("http");
        if !is_allowed || rest.len() > MAX_PATH_BYTES || !rest.bytes().all(is_of_path_or_query) {
            return None;
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        if !authority.eq_ignore_ascii_case(&self.keys.authority) || authority.contains('@') {
            return None;
        }
        let slash = if path.starts_with('/') { "" } else { "/" };
        Some(format!("{slash}{path}"))
    }
}

impl DiscoveryError {
    /// The word for logs and metrics.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "discovery_malformed",
            Self::IssuerWrong => "discovery_issuer_wrong",
            Self::JwksUriRefused => "discovery_jwks_uri_refused",
        }
    }
}

/// What may stand in a URI (RFC 3986 §2), without `#`: a fragment is never sent, so a place with one is not
/// what its writer meant.
const fn is_of_path_or_query(byte: u8) -> bool {
    matches!(byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'%'
        | b':' | b'/' | b'?' | b'[' | b']' | b'@'
        | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn discovery(allow_http: bool) -> Discovery {
        let raw = json!({"cluster": "idp", "authority": "idp.test", "allow_http": allow_http,
            "jwks": {"authority": "keys.idp.test:8443"}});
        let raw = serde_json::from_value(raw).unwrap();
        Discovery::new(&raw, "https://idp.test/", FetchId(3), Duration::from_secs(1))
    }

    fn metadata(uri: &str) -> Vec<u8> {
        json!({"issuer": "https://idp.test/", "jwks_uri": uri}).to_string().into_bytes()
    }

    #[test]
    fn takes_path_and_query_alone_from_the_place_that_metadata_names() {
        for (uri, path) in [
            ("https://keys.idp.test:8443/jwks", "/jwks"),
            ("HTTPS://Keys.idp.TEST:8443/a/b.json?v=1&x=%20", "/a/b.json?v=1&x=%20"),
            ("https://keys.idp.test:8443", "/"),
            ("https://keys.idp.test:8443?v=/1", "/?v=/1"),
            ("https://keys.idp.test:8443//a/../b@c", "//a/../b@c"),
        ] {
            let fetch = discovery(false).keys_of(&metadata(uri)).unwrap();
            assert_eq!((fetch.path.as_str(), fetch.cluster.as_str()), (path, "idp"));
            assert_eq!((fetch.authority.as_str(), fetch.id), ("keys.idp.test:8443", FetchId(3)));
            assert_eq!(fetch.max_bytes, MAX_KEY_SET_BYTES);
        }
    }

    #[test]
    fn refuses_every_other_place() {
        for uri in [
            "",
            "/jwks",
            "//keys.idp.test:8443/jwks",
            "http://keys.idp.test:8443/jwks",
            "ftp://keys.idp.test:8443/jwks",
            "https:keys.idp.test:8443/jwks",
            " https://keys.idp.test:8443/jwks",
            "https://idp.test/jwks",
            "https://keys.idp.test/jwks",
            "https://keys.idp.test:443/jwks",
            "https://keys.idp.test:8443.evil.test/jwks",
            "https://evil.test/https://keys.idp.test:8443/jwks",
            "https://user@keys.idp.test:8443/jwks",
            "https://keys.idp.test:8443@evil.test/jwks",
            "https://keys.idp.test:8443\\@evil.test/jwks",
            "https://keys.idp.test:8443#/jwks",
            "https://keys.idp.test:8443/jwks#key",
            "https://keys.idp.test:8443/jw ks",
            "https://keys.idp.test:8443/jwks\r\nx: 1",
            "https://keys.idp.test:8443/jwks\u{0}",
            "https://keys.idp.test:8443/jwk\u{17f}",
            &format!("https://keys.idp.test:8443/{}", "a".repeat(MAX_PATH_BYTES)),
        ] {
            let refused = discovery(false).keys_of(&metadata(uri));
            assert_eq!(refused, Err(DiscoveryError::JwksUriRefused), "{uri:?}");
        }
    }

    #[test]
    fn takes_a_place_without_protection_only_where_the_operator_says_so() {
        let metadata = metadata("http://keys.idp.test:8443/jwks");
        assert_eq!(discovery(false).keys_of(&metadata), Err(DiscoveryError::JwksUriRefused));
        assert_eq!(discovery(true).keys_of(&metadata).unwrap().path, "/jwks");
    }

    #[test]
    fn metadata_must_be_of_the_issuer_to_the_letter() {
        for issuer in
            ["https://idp.test", "https://IDP.test/", "https://idp.test//", "http://idp.test/", ""]
        {
            let uri = "https://keys.idp.test:8443/jwks";
            let document = json!({"issuer": issuer, "jwks_uri": uri}).to_string();
            let refused = discovery(false).keys_of(document.as_bytes());
            assert_eq!(refused, Err(DiscoveryError::IssuerWrong), "{issuer}");
        }
    }

    #[test]
    fn what_is_no_metadata_is_not_taken() {
        let long =
            json!({"issuer": "https://idp.test/", "jwks_uri": "", "x": "x".repeat(MAX_METADATA_BYTES)});
        for document in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"issuer":"https://idp.test/"}"#,
            r#"{"jwks_uri":"https://keys.idp.test:8443/jwks"}"#,
            r#"{"issuer":["https://idp.test/"],"jwks_uri":"https://keys.idp.test:8443/jwks"}"#,
            r#"{"issuer":"https://idp.test/","jwks_uri":null}"#,
            r#"{"issuer":"https://idp.test/","issuer":"https://idp.test/","jwks_uri":"https://keys.idp.test:8443/jwks"}"#,
            &long.to_string(),
        ] {
            let refused = discovery(false).keys_of(document.as_bytes());
            assert_eq!(refused, Err(DiscoveryError::Malformed), "{document:.80}");
        }
    }
}
