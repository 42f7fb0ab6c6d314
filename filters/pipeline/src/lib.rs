//! Configuration to compiled stages in their order, a request to one verdict.
//!
//! The pipeline orders whatever stages it is given: it knows their trait, not their crates. It owns the
//! route table and the two promises that no stage can keep alone: **an unknown API is refused** unless the
//! configuration says otherwise, and **a route that requires a caller is never passed without one**,
//! whichever stages are linked. It performs nothing and reads no clock.

mod accepts;
mod body_bound;
mod chain;
mod compile;
mod demands;
mod document;
mod handoff;
mod observe;
mod outcome;
mod pattern;
mod pipeline;
mod preflight;
mod progress;
mod query;
mod raw;
mod ready;
mod record;
mod routes;
#[cfg(feature = "schema")]
mod schema;
mod step;
mod trie;
mod watch;

pub use body_bound::BodyBound;
pub use chain::Chain;
pub use compile::{Surroundings, compile};
pub use handoff::Handoff;
pub use observe::{Observe, Tag};
pub use pipeline::Pipeline;
pub use progress::Progress;
pub use record::{MAX_RECORD_BYTES, Record};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use step::{Allowed, Answered, Asked, Asking, Refused, Step, Waiting};
pub use watch::{Gate, Judged, Unwatched, Watch};
