//! The section `identity`, as it is written and as it is compiled.

mod attach;
mod callers;
mod checks;
mod mint;
mod native;
mod peer;
mod publish;
mod register;
mod role;
mod signing_key;
mod trust;
mod verify;

use contract::{Compile, ConfigError, Section, Stage};
use jose::RawSharing;
use serde::Deserialize;

use attach::RawAttach;
use mint::RawMint;
use native::RawNative;
use peer::RawPeer;
use publish::RawPublish;
use register::{compile_registry, refuse_registry};
use role::Role;
#[cfg(test)]
pub(crate) use trust::MAX_LEEWAY_SECONDS;
use verify::RawVerify;

use crate::facts::Tell;
use crate::headers::{ApplicationHeaders, RawHeaders};
use crate::hygiene::{Boundary, Hygiene};
use crate::names::ClientCertificateHeaders;
use crate::trace::TraceFormat;

/// The section: at most one of the roles, and what all of them have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIdentity {
    mint: Option<RawMint>,
    publish: Option<RawPublish>,
    verify: Option<RawVerify>,
    peer: Option<RawPeer>,
    attach: Option<RawAttach>,
    native: Option<RawNative>,
    #[serde(default)]
    filter_state: bool,
    #[serde(default)]
    headers: RawHeaders,
    #[serde(default)]
    trace: TraceFormat,
    /// Under which secret the registry of traces is sealed.
    registry: Option<RawSharing>,
    #[serde(default)]
    client_certificate_headers: ClientCertificateHeaders,
}

type Stages = Vec<Box<dyn Stage>>;

/// The stages that `section` describes; hygiene is always the first.
pub(crate) fn compile(section: &Section<'_>, with: &Compile<'_>) -> Result<Stages, ConfigError> {
    let RawIdentity {
        mint,
        publish,
        verify,
        peer,
        attach,
        native,
        filter_state,
        headers,
        trace,
        registry,
        client_certificate_headers,
    } = section.read()?;
    let role =
        Role::of(mint, publish, verify, peer, attach).map_err(|message| section.error("", message))?;
    let headers = ApplicationHeaders::compile(headers, section)?;
    let names = [&headers.names()[..], client_certificate_headers.reserved()].concat();
    if native.is_some() && !role.as_ref().is_none_or(Role::may_have_native) {
        return Err(section.error("native", "can stand beside `mint` or alone"));
    }
    if !role.as_ref().is_some_and(Role::may_have_registry) {
        refuse_registry(registry.as_ref(), section)?;
    }
    let boundary = role.as_ref().map_or(Boundary::Mesh, Role::boundary);
    let mut stages: Stages = vec![Box::new(Hygiene::new(&names, boundary, trace))];
    match role {
        None => {}
        Some(Role::Mint(mint)) => {
            let issuers = native.as_ref().map_or(0, RawNative::issuers);
            stages.push(Box::new(mint.compile(issuers, section, with)?));
        }
        Some(Role::Publish(publish)) => stages.push(Box::new(publish.compile(section, with)?)),
        Some(Role::Verify(verify)) => {
            stages.extend(verify.compile(headers, (trace, registry), section, with)?);
        }
        Some(Role::Peer(peer)) => stages.push(Box::new(peer.compile(headers, section)?)),
        Some(Role::Attach(attach)) => {
            let registry = compile_registry(registry, section, with)?;
            stages.push(Box::new(attach.compile(&names, (trace, registry), section, with)?));
        }
    }
    if let Some(native) = native {
        stages.push(Box::new(native.compile(section)?));
    }
    if filter_state {
        stages.push(Box::new(Tell));
    }
    Ok(stages)
}
