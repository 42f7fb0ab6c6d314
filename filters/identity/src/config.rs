//! The section `identity`, as it is written and as it is compiled.

mod attach;
mod checks;
mod mint;
mod native;
mod trust;
mod verify;

use contract::{Compile, ConfigError, HeaderName, Section, Stage};
use serde::Deserialize;

use attach::RawAttach;
use mint::RawMint;
use native::RawNative;
#[cfg(test)]
pub(crate) use trust::MAX_LEEWAY_SECONDS;
use verify::RawVerify;

use crate::facts::Tell;
use crate::headers::{ApplicationHeaders, RawHeaders};
use crate::hygiene::{Boundary, Hygiene};

/// The section. At most one of `mint`, `verify` and `attach`, because a listener is at the edge, inbound or
/// outbound; hygiene alone when there is none of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIdentity {
    mint: Option<RawMint>,
    verify: Option<RawVerify>,
    attach: Option<RawAttach>,
    native: Option<RawNative>,
    #[serde(default)]
    filter_state: bool,
    #[serde(default)]
    headers: RawHeaders,
}

type Stages = Vec<Box<dyn Stage>>;

/// The stages that `section` describes; hygiene is always the first.
pub(crate) fn compile(section: &Section<'_>, with: &Compile<'_>) -> Result<Stages, ConfigError> {
    let RawIdentity { mint, verify, attach, native, filter_state, headers } = section.read()?;
    if native.is_some() && (verify.is_some() || attach.is_some()) {
        return Err(section.error("native", "can stand beside `mint` or alone"));
    }
    let headers = ApplicationHeaders::compile(headers, section)?;
    let mut stages = compile_role((mint, verify, attach), headers, section, with)?;
    if let Some(native) = native {
        stages.push(Box::new(native.compile(section)?));
    }
    if filter_state {
        stages.push(Box::new(Tell));
    }
    Ok(stages)
}

fn compile_role(
    role: (Option<RawMint>, Option<RawVerify>, Option<RawAttach>),
    headers: ApplicationHeaders,
    section: &Section<'_>,
    with: &Compile<'_>,
) -> Result<Stages, ConfigError> {
    let names = headers.names();
    match role {
        (None, None, None) => Ok(stages(&names, Boundary::Mesh, [])),
        (Some(mint), None, None) => {
            Ok(stages(&names, Boundary::Edge, [Box::new(mint.compile(section, with)?) as _]))
        }
        (None, Some(verify), None) => {
            Ok(stages(&names, Boundary::Mesh, verify.compile(headers, section, with)?))
        }
        (None, None, Some(attach)) => {
            Ok(stages(&names, Boundary::Mesh, [Box::new(attach.compile(&names, section)?) as _]))
        }
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            Err(section.error("", "only one of `mint`, `verify` and `attach` can be given"))
        }
    }
}

fn stages(
    names: &[HeaderName],
    boundary: Boundary,
    others: impl IntoIterator<Item = Box<dyn Stage>>,
) -> Stages {
    let mut stages: Stages = vec![Box::new(Hygiene::new(names, boundary))];
    stages.extend(others);
    stages
}
