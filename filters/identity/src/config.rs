//! The section `identity`, as it is written and as it is compiled.

mod attach;
mod checks;
mod mint;
mod trust;
mod verify;

use contract::{Compile, ConfigError, HeaderName, Section, Stage};
use serde::Deserialize;

use attach::RawAttach;
use mint::RawMint;
#[cfg(test)]
pub(crate) use trust::MAX_LEEWAY_SECONDS;
use verify::RawVerify;

use crate::headers::{ApplicationHeaders, RawHeaders};
use crate::hygiene::{Boundary, Hygiene};
use crate::names::ClientCertificateHeaders;

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
    client_certificate_headers: ClientCertificateHeaders,
}

type Stages = Vec<Box<dyn Stage>>;

/// The stages that `section` describes; hygiene is always the first.
pub(crate) fn compile(section: &Section<'_>, with: &Compile<'_>) -> Result<Stages, ConfigError> {
    let RawIdentity { mint, verify, attach, headers, client_certificate_headers } = section.read()?;
    let headers = ApplicationHeaders::compile(headers, section)?;
    let names = [&headers.names()[..], client_certificate_headers.reserved()].concat();
    match (mint, verify, attach) {
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
