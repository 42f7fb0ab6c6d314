//! Credential bytes to a verified identity. Reads no clock, performs no I/O, knows no proxy.
//!
//! ```text
//! Head, path ── Places::find ────> Found         exactly one credential, or none
//! Found ─────── Provider::recall ─> KnownToken   seen before under the keys in force
//! Found ─────── choice ──────────> Provider      by what the token says of itself, among the route's
//! Unverified ── Provider::verify ─> KnownToken   signed by that provider's keys, in the form of its kind
//! KnownToken ── Provider::judge ──> Identity     times, audience, claims and certificate, on every request
//! Found ─────── ApiKeys::verify ──> Identity     a key whose digest is known, in force
//! ```
//!
//! **Invariant.** A token is judged by the rules of one provider only, the one whose keys signed it, and a
//! cached token proves its signature and its form: everything that time, configuration or connection decides
//! is decided again on every request.

mod api_keys;
mod cache;
mod choice;
mod claim;
mod claims;
mod compile;
mod confirmation;
mod error;
mod generations;
mod pattern;
mod place;
mod profile;
mod provider;
mod raw;
mod required_claims;
mod rules;
mod source;
mod stage;
mod stop;
#[cfg(test)]
mod test_issuer;
mod times;

pub use api_keys::{MAX_API_KEY_SETS, MAX_API_KEYS};
pub use cache::{MAX_CACHED_BYTES, MAX_CACHED_TOKENS, MAX_REFUSED_BYTES, MAX_REFUSED_TOKENS};
pub use claim::Claim;
pub use claims::{MAX_AUDIENCES, MAX_CLAIM_BYTES, MAX_SCOPES};
pub use compile::{Jwt, MAX_PROVIDERS};
pub use error::TokenError;
pub use source::MAX_SOURCES;
