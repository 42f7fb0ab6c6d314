//! Signed tokens and key sets: JOSE on bytes. Knows nothing of requests, reads no clock, performs no I/O.
//!
//! ```text
//! &[u8] ── Compact::parse ──> Compact          a well-formed JWS; its claims are readable as *unverified*
//! &[u8] ── KeySet::parse ───> KeySet           public keys, each fixed to one algorithm
//! Compact + KeySet ─ verify ─> Verified        claims that were signed by one of these keys
//! Map   ── SigningKey::sign ─> String          a token of our own
//! RawKeys ─ KeySource::new ──> KeySource       a key set with its refresh, as a state machine without I/O
//! Value ── numeric_date ────> UnixTime         `exp`, `nbf`, `iat`
//! ```
//!
//! A [`Verified`] proves the signature and nothing else: issuer, audience, times, type and scopes are for
//! the caller to judge, on every use.
//!
//! **Invariant.** The algorithm is fixed by the key and by the caller's list, never by the token; `jku`,
//! `x5u`, `x5c` and `jwk` of a token are never read.

mod algorithm;
mod base64url;
mod compact;
mod error;
mod json;
mod jwk;
mod key_set;
mod key_source;
mod key_use;
mod numeric_date;
mod raw_keys;
mod refresh;
mod signing_key;
#[cfg(test)]
mod test_keys;
mod unverified;
mod verified;
mod verifier;
mod verifying_key;

pub use algorithm::Algorithm;
pub use compact::{Compact, MAX_KEY_ID_BYTES, MAX_TOKEN_BYTES};
pub use error::JoseError;
pub use json::{MAX_JSON_DEPTH, parse_object};
pub use key_set::{KeySet, KeySetError, MAX_KEY_SET_BYTES, MAX_KEYS};
pub use key_source::{KeySource, Keys, KeysFor, Sought};
pub use key_use::KeyUse;
pub use numeric_date::{MAX_NUMERIC_DATE, NumericDateError, numeric_date};
pub use raw_keys::{KeysConfigError, RawKeys, RawRemote};
pub use signing_key::{SigningKey, SigningKeyError};
pub use unverified::Unverified;
pub use verified::Verified;
pub use verifier::{Ring, Unverifiable, Verifier};
pub use verifying_key::VerifyingKey;
