//! A token whose claims were read before its signature is checked.

use serde_json::{Map, Value};

use crate::verified::is_media_type;
use crate::{Algorithm, Compact, JoseError, KeySet, Verified, Verifier};

/// A token with its claims as whoever sent it wrote them: good for choosing whose keys to try, and for
/// nothing else. The claims are read once; [`Self::verify`] passes on the same ones.
#[derive(Debug, Clone)]
pub struct Unverified<'a> {
    token: Compact<'a>,
    claims: Claims,
}

/// Claims that no log shows.
#[derive(Clone)]
struct Claims(Map<String, Value>);

impl<'a> Compact<'a> {
    /// Read the claims.
    ///
    /// # Errors
    /// [`JoseError::ClaimsMalformed`].
    pub fn read(self) -> Result<Unverified<'a>, JoseError> {
        let claims = Claims(self.unverified_claims()?);
        Ok(Unverified { token: self, claims })
    }
}

impl Unverified<'_> {
    /// The claims. Nobody has vouched for them.
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims.0
    }

    /// `alg`.
    pub fn algorithm(&self) -> Algorithm {
        self.token.algorithm()
    }

    /// `kid`.
    pub fn key_id(&self) -> Option<&str> {
        self.token.key_id()
    }

    /// Whether `typ` is the media type `application/{subtype}`, as [`Verified::is_typ`] has it.
    pub fn is_typ(&self, subtype: &str) -> bool {
        is_media_type(self.token.typ(), subtype)
    }

    /// Check the signature, which must be by a key of `keys` with an algorithm of `allowed`.
    ///
    /// # Errors
    /// As [`KeySet::verify_signature`].
    pub fn verify(
        self,
        keys: &KeySet,
        allowed: &[Algorithm],
        by: &dyn Verifier,
    ) -> Result<Verified, JoseError> {
        keys.verify_signature(&self.token, allowed, by)?;
        let (algorithm, typ) = (self.token.algorithm(), self.token.typ().map(str::to_owned));
        Ok(Verified { algorithm, typ, claims: self.claims.0 })
    }
}

impl std::fmt::Debug for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claims").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_keys::Es256Issuer;
    use crate::{KeyUse, Ring};
    use serde_json::json;

    #[test]
    fn passes_on_what_was_read_when_it_was_signed_and_nothing_else() {
        let (issuer, other) = (Es256Issuer::new("a"), Es256Issuer::new("a"));
        let keys = |issuer: &Es256Issuer| {
            KeySet::from_value(&json!({"keys": [issuer.jwk()]}), KeyUse::Signature).unwrap()
        };
        let bytes = issuer.sign(&json!({"alg": "ES256", "kid": "a"}), &json!({"sub": "alice"}));
        let read = || Compact::parse(bytes.as_bytes()).unwrap().read().unwrap();
        assert_eq!(read().claims()["sub"], "alice");
        assert!(!format!("{:?}", read()).contains("alice"), "a log must not hold claims");
        let by_whole_set = keys(&issuer)
            .verify(&Compact::parse(bytes.as_bytes()).unwrap(), &[Algorithm::Es256], &Ring)
            .unwrap();
        assert_eq!(read().verify(&keys(&issuer), &[Algorithm::Es256], &Ring), Ok(by_whole_set));
        let foreign = read().verify(&keys(&other), &[Algorithm::Es256], &Ring);
        assert_eq!(foreign, Err(JoseError::SignatureInvalid));
        let not_allowed = read().verify(&keys(&issuer), &[Algorithm::EdDsa], &Ring);
        assert_eq!(not_allowed, Err(JoseError::AlgorithmNotAllowed));
    }
}
