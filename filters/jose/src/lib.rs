//! Signed tokens and key sets: JOSE on bytes. Knows nothing of requests, reads no clock, performs no I/O.
//!
//! ```text
//! &[u8] ── Compact::parse ──> Compact          a well-formed JWS; its claims are readable as *unverified*
//! &[u8] ── KeySet::parse ───> KeySet           public keys, each fixed to one algorithm
//! &[u8] ── secret_key_set ──> KeySet           a secret that is shared with the issuer
//! Compact + KeySet ─ verify ─> Verified        claims that were signed by one of these keys
//! ProxyCrypto ── probe ─────> Abilities        who checks signatures: the proxy where it can, `ring` elsewhere
//! Map   ── Signer::sign ─────> String          a token of our own, signed by the proxy where it can
//! RawKeys ─ KeySource::new ──> KeySource       a key set with its refresh, as a state machine without I/O
//! Value ── numeric_date ────> UnixTime         `exp`, `nbf`, `iat`
//! ```
//!
//! A [`Verified`] proves the signature and nothing else: issuer, audience, times, type and scopes are for
//! the caller to judge, on every use.
//!
//! **Invariant.** The algorithm is fixed by the key and by the caller's list, never by the token; `jku`,
//! `x5u`, `x5c` and `jwk` of a token are never read.

mod abilities;
mod absent;
mod algorithm;
mod asn1;
mod base64url;
mod compact;
mod discovery;
mod error;
mod jwk;
mod key_set;
mod key_sets;
mod key_source;
mod key_use;
mod keys_config_error;
mod last_header;
mod numeric_date;
mod raw_keys;
mod remote_keys;
mod ring_verifier;
mod roca;
mod secret;
mod shared_names;
mod signing_key;
mod small_order;
#[cfg(test)]
mod test_keys;
mod unverified;
mod verified;
mod verifier;
mod verifying_key;

pub use abilities::Abilities;
pub use algorithm::{Algorithm, NotInJsonwebtoken};
pub use compact::{Compact, MAX_KEY_ID_BYTES, MAX_TOKEN_BYTES};
pub use contract::{MAX_JSON_DEPTH, StrictValue, parse_object};
pub use error::JoseError;
pub use key_set::{KeySet, KeySetError, MAX_KEY_SET_BYTES, MAX_KEYS};
pub use key_sets::SHARING_FORGED;
pub use key_source::{KeySource, Keys, KeysFor, Sought};
pub use key_use::KeyUse;
pub use keys_config_error::KeysConfigError;
pub use last_header::LastHeader;
pub use numeric_date::{MAX_NUMERIC_DATE, NumericDateError, numeric_date};
pub use raw_keys::{RawDiscovery, RawJwks, RawKeys, RawSecret};
pub use ring_verifier::Ring;
pub use secret::{SecretEncoding, SecretError, secret_key_set};
pub use shared_names::{SharedKeyNames, shared_key_names};
pub use signing_key::{PublicJwk, PublicJwkError, SignError, Signer, SigningKey, SigningKeyError};
pub use unverified::Unverified;
pub use upkeep::{MIN_SHARING_SECRET_BYTES, RawRemote, RawSharing, Sharing, SharingError};
pub use verified::Verified;
pub use verifier::{Unverifiable, Verifier};
pub use verifying_key::VerifyingKey;
