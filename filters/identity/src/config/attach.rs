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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAttach {
    destinations: BTreeSet<String>,
    issuer: String,
    trust_domain: String,
    keys: RawKeys,
    key_sharing: Option<RawSharing>,
    #[serde(default = "default_leeway_seconds")]
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
