//! Keys of our own: they sign internal tokens, and their public halves are published.

mod error;
mod pair;
mod pem;
mod public_jwk;
mod signer;
#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::{Map, Value};

use crate::compact::is_key_id;
use crate::{Algorithm, base64url};

pub use error::{SignError, SigningKeyError};
use pair::Pair;
pub use public_jwk::{PublicJwk, PublicJwkError};
pub use signer::Signer;

/// A private key on P-256 or Ed25519 and its name. Neither `Debug` nor any error shows the key.
pub struct SigningKey {
    id: String,
    pair: Pair,
}

impl SigningKey {
    /// The key in `pem` under the name `key_id`. `openssl genpkey` writes such keys, with
    /// `-algorithm EC -pkeyopt ec_paramgen_curve:P-256` or `-algorithm ED25519`.
    ///
    /// # Errors
    /// When the name or the key cannot be used.
    pub fn from_pkcs8_pem(pem: &str, key_id: &str) -> Result<Self, SigningKeyError> {
        if !is_key_id(key_id) {
            return Err(SigningKeyError::KeyIdMalformed);
        }
        let pair = Pair::from_pkcs8(pem::private_key(pem)?)?;
        Ok(Self { id: key_id.to_owned(), pair })
    }

    /// The name, which tokens carry as `kid`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it signs with: ES256 or EdDSA, by its type.
    pub const fn algorithm(&self) -> Algorithm {
        self.pair.algorithm()
    }

    /// A token of type `typ` with `claims`, signed in this program.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn sign(&self, typ: &str, claims: &Map<String, Value>) -> Result<String, SignError> {
        self.token(typ, claims, |input| self.pair.sign(input))
    }

    /// The public half (RFC 7517 §4).
    pub fn public_jwk(&self) -> Value {
        let mut jwk = self.pair.public_members();
        jwk.insert("use".to_owned(), "sig".into());
        jwk.insert("alg".to_owned(), self.algorithm().name().into());
        jwk.insert("kid".to_owned(), self.id.as_str().into());
        Value::Object(jwk)
    }

    /// The token of `typ` with `claims` that `signature` signs (RFC 7515 §7.1).
    fn token(
        &self,
        typ: &str,
        claims: &Map<String, Value>,
        signature: impl FnOnce(&[u8]) -> Result<Vec<u8>, SignError>,
    ) -> Result<String, SignError> {
        let mut header = jsonwebtoken::Header::new(self.pair.header_algorithm());
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.id.clone());
        let write = |json: Result<Vec<u8>, serde_json::Error>| {
            json.map(base64url::encode).map_err(|_| SignError::NotWritable)
        };
        let header = write(serde_json::to_vec(&header))?;
        let claims = write(serde_json::to_vec(claims))?;
        let signing_input = format!("{header}.{claims}");
        let signature = signature(signing_input.as_bytes())?;
        Ok(format!("{signing_input}.{}", base64url::encode(signature)))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}
