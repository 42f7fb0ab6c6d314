//! The section `jwt` as it is written.

use std::collections::BTreeMap;

use jose::{Algorithm, RawKeys};
use serde::Deserialize;

use crate::profile::Profile;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawJwt {
    pub(crate) providers: BTreeMap<String, RawProvider>,
    #[serde(default)]
    pub(crate) wait: RawWait,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProvider {
    pub(crate) kind: Profile,
    pub(crate) issuer: String,
    pub(crate) audiences: Vec<String>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) keys: RawKeys,
    #[serde(default = "default_leeway_seconds")]
    pub(crate) leeway_seconds: u64,
    #[serde(default)]
    pub(crate) required_scopes: Vec<String>,
    #[serde(default)]
    pub(crate) forward: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawWait {
    pub(crate) cold_keys_ms: u64,
}

impl Default for RawWait {
    /// A fetch inside of one region takes well under a second, and a client that waits longer gives up.
    fn default() -> Self {
        Self { cold_keys_ms: 1_000 }
    }
}

/// As Envoy's own filter has it.
const fn default_leeway_seconds() -> u64 {
    60
}
