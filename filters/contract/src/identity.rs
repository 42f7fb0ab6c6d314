//! Who calls, once that has been proven.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::UnixTime;
use crate::json::strict_members;

/// A verified caller. There is no way to make one but to have verified a credential, or to take over what
/// a filter earlier in the same chain has verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity(IdentityFacts);

/// What a credential says about its bearer. As long as it is only facts, nothing trusts it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityFacts {
    /// The name of the configured provider that vouches for it.
    pub provider: String,
    /// Which rules it was judged by.
    pub kind: CredentialKind,
    /// `iss`.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// `aud`, always as a list.
    pub audience: Vec<String>,
    /// `scope`, split at spaces.
    pub scopes: Vec<String>,
    /// When the credential ends, in seconds since the epoch.
    pub expires: u64,
    /// `txn`, the transaction this call belongs to, when the credential is an internal token.
    pub transaction: Option<String>,
    /// All claims as they were signed.
    #[serde(deserialize_with = "strict_members")]
    pub claims: Map<String, Value>,
}

/// The kinds of credential. Each has rules of its own that no other kind's token satisfies (RFC 8725 §3.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// An OAuth 2.0 access token (RFC 9068).
    AccessToken,
    /// An API key, known by its digest.
    ApiKey,
    /// Any other signed JWT, by the rules that its provider's configuration gives.
    Generic,
    /// An OpenID Connect ID token (OpenID Connect Core §2).
    IdToken,
    /// The internal token of a trust domain, in the profile of OAuth Transaction Tokens.
    Internal,
    /// A workload's JWT-SVID (SPIFFE JWT-SVID §3).
    JwtSvid,
}

impl Identity {
    /// An identity whose credential was verified. Only code that has done so may call it; the lint
    /// `disallowed_methods` keeps the list of callers.
    pub const fn from_verified(facts: IdentityFacts) -> Self {
        Self(facts)
    }

    /// An identity that a filter before this one in the same proxy has verified and handed on. Only the
    /// pipeline may call it, with bytes that no client can write.
    ///
    /// # Errors
    /// When the bytes are no handed-on identity.
    pub fn from_handoff(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let text = std::str::from_utf8(bytes).map_err(serde::de::Error::custom)?;
        serde_json::from_str(text).map(Self)
    }

    /// The bytes that hand it on.
    pub fn to_handoff(&self) -> Vec<u8> {
        // A map of strings to JSON values cannot fail to be written; nothing handed on means nobody.
        serde_json::to_vec(&self.0).unwrap_or_default()
    }

    /// What the credential said.
    pub const fn facts(&self) -> &IdentityFacts {
        &self.0
    }

    /// `sub`.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The name of the configured provider that vouches for it.
    pub fn provider(&self) -> &str {
        &self.0.provider
    }

    /// A claim by its name.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.0.claims.get(name)
    }

    /// When the credential ends.
    pub const fn expires(&self) -> UnixTime {
        UnixTime::from_seconds(self.0.expires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "an identity for a test")]
    fn is_handed_on_without_loss() {
        let identity = Identity::from_verified(IdentityFacts {
            provider: "corp".into(),
            kind: CredentialKind::AccessToken,
            issuer: "https://issuer.test".into(),
            subject: "zoë".into(),
            audience: vec!["api".into()],
            scopes: vec!["orders:read".into()],
            expires: 4_000_000_000,
            transaction: None,
            claims: serde_json::from_str(r#"{"level":3,"roles":["a"]}"#).unwrap(),
        });
        assert_eq!(Identity::from_handoff(&identity.to_handoff()).unwrap(), identity);
        assert!(Identity::from_handoff(b"").is_err());
        assert!(Identity::from_handoff(br#"{"subject":"eve"}"#).is_err());
    }
}
