//! `identity.attach`: a sidecar lets calls out.

use std::collections::BTreeSet;

use contract::{ConfigError, HeaderName, Section};
use serde::Deserialize;

use crate::attach::Attach;
use crate::names::ReservedNames;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAttach {
    destinations: BTreeSet<String>,
}

impl RawAttach {
    pub(super) fn compile(
        self,
        names: &[HeaderName],
        section: &Section<'_>,
    ) -> Result<Attach, ConfigError> {
        let Self { destinations } = self;
        if destinations.is_empty() || destinations.contains("") {
            let message = "must name at least one cluster, and none by ``";
            return Err(section.error("attach.destinations", message));
        }
        Ok(Attach { destinations, reserved: ReservedNames::new(names) })
    }
}
