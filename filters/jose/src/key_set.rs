//! The public keys of one issuer (RFC 7517 §5).

use std::fmt;

use serde_json::Value;

use crate::verifying_key::VerifyingKey;
use crate::{Algorithm, Compact, JoseError, Verified, json::parse_object, jwk};

/// Bytes of a key set document: 128 RSA keys of 4096 bits with certificate chains fit in it.
pub const MAX_KEY_SET_BYTES: usize = 512 * 1024;

/// Keys in a set. Issuers publish two or three; the largest public ones about thirty.
pub const MAX_KEYS: usize = 128;

/// Keys that are tried for a token without `kid`: the previous, the active and the next one, and one to
/// spare. Each costs a verification, and the client decides how often.
pub const MAX_TRIED_KEYS: usize = 4;

/// Keys that verify signatures. A set that was made is never empty.
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

/// Why a document is not taken as a key set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeySetError {
    /// More than [`MAX_KEY_SET_BYTES`].
    TooLong,
    /// More than [`MAX_KEYS`].
    TooManyKeys,
    /// No JSON object with unique members and an array `keys`.
    Malformed,
    /// A symmetric key: whoever can read the set could sign.
    Symmetric,
    /// Two different keys of one type share a `kid`, so the set does not say which is meant.
    Conflicting,
    /// No key that verifies signatures with an algorithm that we know.
    NoUsableKey,
}

impl KeySet {
    /// Read a document as it came from an issuer. Keys that are unsound or for something else are left out.
    ///
    /// # Errors
    /// When the document as a whole cannot be trusted or is of no use.
    pub fn parse(document: &[u8]) -> Result<Self, KeySetError> {
        if document.len() > MAX_KEY_SET_BYTES {
            return Err(KeySetError::TooLong);
        }
        let members = parse_object(document).ok_or(KeySetError::Malformed)?;
        Self::from_members(members.get("keys"))
    }

    /// Read a set that stands in a configuration.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn from_value(value: &Value) -> Result<Self, KeySetError> {
        Self::from_members(value.get("keys"))
    }

    /// Check the signature of `token`, which must be by a key of this set with an algorithm of `allowed`.
    ///
    /// # Errors
    /// As [`Self::verify_signature`], and [`JoseError::ClaimsMalformed`].
    pub fn verify(&self, token: &Compact<'_>, allowed: &[Algorithm]) -> Result<Verified, JoseError> {
        self.verify_signature(token, allowed)?;
        Ok(Verified {
            algorithm: token.algorithm(),
            typ: token.typ().map(str::to_owned),
            claims: token.unverified_claims()?,
        })
    }

    /// Check the signature alone, whatever the payload is.
    ///
    /// # Errors
    /// When the algorithm is not allowed, no key or no single algorithm is meant, or none of the keys made
    /// the signature.
    pub fn verify_signature(&self, token: &Compact<'_>, allowed: &[Algorithm]) -> Result<(), JoseError> {
        if !allowed.contains(&token.algorithm()) {
            return Err(JoseError::AlgorithmNotAllowed);
        }
        let keys = self.candidates(token)?;
        let verifies = |key: &&VerifyingKey| key.verifies(token.signing_input(), token.signature());
        keys.iter().any(verifies).then_some(()).ok_or(JoseError::SignatureInvalid)
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

    fn candidates(&self, token: &Compact<'_>) -> Result<Vec<&VerifyingKey>, JoseError> {
        let named: Vec<_> = match token.key_id() {
            Some(id) => self.keys.iter().filter(|key| key.id.as_deref() == Some(id)).collect(),
            None => self.keys.iter().collect(),
        };
        let fitting = named.iter().map(|named| &named.key);
        let fitting: Vec<_> = fitting.filter(|key| key.algorithm() == token.algorithm()).collect();
        match fitting.len() {
            0 if named.is_empty() || token.key_id().is_none() => Err(JoseError::UnknownKey),
            0 => Err(JoseError::KeyMismatch),
            1..=MAX_TRIED_KEYS => Ok(fitting),
            _ => Err(JoseError::KeyAmbiguous),
        }
    }

    fn from_members(keys: Option<&Value>) -> Result<Self, KeySetError> {
        let members = keys.and_then(Value::as_array).ok_or(KeySetError::Malformed)?;
        if members.len() > MAX_KEYS {
            return Err(KeySetError::TooManyKeys);
        }
        let mut set = Self { keys: Vec::new(), skipped: 0 };
        for member in members {
            set.add(member)?;
        }
        if set.keys.is_empty() { Err(KeySetError::NoUsableKey) } else { Ok(set) }
    }

    fn add(&mut self, member: &Value) -> Result<(), KeySetError> {
        if jwk::is_symmetric(member) {
            return Err(KeySetError::Symmetric);
        }
        let Some((id, key)) = jwk::verifying_key(member) else {
            self.skipped = self.skipped.saturating_add(1);
            return Ok(());
        };
        let same_name =
            |known: &&NamedKey| known.id == id && known.key.algorithm() == key.algorithm() && id.is_some();
        match self.keys.iter().find(same_name) {
            Some(known) if known.key == key => {}
            Some(_) => return Err(KeySetError::Conflicting),
            None => self.keys.push(NamedKey { id, key }),
        }
        Ok(())
    }
}

impl KeySetError {
    /// The word for logs and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "key_set_too_long",
            Self::TooManyKeys => "key_set_too_many_keys",
            Self::Malformed => "key_set_malformed",
            Self::Symmetric => "key_set_symmetric_key",
            Self::Conflicting => "key_set_conflicting_keys",
            Self::NoUsableKey => "key_set_no_usable_key",
        }
    }
}

impl fmt::Display for KeySetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for KeySetError {}

#[cfg(test)]
mod tests;
