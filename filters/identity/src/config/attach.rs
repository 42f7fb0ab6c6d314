//! `identity.attach`: a sidecar lets calls out.

use std::collections::BTreeSet;

use contract::{Compile, ConfigError, Section};
use jose::{RawKeys, RawSharing};
use serde::Deserialize;

use super::trust::{Trust, default_leeway_seconds, default_provider};
use crate::attach::Attach;
use crate::headers::Told;
use crate::names::ReservedNames;
use crate::registry::Registry;
use crate::trace::TraceFormat;

/// Outbound at a sidecar: gives calls the token of the request that they belong to.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Attach"))]
#[serde(deny_unknown_fields)]
pub(super) struct RawAttach {
    /// The names of the proxy's clusters whose calls get a token. Calls to others get none.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "Vec<String>", length(min = 1), inner(length(min = 1)))
    )]
    destinations: BTreeSet<String>,
    /// What `iss` of the tokens must be: the `issuer` of the edge that makes them.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    issuer: String,
    /// The trust domain that the tokens are for (`aud`).
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TRUST_DOMAIN)))]
    trust_domain: String,
    /// The public keys of the edge.
    keys: RawKeys,
    /// The leave for the workers of the proxy to share fetched keys. Without it each fetches for itself.
    key_sharing: Option<RawSharing>,
    /// How far the clocks of edge and sidecar may differ, in seconds.
    #[serde(default = "default_leeway_seconds")]
    #[cfg_attr(feature = "schema", schemars(range(max = super::trust::MAX_LEEWAY_SECONDS)))]
    leeway_seconds: u64,
}

impl RawAttach {
    pub(super) fn compile(
        self,
        reserved: ReservedNames,
        (trace, registry): (TraceFormat, Registry),
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<Attach, ConfigError> {
        let Self { destinations, issuer, trust_domain, keys, key_sharing, leeway_seconds } = self;
        if destinations.is_empty() || destinations.contains("") {
            let message = "must name at least one cluster, and none by ``";
            return Err(section.error("attach.destinations", message));
        }
        // No route asks for this provider here; outbound, nobody has an identity.
        let provider = default_provider();
        let told = Told::default();
        let trust = Trust { provider, issuer, trust_domain, keys, key_sharing, leeway_seconds, told };
        let verifier = trust.compile("attach", section, with)?;
        Ok(Attach { destinations, reserved, trace, registry, verifier })
    }
}
