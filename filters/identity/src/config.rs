//! The section `identity`, as it is written and as it is compiled.

mod attach;
mod checks;
mod mint;
mod register;
mod trust;
mod verify;

use contract::{Compile, ConfigError, Section, Stage};
use serde::Deserialize;

use attach::RawAttach;
use jose::RawSharing;
use mint::RawMint;
use register::{compile_registry, refuse_registry};
#[cfg(test)]
pub(crate) use trust::MAX_LEEWAY_SECONDS;
use verify::RawVerify;

use crate::headers::{ApplicationHeaders, RawHeaders};
use crate::hygiene::{Boundary, Hygiene};
use crate::trace::TraceFormat;

/// The section. At most one of `mint`, `verify` and `attach`, because a listener is at the edge, inbound or
/// outbound; hygiene alone when there is none of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIdentity {
    mint: Option<RawMint>,
    verify: Option<RawVerify>,
    attach: Option<RawAttach>,
    #[serde(default)]
    headers: RawHeaders,
    #[serde(default)]
    trace: TraceFormat,
    /// Under which secret the registry of traces is sealed.
    registry: Option<RawSharing>,
}

type Stages = Vec<Box<dyn Stage>>;

/// The stages that `section` describes; hygiene is always the first.
pub(crate) fn compile(section: &Section<'_>, with: &Compile<'_>) -> Result<Stages, ConfigError> {
    let RawIdentity { mint, verify, attach, headers, trace, registry } = section.read()?;
    let headers = ApplicationHeaders::compile(headers, section)?;
    let names = headers.names();
    let hygiene = |boundary| Box::new(Hygiene::new(&names, boundary, trace)) as Box<dyn Stage>;
    match (mint, verify, attach) {
        (None, None, None) => {
            refuse_registry(registry.as_ref(), section)?;
            Ok(vec![hygiene(Boundary::Mesh)])
        }
        (Some(mint), None, None) => {
            refuse_registry(registry.as_ref(), section)?;
            Ok(vec![hygiene(Boundary::Edge), Box::new(mint.compile(section, with)?)])
        }
        (None, Some(verify), None) => {
            let mut stages = vec![hygiene(Boundary::Mesh)];
            stages.extend(verify.compile(headers, (trace, registry), section, with)?);
            Ok(stages)
        }
        (None, None, Some(attach)) => {
            let registry = compile_registry(registry, section, with)?;
            let attach = attach.compile(&names, (trace, registry), section, with)?;
            Ok(vec![hygiene(Boundary::Mesh), Box::new(attach)])
        }
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            Err(section.error("", "only one of `mint`, `verify` and `attach` can be given"))
        }
    }
}
