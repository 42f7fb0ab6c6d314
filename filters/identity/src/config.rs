//! The section `identity`, as it is written and as it is compiled.

mod attach;
mod checks;
mod mint;
mod publish;
mod signing_key;
mod trust;
mod verify;

use contract::{Compile, ConfigError, HeaderName, Section, Stage};
use serde::Deserialize;

use attach::RawAttach;
use mint::RawMint;
use publish::RawPublish;
#[cfg(test)]
pub(crate) use trust::MAX_LEEWAY_SECONDS;
use verify::RawVerify;

use crate::headers::{ApplicationHeaders, RawHeaders};
use crate::hygiene::{Boundary, Hygiene};

/// The section. At most one of `mint`, `publish`, `verify` and `attach`, because a listener is at the edge,
/// for its keys, inbound or outbound; hygiene alone when there is none of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIdentity {
    mint: Option<RawMint>,
    publish: Option<RawPublish>,
    verify: Option<RawVerify>,
    attach: Option<RawAttach>,
    #[serde(default)]
    headers: RawHeaders,
}

type Stages = Vec<Box<dyn Stage>>;

/// The stages that `section` describes; hygiene is always the first.
pub(crate) fn compile(section: &Section<'_>, with: &Compile<'_>) -> Result<Stages, ConfigError> {
    let RawIdentity { mint, publish, verify, attach, headers } = section.read()?;
    let headers = ApplicationHeaders::compile(headers, section)?;
    let names = headers.names();
    match (mint, publish, verify, attach) {
        (None, None, None, None) => Ok(stages(&names, Boundary::Mesh, [])),
        (Some(mint), None, None, None) => {
            Ok(stages(&names, Boundary::Edge, [Box::new(mint.compile(section, with)?) as _]))
        }
        (None, Some(publish), None, None) => {
            Ok(stages(&names, Boundary::Mesh, [Box::new(publish.compile(section, with)?) as _]))
        }
        (None, None, Some(verify), None) => {
            Ok(stages(&names, Boundary::Mesh, verify.compile(headers, section, with)?))
        }
        (None, None, None, Some(attach)) => {
            Ok(stages(&names, Boundary::Mesh, [Box::new(attach.compile(&names, section)?) as _]))
        }
        _ => Err(section.error("", "only one of `mint`, `publish`, `verify` and `attach` can be given")),
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
