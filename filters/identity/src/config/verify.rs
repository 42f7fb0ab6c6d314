//! `identity.verify`: a sidecar takes calls.

use std::collections::BTreeSet;

use contract::{Compile, ConfigError, Section, Stage};
use jose::{RawKeys, RawSharing};
use serde::Deserialize;

use super::Stages;
use super::callers::compile_callers;
use super::register::RawRegister;
use super::trust::{Trust, default_leeway_seconds, default_provider};
use crate::headers::ApplicationHeaders;
use crate::trace::TraceFormat;
use crate::verify::Verify;

/// Inbound at a sidecar: takes calls with an internal token.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Verify"))]
#[serde(deny_unknown_fields)]
pub(super) struct RawVerify {
    /// What routes call the token as a credential.
    #[serde(default = "default_provider")]
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    provider: String,
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
    /// The workloads that may call: SPIFFE IDs, in whose path `*` stands for one segment, and `**` at the end for one or
    /// more.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>", length(min = 1), inner(regex(pattern = super::callers::CALLER))))]
    callers: BTreeSet<String>,
    /// The SPIFFE ID of a proxy between the workloads that says, in `x-forwarded-client-cert`, who calls.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::SPIFFE_ID)))]
    forwarded_by: Option<String>,
    /// How far the clocks of edge and sidecar may differ, in seconds.
    #[serde(default = "default_leeway_seconds")]
    #[cfg_attr(feature = "schema", schemars(range(max = super::trust::MAX_LEEWAY_SECONDS)))]
    leeway_seconds: u64,
    /// Whether calls out, which belong to the request, find its token.
    #[serde(default)]
    register: RawRegister,
}

impl RawVerify {
    /// Whether a proxy between the workloads says who calls.
    pub(super) const fn is_forwarded(&self) -> bool {
        self.forwarded_by.is_some()
    }

    pub(super) fn compile(
        self,
        headers: ApplicationHeaders,
        (trace, registry): (TraceFormat, Option<RawSharing>),
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<Stages, ConfigError> {
        let Self {
            provider,
            issuer,
            trust_domain,
            keys,
            key_sharing,
            callers,
            forwarded_by,
            leeway_seconds,
            register,
        } = self;
        let told = headers.told().clone();
        let trust = Trust {
            provider: provider.clone(),
            issuer,
            trust_domain,
            keys,
            key_sharing,
            leeway_seconds,
            told,
        };
        let verifier = trust.compile("verify", section, with)?;
        let callers = compile_callers(&callers, forwarded_by.as_deref(), "verify", section)?;
        let mut stages: Vec<Box<dyn Stage>> = vec![Box::new(Verify { callers, verifier, headers })];
        let register = register.compile(provider, trace, registry, section, with)?;
        stages.extend(register.map(|register| Box::new(register) as _));
        Ok(stages)
    }
}
