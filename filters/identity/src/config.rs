//! The section `identity`, as it is written and as it is compiled.

mod attach;
mod callers;
mod checks;
mod fit;
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
use register::compile_registry;
use role::Role;
#[cfg(test)]
pub(crate) use trust::MAX_LEEWAY_SECONDS;
use verify::RawVerify;

use crate::facts::Tell;
use crate::headers::{ApplicationHeaders, RawHeaders};
use crate::hygiene::{Boundary, Hygiene};
use crate::names::{ClientCertificateHeaders, ReservedNames};
use crate::trace::TraceFormat;

/// Who calls, carried from hop to hop: at most one of the roles `mint`, `publish`, `verify`, `peer` and `attach`, and
/// what all of them have. Without a role, reserved headers are stripped.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Identity"))]
#[serde(deny_unknown_fields)]
struct RawIdentity {
    /// The edge: makes internal tokens (OAuth Transaction Tokens).
    mint: Option<RawMint>,
    /// The edge, for its keys: tells which it signs with.
    publish: Option<RawPublish>,
    /// Inbound at a sidecar: takes calls with an internal token, of workloads that mutual TLS proves.
    verify: Option<RawVerify>,
    /// Inbound at a sidecar, in a mesh that trusts mutual TLS alone.
    peer: Option<RawPeer>,
    /// Outbound at a sidecar: gives calls the token of the request that they belong to.
    attach: Option<RawAttach>,
    /// Takes over what another filter of the proxy has verified. Beside `mint`, or alone.
    native: Option<RawNative>,
    /// Whether other filters of the proxy are told, in filter state, who was verified here.
    #[serde(default)]
    filter_state: bool,
    /// What applications are told, in which headers.
    #[serde(default)]
    headers: RawHeaders,
    /// The format in which the trust domain carries trace ids.
    #[serde(default)]
    trace: TraceFormat,
    /// The secret under which the registry of traces is sealed. Only with `verify` that has `register`, and `attach`:
    /// the same at both.
    registry: Option<RawSharing>,
    /// What becomes of the headers in which a request says with which certificate it came.
    #[serde(default)]
    client_certificate_headers: ClientCertificateHeaders,
}

/// The JSON Schema of the section.
#[cfg(feature = "schema")]
pub(crate) fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<RawIdentity>()
}

type Stages = Vec<Box<dyn Stage>>;

/// The stages that `section` describes; hygiene is always the first.
pub(crate) fn compile(section: &Section<'_>, with: &Compile<'_>) -> Result<Stages, ConfigError> {
    let mut raw: RawIdentity = section.read()?;
    let role = raw.take_role().map_err(|message| section.error("", message))?;
    fit::check(role.as_ref(), &raw, section)?;
    let headers = ApplicationHeaders::compile(raw.headers, section)?;
    let names = headers.names();
    let boundary = role.as_ref().map_or(Boundary::Mesh, Role::boundary);
    let hygiene = Hygiene::new(&names, boundary, raw.trace, raw.client_certificate_headers);
    let mut stages: Stages = vec![Box::new(hygiene)];
    let issuers = raw.native.as_ref().is_some_and(RawNative::has_several_issuers);
    match role {
        None => {}
        Some(Role::Mint(mint)) => stages.push(Box::new(mint.compile(issuers, section, with)?)),
        Some(Role::Publish(publish)) => stages.push(Box::new(publish.compile(section, with)?)),
        Some(Role::Verify(verify)) => {
            stages.extend(verify.compile(headers, (raw.trace, raw.registry), section, with)?);
        }
        Some(Role::Peer(peer)) => stages.push(Box::new(peer.compile(headers, section)?)),
        Some(Role::Attach(attach)) => {
            let registry = compile_registry(raw.registry, section, with)?;
            let reserved = ReservedNames::new(&names).sparing(raw.client_certificate_headers);
            stages.push(Box::new(attach.compile(reserved, (raw.trace, registry), section, with)?));
        }
    }
    if let Some(native) = raw.native {
        stages.push(Box::new(native.compile(section)?));
    }
    if raw.filter_state {
        stages.push(Box::new(Tell));
    }
    Ok(stages)
}

impl RawIdentity {
    fn take_role(&mut self) -> Result<Option<Role>, &'static str> {
        let Self { mint, publish, verify, peer, attach, .. } = self;
        Role::of(mint.take(), publish.take(), verify.take(), peer.take(), attach.take())
    }
}
