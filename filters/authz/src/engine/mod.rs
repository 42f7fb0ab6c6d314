//! Cedar, and the only place that names it.
//!
//! Built on the core crate rather than on the public one that wraps it: values and entities are made
//! typed, without JSON, without an interpreter for expressions, and without the closure over all entities
//! that the public constructors compute for every request. The authorizer is ours as well: Cedar's looks at
//! every policy, this one at those in whose scope a request lies.
//!
//! ```text
//! Question ──decide──> principal, action, resource, entities
//!                        ├─index──> the policies in whose scope they lie
//!                        └─judge──> what Cedar's evaluator says of each ──answer──> Answer
//! ```
//!
//! The core crate's interface is not stable, so it is pinned to one version. That all of this changes no
//! answer is shown by `conformance` below and, for the typed values, by `tests/authz/reference.rs`.

mod answer;
#[cfg(test)]
mod conformance;
mod decide;
mod draft;
mod extension;
mod fault;
mod graft;
#[cfg(test)]
mod growth;
mod index;
mod judge;
mod key;
mod lexer;
mod nesting;
mod policies;
mod rule;
mod schema;
mod sight;
mod statements;
mod store;
mod symbols;
mod validity;
mod value;

pub(crate) use answer::{Answer, Outcome, Ruling};
pub(crate) use decide::{Entity, Question, decide};
pub(crate) use draft::{Draft, NewLink};
pub(crate) use extension::{Extension, ExtensionKind};
pub(crate) use fault::Fault;
pub use nesting::{MAX_NESTING, MAX_OPERATORS, MAX_TYPE_NAMES};
pub(crate) use policies::Policies;
pub(crate) use schema::{Action, EntityType, Member, Schema, Shape};
pub(crate) use sight::Sight;
pub(crate) use statements::Place;
pub use store::MAX_ANCESTORS;
pub(crate) use store::{Store, StoreDraft};
pub(crate) use value::Value;
