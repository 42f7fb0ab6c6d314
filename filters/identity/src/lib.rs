//! Who calls, carried from hop to hop: header hygiene, the internal token, SPIFFE peers.
//!
//! Reads no clock, has no randomness of its own but what a signature needs, performs no I/O. One section of
//! the configuration makes one of six lists of stages:
//!
//! ```text
//! identity: {}                Hygiene
//! identity: { mint: … }       Hygiene (starts a trace)   Mint                   at the edge
//! identity: { publish: … }    Hygiene   Publish                                 at the edge, for its keys
//! identity: { verify: … }     Hygiene   Verify [Register]                       inbound at a sidecar
//! identity: { peer: … }       Hygiene   PeerOnly                                inbound, without tokens
//! identity: { attach: … }     Hygiene   Attach                                  outbound at a sidecar
//! ```
//!
//! `native` beside `mint`, or alone, takes over what another filter of the proxy has verified; and
//! `filter_state: true` tells the other filters what was verified here.
//!
//! **Invariant.** A service never sees an identity header that was not written here: all of them are
//! stripped in every spelling before anything else happens, and each is then set or removed.
//!
//! The registry that connects `Register` and `Attach` lies in memory that other plugins can write to. It
//! chooses among tokens and proves nothing: `Attach` verifies what it reads, and so does the next hop. Where
//! `registry` names a secret, a seal also proves that a token stands under the trace that it came with.

mod attach;
mod cache;
mod caller;
mod config;
mod facts;
mod headers;
mod hex;
mod hygiene;
mod mint;
mod names;
mod native;
mod peer;
mod publish;
mod register;
mod registry;
mod signature;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod token;
mod trace;
mod verify;
mod xfcc;

use contract::{Compile, ConfigError, Route, Section, Stage, StageKind, StageName};

/// The stages of the section `identity`.
#[derive(Debug, Clone, Copy)]
pub struct IdentityStages;

impl StageKind for IdentityStages {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    /// Reserved headers of a client's own would pass a proxy whose configuration forgot this section.
    fn is_always_on(&self) -> bool {
        true
    }

    /// Nothing: a route asks for an identity by the name of a provider, and [`Stage::providers`] tells those.
    fn asked_for_by(&self, _: &Route) -> Option<&'static str> {
        None
    }

    #[cfg(feature = "schema")]
    fn schema(&self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        config::schema(generator)
    }

    fn compile(
        &self,
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
        config::compile(section, with)
    }
}
