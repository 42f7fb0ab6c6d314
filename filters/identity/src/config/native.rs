//! `identity.native`: another filter of the proxy verifies.

use std::collections::BTreeMap;

use contract::{ConfigError, Section};
use serde::Deserialize;

use super::checks::not_empty;
use crate::native::{ClaimType, Native};

/// Claims that are always read, each by its own rules.
const REGISTERED: [&str; 5] = ["iss", "sub", "exp", "aud", "scope"];

/// Takes over what another filter of the proxy has verified and left in dynamic metadata.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Native"))]
#[serde(deny_unknown_fields)]
pub(super) struct RawNative {
    /// What routes call who vouches for it.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    provider: String,
    /// The namespace of the metadata: the name of the filter that has written it.
    #[serde(default = "default_filter")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    filter: String,
    /// The key under which it lies: `payload_in_metadata` of `jwt_authn`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    key: String,
    /// Whose tokens are taken (`iss`).
    #[cfg_attr(feature = "schema", schemars(length(min = 1), inner(length(min = 1))))]
    issuers: Vec<String>,
    /// Claims that are read beside `iss`, `sub`, `exp`, `aud` and `scope`, each with its type.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("propertyNames" = { "minLength": 1, "not": { "enum": REGISTERED } })))]
    claims: BTreeMap<String, ClaimType>,
}

fn default_filter() -> String {
    "envoy.filters.http.jwt_authn".to_owned()
}

impl RawNative {
    /// Whether there are different issuers.
    pub(super) fn has_several_issuers(&self) -> bool {
        let first = self.issuers.first();
        self.issuers.iter().any(|other| Some(other) != first)
    }

    pub(super) fn compile(self, section: &Section<'_>) -> Result<Native, ConfigError> {
        let Self { provider, filter, key, issuers, claims } = self;
        not_empty(&provider, "native.provider", section)?;
        for (text, field) in [(&filter, "native.filter"), (&key, "native.key")] {
            name(text, field, section)?;
        }
        if issuers.is_empty() || issuers.iter().any(String::is_empty) {
            let message = "must name at least one issuer, and none by ``";
            return Err(section.error("native.issuers", message));
        }
        for claim in claims.keys() {
            name(claim, "native.claims", section)?;
            if REGISTERED.contains(&claim.as_str()) {
                return Err(section.error("native.claims", format!("`{claim}` is always read")));
            }
        }
        Ok(Native { provider, filter, key, issuers, claims })
    }
}

/// A part of a path of properties, which the ABI separates by NUL.
fn name(text: &str, field: &str, section: &Section<'_>) -> Result<(), ConfigError> {
    if text.is_empty() || text.contains('\0') {
        return Err(section.error(field, format!("{text:?} is no name")));
    }
    Ok(())
}
