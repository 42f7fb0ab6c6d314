//! The section `jwt` as it is written.

mod leeway;

use std::collections::BTreeMap;

use jose::{Algorithm, RawKeys, RawSharing};
use serde::Deserialize;
use serde_json::Value;

use crate::profile::Profile;

pub(crate) use leeway::RawLeeway;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawJwt {
    pub(crate) sources: Option<Vec<RawSource>>,
    pub(crate) key_sharing: Option<RawSharing>,
    #[serde(default)]
    pub(crate) providers: BTreeMap<String, RawProvider>,
    #[serde(default)]
    pub(crate) api_keys: BTreeMap<String, RawApiKeys>,
    #[serde(default)]
    pub(crate) wait: RawWait,
}

/// Exactly one of `header`, `cookie` and `query`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSource {
    pub(crate) header: Option<String>,
    /// Of a header; absent: its whole value is the credential.
    pub(crate) scheme: Option<String>,
    pub(crate) cookie: Option<String>,
    pub(crate) query: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProvider {
    pub(crate) kind: Profile,
    /// Of every kind but `jwt_svid`.
    pub(crate) issuer: Option<String>,
    /// Of `jwt_svid` alone.
    pub(crate) trust_domain: Option<String>,
    pub(crate) audiences: Vec<String>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) keys: RawKeys,
    #[serde(default)]
    pub(crate) leeway_seconds: RawLeeway,
    pub(crate) max_lifetime_seconds: Option<u64>,
    #[serde(default)]
    pub(crate) required_claims: BTreeMap<String, Vec<Value>>,
    #[serde(default)]
    pub(crate) required_scopes: Vec<String>,
    /// Absent: every subject.
    pub(crate) subjects: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) forward: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawApiKeys {
    pub(crate) source: RawSource,
    pub(crate) keys: Vec<RawApiKey>,
    #[serde(default)]
    pub(crate) forward: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawApiKey {
    pub(crate) id: String,
    /// Of the whole key, in lower-case hex.
    pub(crate) sha256: String,
    pub(crate) owner: String,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    /// In seconds since the epoch.
    pub(crate) not_before: Option<u64>,
    /// In seconds since the epoch.
    pub(crate) expires: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawWait {
    pub(crate) cold_keys_ms: u64,
    pub(crate) unknown_key_ms: u64,
}

impl Default for RawWait {
    /// A fetch inside of one region takes well under a second, and a client that waits longer gives up.
    fn default() -> Self {
        Self { cold_keys_ms: 1_000, unknown_key_ms: 1_000 }
    }
}
