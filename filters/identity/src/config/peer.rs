//! `identity.peer`: a sidecar takes calls in a mesh that trusts mutual TLS alone.

use std::collections::BTreeSet;

use contract::{ConfigError, Section};
use serde::Deserialize;

use super::callers::compile_callers;
use crate::headers::ApplicationHeaders;
use crate::peer::PeerOnly;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPeer {
    callers: BTreeSet<String>,
    forwarded_by: Option<String>,
}

impl RawPeer {
    /// Whether a proxy between the workloads says who calls.
    pub(super) const fn is_forwarded(&self) -> bool {
        self.forwarded_by.is_some()
    }

    pub(super) fn compile(
        self,
        headers: ApplicationHeaders,
        section: &Section<'_>,
    ) -> Result<PeerOnly, ConfigError> {
        let Self { callers, forwarded_by } = self;
        let callers = compile_callers(&callers, forwarded_by.as_deref(), "peer", section)?;
        Ok(PeerOnly { callers, headers })
    }
}
