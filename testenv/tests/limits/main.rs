//! Limits are exact for the whole proxy, although its workers share nothing but a table: in bursts, and under
//! a load of ten thousand requests per second; and clients are told the truth about them.
//!
//! Tests that measure costs are ignored by default: `scripts/bench limit` runs them.

#![expect(clippy::disallowed_methods, reason = "load and rates are measured with a real clock")]

mod burst;
mod expected;
mod headers;
mod keys;
mod million;
mod proxy;
mod push;
mod rates;
mod stage_ratio;
mod storm;
mod structured;
