//! API keys, of which only digests are known here.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

use contract::{Identity, IdentityFacts, UnixTime};
use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use subtle::ConstantTimeEq;

use crate::TokenError;

/// API keys of one stage, in all its sets. Each takes about half a kilobyte of every worker.
pub const MAX_API_KEYS: usize = 10_000;

/// Sets of API keys of one stage, each with a place in requests that is its own.
pub const MAX_API_KEY_SETS: usize = 16;

/// Bytes of a whole key: an id, a dot, and a secret of several times the strength that any needs.
const MAX_API_KEY_BYTES: usize = 256;

/// Characters of an id, which logs show.
const MAX_ID_BYTES: usize = 64;

/// Characters of a secret in base64url: 192 bits, which nobody guesses, so that a fast hash is enough.
const MIN_SECRET_BYTES: usize = 32;

/// What the digest of a key with an unknown id is compared with, so that an id is not found out by time.
const NOBODY: [u8; SHA256_OUTPUT_LEN] = [0; SHA256_OUTPUT_LEN];

/// A set of keys, which routes name like a provider. It has no `Debug`: digests are for no log.
pub(crate) struct ApiKeys {
    pub(crate) name: String,
    pub(crate) forward: bool,
    pub(crate) keys: HashMap<Box<str>, ApiKey>,
}

/// What is known of one key.
pub(crate) struct ApiKey {
    /// SHA-256 of the whole key.
    pub(crate) digest: [u8; SHA256_OUTPUT_LEN],
    pub(crate) not_before: Option<UnixTime>,
    pub(crate) expires: Option<UnixTime>,
    /// Whose it is, as soon as it was shown.
    pub(crate) facts: IdentityFacts,
    pub(crate) identity: OnceCell<Rc<Identity>>,
}

/// Who vouches for the owners of the set `name`: a subject is unique within its issuer only. No provider of
/// tokens may have an issuer that starts like this.
pub(crate) fn issuer_of_set(name: &str) -> String {
    format!("{ISSUER_PREFIX}{name}")
}

/// How the issuer of an API key starts.
pub(crate) const ISSUER_PREFIX: &str = "urn:watchword:api-keys:";

impl ApiKeys {
    /// Whose key `text` is.
    ///
    /// # Errors
    /// When it is nobody's, or not in force at `now`.
    pub(crate) fn verify(&self, text: &[u8], now: UnixTime) -> Result<Rc<Identity>, TokenError> {
        let id = id_of(text).ok_or(TokenError::ApiKeyMalformed)?;
        let known = self.keys.get(id);
        let expected = known.map_or(&NOBODY, |key| &key.digest);
        let same = bool::from(expected.ct_eq(digest(&SHA256, text).as_ref()));
        let key = known.ok_or(TokenError::ApiKeyUnknown)?;
        if !same {
            return Err(TokenError::ApiKeyWrong);
        }
        key.judge(now)?;
        Ok(key.owner())
    }
}

impl ApiKey {
    /// Clocks of issuers play no part here, so there is no leeway.
    fn judge(&self, now: UnixTime) -> Result<(), TokenError> {
        if self.not_before.is_some_and(|not_before| now < not_before) {
            return Err(TokenError::ApiKeyNotYetValid);
        }
        if self.expires.is_some_and(|expires| now >= expires) {
            return Err(TokenError::ApiKeyExpired);
        }
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "the key was shown and its digest compared just before")]
    fn owner(&self) -> Rc<Identity> {
        Rc::clone(self.identity.get_or_init(|| Rc::new(Identity::from_verified(self.facts.clone()))))
    }
}

/// The id of a key of the form `<id>.<secret>`.
fn id_of(text: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.len() <= MAX_API_KEY_BYTES)?;
    let (id, secret) = text.split_once('.')?;
    let good = is_id(id) && secret.len() >= MIN_SECRET_BYTES && secret.bytes().all(is_base64url);
    good.then_some(id)
}

/// Whether `text` can be the id of a key.
pub(crate) fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(is_base64url)
}

const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_id_of_a_well_formed_key_only() {
        let secret = "s".repeat(32);
        for (text, id) in [
            (format!("acme1.{secret}"), Some("acme1")),
            (format!("{}.{secret}", "i".repeat(64)), Some(&*"i".repeat(64))),
            (format!("a.{}", "s".repeat(254)), Some("a")),
            (format!("a.{}", "s".repeat(255)), None),
            (format!("{}.{secret}", "i".repeat(65)), None),
            (format!("a.{}", "s".repeat(31)), None),
            (format!(".{secret}"), None),
            (secret.clone(), None),
            (format!("a.b.{secret}"), None),
            (format!("a b.{secret}"), None),
            (format!("a.{secret}="), None),
            (format!("a.{secret}\u{eb}"), None),
        ] {
            assert_eq!(id_of(text.as_bytes()), id, "{text}");
        }
        assert_eq!(id_of(b"a.\xff"), None);
    }
}
