//! The keys of one issuer (RFC 7517 §5).

mod error;

use serde_json::Value;

use crate::verifying_key::VerifyingKey;
use crate::{Algorithm, Compact, JoseError, KeyUse, Unverifiable, Verified, Verifier, jwk, parse_object};

pub use error::KeySetError;

/// Bytes of a key set document: 128 RSA keys of 4096 bits with certificate chains fit in it.
pub const MAX_KEY_SET_BYTES: usize = 512 * 1024;

/// Keys in a set. Issuers publish two or three; the largest public ones about thirty.
pub const MAX_KEYS: usize = 128;

/// Keys that verify signatures: public ones, or one secret and nothing else. A set that was made is never
/// empty, and of one `kty` and `kid` it has one key at most, which it may name for several algorithms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<NamedKey>,
    skipped: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct NamedKey {
    id: Option<String>,
    key: VerifyingKey,
}

impl KeySet {
    /// Read a document as it came from an issuer. Keys that are unsound or for something else are left out.
    ///
    /// # Errors
    /// When the document as a whole cannot be trusted or is of no use.
    pub fn parse(document: &[u8], key_use: KeyUse) -> Result<Self, KeySetError> {
        if document.len() > MAX_KEY_SET_BYTES {
            return Err(KeySetError::TooLong);
        }
        let members = parse_object(document).ok_or(KeySetError::Malformed)?;
        Self::from_members(members.get("keys"), key_use)
    }

    /// Read a set that stands in a configuration.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn from_value(value: &Value, key_use: KeyUse) -> Result<Self, KeySetError> {
        Self::from_members(value.get("keys"), key_use)
    }

    /// Check the signature of `token`, which must be by a key of this set with an algorithm of `allowed`.
    /// Those are in the order in which the configuration prefers them: an RSA key whose set does not name
    /// its algorithm is for the first that takes such a key, and for no other.
    ///
    /// Whatever the token says, this costs one verification at most: a client that has proved nothing yet
    /// does not decide how much work it causes.
    ///
    /// # Errors
    /// As [`Self::verify_signature`], and [`JoseError::ClaimsMalformed`].
    pub fn verify(
        &self,
        token: &Compact<'_>,
        allowed: &[Algorithm],
        by: &dyn Verifier,
    ) -> Result<Verified, JoseError> {
        self.verify_signature(token, allowed, by)?;
        Ok(Verified {
            algorithm: token.algorithm(),
            typ: token.typ().map(str::to_owned),
            claims: token.unverified_claims()?,
        })
    }

    /// Check the signature alone, whatever the payload is.
    ///
    /// # Errors
    /// When the algorithm is not allowed, no key or more than one could be meant, or the one that is meant
    /// did not make the signature.
    pub fn verify_signature(
        &self,
        token: &Compact<'_>,
        allowed: &[Algorithm],
        by: &dyn Verifier,
    ) -> Result<(), JoseError> {
        if !allowed.contains(&token.algorithm()) {
            return Err(JoseError::AlgorithmNotAllowed);
        }
        let key = match token.key_id().filter(|_| !self.is_secret()) {
            Some(id) => self.named(id, token.algorithm(), allowed),
            None => self.only(token.algorithm(), allowed),
        }?;
        let verifies = by.verify(key, token.algorithm(), token.signing_input(), token.signature());
        verifies
            .map_err(|Unverifiable| JoseError::AlgorithmUnverifiable)?
            .then_some(())
            .ok_or(JoseError::SignatureInvalid)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Never: a set without keys is not made.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many members of the document were left out.
    pub const fn skipped(&self) -> usize {
        self.skipped
    }

    /// A set of keys without names.
    pub(crate) fn of_keys(keys: Vec<VerifyingKey>) -> Self {
        let keys = keys.into_iter().map(|key| NamedKey { id: None, key }).collect();
        Self { keys, skipped: 0 }
    }

    /// Whether it is a secret, which has no name: `kid` of a token is then the issuer's own affair.
    fn is_secret(&self) -> bool {
        self.keys.iter().any(|named| named.key.is_secret())
    }

    /// The key called `id`: of each algorithm there is one at most, which [`Self::add`] sees to.
    fn named(
        &self,
        id: &str,
        wanted: Algorithm,
        allowed: &[Algorithm],
    ) -> Result<&VerifyingKey, JoseError> {
        let mut named = self.keys.iter().filter(|key| key.id.as_deref() == Some(id)).peekable();
        named.peek().ok_or(JoseError::UnknownKey)?;
        let mut keys = named.map(|named| &named.key);
        keys.find(|key| key.algorithm_among(allowed) == Some(wanted)).ok_or(JoseError::KeyMismatch)
    }

    /// The only key of an algorithm. An issuer that publishes several must say which (RFC 7515 §4.1.4).
    fn only(&self, wanted: Algorithm, allowed: &[Algorithm]) -> Result<&VerifyingKey, JoseError> {
        let keys = self.keys.iter().map(|named| &named.key);
        let mut fitting = keys.filter(|key| key.algorithm_among(allowed) == Some(wanted));
        match (fitting.next(), fitting.next()) {
            (None, _) => Err(JoseError::UnknownKey),
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(JoseError::KeyAmbiguous),
        }
    }

    fn from_members(keys: Option<&Value>, key_use: KeyUse) -> Result<Self, KeySetError> {
        let members = keys.and_then(Value::as_array).ok_or(KeySetError::Malformed)?;
        if members.len() > MAX_KEYS {
            return Err(KeySetError::TooManyKeys);
        }
        let mut set = Self { keys: Vec::new(), skipped: 0 };
        for member in members {
            set.add(member, key_use)?;
        }
        if set.keys.is_empty() { Err(KeySetError::NoUsableKey) } else { Ok(set) }
    }

    fn add(&mut self, member: &Value, key_use: KeyUse) -> Result<(), KeySetError> {
        if jwk::is_symmetric(member) {
            return Err(KeySetError::Symmetric);
        }
        let Some((id, key)) = jwk::verifying_key(member, key_use) else {
            self.skipped = self.skipped.saturating_add(1);
            return Ok(());
        };
        let key = NamedKey { id, key };
        if self.keys.contains(&key) {
            return Ok(());
        }
        if self.keys.iter().any(|known| known.is_confused_with(&key)) {
            return Err(KeySetError::Conflicting);
        }
        self.keys.push(key);
        Ok(())
    }
}

impl NamedKey {
    /// Whether both have one name and one `kty`, and are different keys.
    fn is_confused_with(&self, other: &Self) -> bool {
        self.id.is_some() && self.id == other.id && self.key.competes_with(&other.key)
    }
}

#[cfg(test)]
mod tests;
