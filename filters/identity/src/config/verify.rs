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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawVerify {
    #[serde(default = "default_provider")]
    provider: String,
    issuer: String,
    trust_domain: String,
    keys: RawKeys,
    key_sharing: Option<RawSharing>,
    callers: BTreeSet<String>,
    forwarded_by: Option<String>,
    #[serde(default = "default_leeway_seconds")]
    leeway_seconds: u64,
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
