//! Token bytes to a verified identity. Reads no clock, performs no I/O, knows no proxy.
//!
//! ```text
//! Head ──────── bearer::token ──> bytes          exactly one credential, or none
//! bytes ─────── Provider::recall > KnownToken    seen before under the keys in force
//! bytes ─────── Compact ────────> Provider       chosen by the unverified issuer, among the route's
//! Compact ───── Provider::verify > KnownToken    signed by that provider's keys, in the form of its kind
//! KnownToken ── Provider::judge ─> Identity      times, audience and scopes, on every request
//! ```
//!
//! **Invariant.** A token is judged by the rules of one provider only, the one whose keys signed it, and a
//! cached token proves its signature and its form: everything that time or configuration decides is decided
//! again on every request.

mod bearer;
mod cache;
mod claims;
mod compile;
mod error;
mod profile;
mod provider;
mod raw;
mod stage;
#[cfg(test)]
mod test_issuer;
mod times;

pub use cache::{MAX_CACHED_BYTES, MAX_CACHED_TOKENS};
pub use claims::{MAX_AUDIENCES, MAX_CLAIM_BYTES};
pub use compile::{Jwt, MAX_PROVIDERS};
pub use error::{Claim, TokenError};
