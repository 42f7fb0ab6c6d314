//! A public key that is to be published.

use std::fmt;

use serde_json::{Map, Value};

use crate::compact::is_key_id;
use crate::{Algorithm, KeyUse, VerifyingKey, jwk};

/// The members that make up a public key (RFC 7518 §6.2.1, §6.3.1, RFC 8037 §2). No other member of a
/// document goes out with it.
const MEMBERS: [&str; 6] = ["kty", "crv", "x", "y", "n", "e"];

/// A public key with a name, fit for a key set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicJwk {
    id: String,
    key: VerifyingKey,
    members: Map<String, Value>,
}

/// Why a key is not to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicJwkError {
    /// A symmetric key (RFC 7518 §6.4): whoever reads it can sign.
    Symmetric,
    /// It has the private half.
    Private,
    /// It has no name that tokens could carry: `kid` is absent, empty, too long or not printable.
    NoKeyId,
    /// No sound public key that verifies signatures.
    Unsound,
    /// A key for an algorithm that nobody is asked to take.
    AlgorithmUnfit,
}

impl PublicJwk {
    /// The key that `jwk` is, for one of the `allowed` algorithms.
    ///
    /// # Errors
    /// When it is not to be published.
    pub fn read(jwk: &Value, allowed: &[Algorithm]) -> Result<Self, PublicJwkError> {
        if jwk::is_symmetric(jwk) {
            return Err(PublicJwkError::Symmetric);
        }
        if jwk::is_private(jwk) {
            return Err(PublicJwkError::Private);
        }
        let (id, key) = jwk::verifying_key(jwk, KeyUse::Signature).ok_or(PublicJwkError::Unsound)?;
        let id = id.filter(|id| is_key_id(id)).ok_or(PublicJwkError::NoKeyId)?;
        let algorithm = key.algorithm_among(&[]).filter(|algorithm| allowed.contains(algorithm));
        let algorithm = algorithm.ok_or(PublicJwkError::AlgorithmUnfit)?;
        let members = members(jwk, &id, algorithm);
        Ok(Self { id, key, members })
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether both are one key, whatever they are called.
    pub fn is_key_of(&self, other: &Self) -> bool {
        self.key == other.key
    }

    /// The member of a key set (RFC 7517 §5).
    pub const fn members(&self) -> &Map<String, Value> {
        &self.members
    }
}

/// The key itself, and what it is for.
fn members(jwk: &Value, id: &str, algorithm: Algorithm) -> Map<String, Value> {
    let own = MEMBERS.iter().filter_map(|name| Some(((*name).to_owned(), jwk.get(name)?.clone())));
    let described = [("use", "sig"), ("alg", algorithm.name()), ("kid", id)];
    own.chain(described.map(|(name, text)| (name.to_owned(), text.into()))).collect()
}

impl fmt::Display for PublicJwkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Symmetric => "the key is symmetric: whoever reads it can sign",
            Self::Private => "the key has its private half",
            Self::NoKeyId => "`kid` is absent, empty, too long or not printable",
            Self::Unsound => "the key is no sound public key for signatures",
            Self::AlgorithmUnfit => "the key is for an algorithm that no internal token is signed with",
        })
    }
}

impl std::error::Error for PublicJwkError {}
