//! The document as the user wrote it.

mod accepts;
mod observe;
mod requirement;

use std::collections::BTreeMap;

use contract::{Authorize, CredentialUse, LimitUse, UnknownRoute};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use accepts::RawAccepts;
use observe::RawObserve;
use requirement::RawRequirement;

/// The members of the configuration that are not a stage's section.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPipeline {
    #[serde(default = "default_realm")]
    pub(crate) realm: String,
    #[serde(default)]
    pub(crate) routes: Vec<RawRoute>,
    #[serde(default)]
    pub(crate) unknown_route: UnknownRoute,
    /// Providers that another module of the chain verifies. Only for modules with one stage.
    #[serde(default)]
    pub(crate) verified_elsewhere: Vec<String>,
    #[serde(default)]
    pub(crate) observe: RawObserve,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRoute {
    pub(crate) name: String,
    #[serde(rename = "match")]
    pub(crate) pattern: RawPattern,
    pub(crate) authenticate: RawRequirement,
    /// Absent: as the provider says.
    #[serde(default, deserialize_with = "present")]
    pub(crate) credential: Option<RawCredentialUse>,
    #[serde(default, deserialize_with = "present")]
    pub(crate) accepts: Option<RawAccepts>,
    #[serde(default)]
    pub(crate) authorize: Option<Authorize>,
    #[serde(default)]
    pub(crate) limits: Vec<LimitUse>,
    #[serde(default)]
    pub(crate) cors_preflight: RawPreflight,
    /// Absent: whoever is behind answers.
    #[serde(default, deserialize_with = "present")]
    pub(crate) answer: Option<RawAnswer>,
}

/// What the filter answers by itself to requests that it lets pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawAnswer {
    /// Whether all keys and policies have come that it decides with.
    Ready,
}

/// What becomes of a credential that the route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawCredentialUse {
    Keep,
    Remove,
}

impl From<RawCredentialUse> for CredentialUse {
    fn from(raw: RawCredentialUse) -> Self {
        match raw {
            RawCredentialUse::Keep => Self::Keep,
            RawCredentialUse::Remove => Self::Remove,
        }
    }
}

/// What becomes of a CORS preflight for a route (Fetch §3.2.2). It carries no credential, so a route that
/// requires one refuses it unless the configuration makes this exception by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawPreflight {
    /// It is judged as any request.
    #[default]
    Refuse,
    /// It passes without a credential.
    Pass,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPattern {
    /// Absent: every method.
    #[serde(default, deserialize_with = "present")]
    pub(crate) methods: Option<Vec<String>>,
    pub(crate) path: String,
    /// Absent: every host.
    #[serde(default, deserialize_with = "present")]
    pub(crate) hosts: Option<Vec<String>>,
}

/// The sections of stages, and everything else.
pub(crate) type Members = BTreeMap<String, Value>;

/// A value that is there. `methods:` with nothing behind it is `null` in YAML, and means no list at all less
/// than anything.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn default_realm() -> String {
    "watchword".into()
}
