//! `identity.verify.register` and `identity.registry`: what is remembered of inbound requests, and how.

use std::rc::Rc;

use contract::{Compile, ConfigError, Section};
use jose::RawSharing;
use serde::Deserialize;

use crate::register::Register;
use crate::registry::{Grace, Registry};
use crate::trace::TraceFormat;

/// `register`: a switch, or how.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Register"))]
#[serde(untagged, expecting = "expected `true`, `false` or `{ grace_ms: … }`")]
pub(super) enum RawRegister {
    /// Whether requests are registered.
    Switch(bool),
    /// They are, and this is how.
    With(RawGrace),
}

/// How requests are registered.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Grace"))]
#[serde(deny_unknown_fields)]
pub(super) struct RawGrace {
    /// How long calls out find the token after the request is over, in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(max = Grace::MAX_MILLIS)))]
    grace_ms: u64,
}

impl Default for RawRegister {
    fn default() -> Self {
        Self::Switch(false)
    }
}

impl RawRegister {
    /// The stage that registers for `provider`, if one is to.
    pub(super) fn compile(
        self,
        provider: String,
        trace: TraceFormat,
        registry: Option<RawSharing>,
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<Option<Register>, ConfigError> {
        let grace = match self {
            Self::Switch(true) => Grace::USUAL,
            Self::With(RawGrace { grace_ms }) => Grace::from_millis(grace_ms).ok_or_else(|| {
                let message = format!("must be 0 to {}", Grace::MAX_MILLIS);
                section.error("verify.register.grace_ms", message)
            })?,
            Self::Switch(false) => {
                refuse_registry(registry.as_ref(), section)?;
                return Ok(None);
            }
        };
        let registry = compile_registry(registry, section, with)?;
        let prepared = registry.prepare(with.store);
        prepared.map_err(|error| section.error("verify.register", error.reason()))?;
        Ok(Some(Register { provider, trace, grace, registry: Rc::new(registry) }))
    }
}

/// The registry that `registry` describes: sealed by a secret, or not sealed where none is named. Inbound and
/// outbound listener find the same one only if they name the same secret.
pub(super) fn compile_registry(
    registry: Option<RawSharing>,
    section: &Section<'_>,
    with: &Compile<'_>,
) -> Result<Registry, ConfigError> {
    let sharing = registry.map(|raw| raw.resolve(with.secrets)).transpose();
    let sharing = sharing.map_err(|error| section.error("registry.secret", error))?;
    Ok(Registry::new(sharing.as_ref()))
}

/// A seal on nothing is a mistake that somebody would rely on.
pub(super) fn refuse_registry(
    registry: Option<&RawSharing>,
    section: &Section<'_>,
) -> Result<(), ConfigError> {
    match registry {
        None => Ok(()),
        Some(_) => Err(section.error("registry", "only `verify` with `register` and `attach` have one")),
    }
}
