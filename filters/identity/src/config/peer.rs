//! `identity.peer`: a sidecar takes calls in a mesh that trusts mutual TLS alone.

use std::collections::BTreeSet;

use contract::{ConfigError, Section};
use serde::Deserialize;

use super::callers::compile_callers;
use crate::headers::ApplicationHeaders;
use crate::peer::PeerOnly;

/// Inbound at a sidecar, without tokens.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Peer"))]
#[serde(deny_unknown_fields)]
pub(super) struct RawPeer {
    /// The workloads that may call: SPIFFE IDs, in whose path `*` stands for one segment, and `**` at the end for one or
    /// more.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>", length(min = 1), inner(regex(pattern = super::callers::CALLER))))]
    callers: BTreeSet<String>,
    /// The SPIFFE ID of a proxy between the workloads that says, in `x-forwarded-client-cert`, who calls.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::SPIFFE_ID)))]
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
