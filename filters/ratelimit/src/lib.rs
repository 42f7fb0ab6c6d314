//! The limiter: a key made of what is known of a request, and a GCRA decision about it.
//!
//! One decision for the whole proxy: all workers share one table of fixed size, changed by
//! compare-and-swap only. The path of a request through this crate:
//!
//! ```text
//! Request     ──key──> values ──siphash, seeded──> Fingerprint    who is counted
//! Request     ──cost──> number                                    what it spends
//! Fingerprint ──table──> Bucket ──gcra──> Decision                one read and one write of the limit's own table
//! values      ──global──> Call, Ruling, Lease                     or an engine decides, see the module `global`
//! Decision    ──row──> Verdict                                    headers, shadow mode, named fail-open
//! ```
//!
//! A route's limits are checked in the order in which it names them, those with `before_auth` first. When
//! a later one refuses, the earlier ones have counted the request: to give it back would take a second
//! write under contention, and a client who is refused has still cost the proxy a decision.
//!
//! **Invariant.** Memory is bounded by `slots`, and by a table of fixed size for each limit with
//! leases, whatever clients send, and no limit takes another's places: what unauthenticated clients
//! spend before authentication crowds nobody out of the limits behind it. (A limit whose quota or key
//! changes gets a new table; the old one stays until the proxy restarts. One that does not keeps the places that
//! it had at first, also when others are added.) A limit whose key cannot be
//! told, whose count cannot be kept, or whose engine does not decide, refuses, unless it is in shadow
//! mode, which never does; only `when_missing` changes the first, `when_contended: allow` the second
//! and `when_down: allow` the third, and each request that goes uncounted carries a mark.
//!
//! **Fail-open, bounded.** Where a bucket is full, a new key takes the place of one that is not over its
//! limit but has spent of its burst; that one has a whole burst again. It happens only where more keys than
//! places are active at once, gives one key at most its burst, and leaves `limit_forgotten:<limit>` with
//! the request that caused it. A key that is over its limit is never forgotten: the newcomer is refused.
//! How often that happens at which size is written in the module `table`.
//!
//! **What clients are told.** `RateLimit-Policy` lists the limits of the route, `RateLimit` only the one that
//! matters most: that which refuses, or has least left in proportion to its burst. A request that is let
//! through by limits before authentication and by others behind it is told of the strictest of each. Both
//! fields are added beside those of the service, whose limits may be stricter.

mod account;
mod assignment;
mod bucket;
mod config;
mod cost;
mod counter;
mod events;
mod fingerprint;
mod gcra;
mod global;
mod headers;
mod key;
mod quota;
mod reason;
mod row;
mod slot_key;
mod slots;
mod stage;
mod table;

use contract::{Compile, ConfigError, Route, Section, Stage, StageKind, StageName};

pub use gcra::{Decision, Gcra, MAX_REFILL_NANOS, MIN_INTERVAL_NANOS, QuotaError};

/// The limiter, as a kind of stage that a module links.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ratelimit;

impl StageKind for Ratelimit {
    fn name(&self) -> StageName {
        StageName::Ratelimit
    }

    fn asked_for_by(&self, route: &Route) -> Option<&'static str> {
        (!route.limits.is_empty()).then_some("limits")
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
        let config = config::Config::read(section)?;
        stage::compile(config, section, with)
    }
}
