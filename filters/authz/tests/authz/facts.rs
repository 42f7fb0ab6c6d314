//! What a case says of a credential, and of where and when it is shown.

use std::net::IpAddr;

use contract::{Connection, CredentialKind, IdentityFacts, TlsFacts};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A verified credential, but for its claims.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Credential {
    provider: String,
    kind: CredentialKind,
    issuer: String,
    audience: Vec<String>,
    scopes: Vec<String>,
    expires: u64,
}

/// The value of a header field: a text, or octets that need not be one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum FieldValue {
    Text(String),
    Octets(Vec<u8>),
}

/// Whence and when a request comes.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Place {
    /// Seconds since the epoch.
    pub(crate) now: u64,
    address: Option<IpAddr>,
    tls: Option<Tls>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tls {
    version: String,
    server_name: Option<String>,
    mutual: bool,
}

impl Default for Credential {
    fn default() -> Self {
        Self {
            provider: "corp".into(),
            kind: CredentialKind::AccessToken,
            issuer: "https://issuer.test".into(),
            audience: vec!["shop-api".into()],
            scopes: Vec::new(),
            expires: 4_000_000_000,
        }
    }
}

impl FieldValue {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Octets(octets) => octets,
        }
    }
}

impl Credential {
    pub(crate) fn with(&self, claims: &Map<String, Value>) -> IdentityFacts {
        IdentityFacts {
            provider: self.provider.clone(),
            kind: self.kind,
            issuer: self.issuer.clone(),
            subject: claims.get("sub").and_then(Value::as_str).unwrap_or_default().into(),
            audience: self.audience.clone(),
            scopes: self.scopes.clone(),
            expires: self.expires,
            transaction: None,
            claims: claims.clone(),
        }
    }
}

impl Connection for Place {
    fn source_address(&self) -> Option<IpAddr> {
        self.address
    }

    fn tls(&self) -> Option<TlsFacts> {
        let Tls { version, server_name, mutual } = self.tls.clone()?;
        Some(TlsFacts { version, server_name, mutual })
    }
}
