//! Identity and request to a Cedar decision.
//!
//! This crate performs no I/O and reads no clock. Everything that can be wrong with schema, policies,
//! mapping and routes is found when the section is compiled; a request only builds typed values and asks.
//!
//! ```text
//! schema, policies, principal ──compile──> Guard     one question per route, types parsed once
//! Identity ───────────mapping─────────────> principal, its attributes and parents
//! RouteMatch, Peer ───question────────────> action, resource, context
//! all of them ────────engine──────────────> Answer    what Cedar says, and which policies said it
//! ```
//!
//! **Invariant.** Nothing is ever assumed: an absent claim, a claim of another type, a context member that
//! cannot be filled and a policy that fails while it is evaluated all end in a refusal.
//!
//! Only `engine` names Cedar.

mod cache;
mod claim;
mod compile;
mod config;
mod context;
#[cfg(test)]
mod costs;
mod engine;
mod facts;
mod filled;
mod intake;
mod judged;
mod modes;
mod origin;
mod principal;
mod question;
mod reason;
mod resource;
mod rules;
mod ruleset;
mod stage;
mod terms;

pub use cache::{MAX_ANSWER_BYTES, MAX_CACHED_ANSWERS, MAX_KEY_BYTES};
pub use engine::{MAX_ANCESTORS, MAX_NESTING, MAX_OPERATORS, MAX_TYPE_NAMES};
pub use intake::{Validated, validate};
pub use reason::Reason;
pub use stage::Authz;
