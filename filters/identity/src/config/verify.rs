//! `identity.verify`: a sidecar takes calls.

use std::collections::BTreeSet;

use contract::{Compile, ConfigError, Section, SpiffeId, Stage};
use jose::{RawKeys, RawSharing};
use serde::Deserialize;

use super::Stages;
use super::checks::spiffe_id;
use super::register::RawRegister;
use super::trust::{Trust, default_leeway_seconds, default_provider};
use crate::caller::Callers;
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
    #[serde(default = "default_leeway_seconds")]
    leeway_seconds: u64,
    #[serde(default)]
    register: RawRegister,
}

impl RawVerify {
    pub(super) fn compile(
        self,
        headers: ApplicationHeaders,
        (trace, registry): (TraceFormat, Option<RawSharing>),
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<Stages, ConfigError> {
        let Self { provider, issuer, trust_domain, keys, key_sharing, callers, leeway_seconds, register } =
            self;
        let trust =
            Trust { provider: provider.clone(), issuer, trust_domain, keys, key_sharing, leeway_seconds };
        let verifier = trust.compile("verify", section, with)?;
        let callers = Callers::new(compile_callers(&callers, section)?);
        let mut stages: Vec<Box<dyn Stage>> = vec![Box::new(Verify { callers, verifier, headers })];
        let register = register.compile(provider, trace, registry, section, with)?;
        stages.extend(register.map(|register| Box::new(register) as _));
        Ok(stages)
    }
}

fn compile_callers(
    raw: &BTreeSet<String>,
    section: &Section<'_>,
) -> Result<BTreeSet<SpiffeId>, ConfigError> {
    if raw.is_empty() {
        return Err(section.error("verify.callers", "names nobody who may call"));
    }
    raw.iter().map(|caller| spiffe_id(caller, "verify.callers", section)).collect()
}
