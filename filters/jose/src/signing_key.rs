//! A key of our own: it signs internal tokens.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Map, Value, json};

use crate::compact::is_key_id;
use crate::{Algorithm, base64url};

/// A private key on P-256 and its name. Neither `Debug` nor any error shows the key.
pub struct SigningKey {
    id: String,
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

/// Why there is no signing key, or no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningKeyError {
    /// The name is empty, too long or not printable.
    KeyIdMalformed,
    /// Not exactly one PEM block `PRIVATE KEY` (RFC 7468 §10).
    NotPem,
    /// Not an unencrypted PKCS#8 key on P-256 with its public half.
    NotP256,
    /// The host has no randomness.
    NoRandomness,
    /// The header could not be written.
    NotWritable,
}

impl SigningKey {
    /// The key in `pem`, as `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` writes it, under
    /// the name `key_id`.
    ///
    /// # Errors
    /// When the name or the key cannot be used.
    pub fn from_pkcs8_pem(pem: &str, key_id: &str) -> Result<Self, SigningKeyError> {
        if !is_key_id(key_id) {
            return Err(SigningKeyError::KeyIdMalformed);
        }
        let der = pem_content(pem).ok_or(SigningKeyError::NotPem)?;
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random)
            .map_err(|_| SigningKeyError::NotP256)?;
        Ok(Self { id: key_id.to_owned(), pair, random })
    }

    /// The name, which tokens carry as `kid`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A token of type `typ` with `claims`, signed ES256.
    ///
    /// # Errors
    /// When the host has no randomness.
    pub fn sign(&self, typ: &str, claims: &Map<String, Value>) -> Result<String, SigningKeyError> {
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.id.clone());
        let write = |json: Result<Vec<u8>, serde_json::Error>| {
            json.map(base64url::encode).map_err(|_| SigningKeyError::NotWritable)
        };
        let header = write(serde_json::to_vec(&header))?;
        let claims = write(serde_json::to_vec(claims))?;
        let signing_input = format!("{header}.{claims}");
        let signature = self
            .pair
            .sign(&self.random, signing_input.as_bytes())
            .map_err(|_| SigningKeyError::NoRandomness)?;
        Ok(format!("{signing_input}.{}", base64url::encode(signature)))
    }

    /// The public half (RFC 7517 §4, RFC 7518 §6.2.1).
    pub fn public_jwk(&self) -> Value {
        // 0x04, x, y (SEC 1 §2.3.3): ring writes no other form.
        let point = self.pair.public_key().as_ref();
        let (x, y) = point.get(1..).unwrap_or_default().split_at_checked(32).unwrap_or_default();
        json!({
            "kty": "EC", "crv": "P-256", "x": base64url::encode(x), "y": base64url::encode(y),
            "use": "sig", "alg": Algorithm::Es256, "kid": self.id,
        })
    }
}

impl SigningKeyError {
    /// The word for logs and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::KeyIdMalformed => "signing_key_id_malformed",
            Self::NotPem => "signing_key_not_pem",
            Self::NotP256 => "signing_key_not_p256",
            Self::NoRandomness => "no_randomness",
            Self::NotWritable => "token_not_writable",
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Display for SigningKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for SigningKeyError {}

/// The DER in the one block of `pem`. Line breaks may have become other whitespace on the way through an
/// environment variable.
fn pem_content(pem: &str) -> Option<Vec<u8>> {
    let block = pem.trim().strip_prefix("-----BEGIN PRIVATE KEY-----")?;
    let block = block.strip_suffix("-----END PRIVATE KEY-----")?;
    let base64: String = block.split_ascii_whitespace().collect();
    STANDARD.decode(base64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compact, KeySet, KeyUse, Ring};
    use ring::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, Ed25519KeyPair};

    fn pem(der: &[u8]) -> String {
        let text = STANDARD.encode(der);
        let lines: Vec<_> =
            text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
    }

    fn p256_pem() -> String {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        pem(pkcs8.unwrap().as_ref())
    }

    #[test]
    fn signs_what_its_public_half_verifies() {
        let key = SigningKey::from_pkcs8_pem(&p256_pem(), "edge-1").unwrap();
        let claims = Map::from_iter([("sub".to_owned(), json!("zoë"))]);
        let token = key.sign("txntoken+jwt", &claims).unwrap();
        let set = KeySet::from_value(&json!({"keys": [key.public_jwk()]}), KeyUse::Signature).unwrap();
        let compact = Compact::parse(token.as_bytes()).unwrap();
        assert_eq!(compact.key_id(), Some("edge-1"));
        let verified = set.verify(&compact, &[Algorithm::Es256], &Ring).unwrap();
        assert!(verified.is_typ("txntoken+jwt"));
        assert_eq!(verified.claims(), &claims);
    }

    #[test]
    fn reads_a_key_whose_line_breaks_became_spaces() {
        let pem = p256_pem().replace('\n', " ");
        assert!(SigningKey::from_pkcs8_pem(&pem, "k").is_ok());
    }

    #[test]
    fn refuses_keys_and_names_that_cannot_be_used() {
        use SigningKeyError::*;
        let random = SystemRandom::new();
        let p384 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap();
        let ed25519 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let good = p256_pem();
        for (pem, id, error) in [
            (good.clone(), "", KeyIdMalformed),
            (good.clone(), "a\nb", KeyIdMalformed),
            (String::new(), "k", NotPem),
            (good.replace("PRIVATE", "EC PRIVATE"), "k", NotPem),
            (format!("{good}{good}"), "k", NotPem),
            (format!("text\n{good}"), "k", NotPem),
            (pem(p384.as_ref()), "k", NotP256),
            (pem(ed25519.as_ref()), "k", NotP256),
            (pem(b"not DER"), "k", NotP256),
        ] {
            assert_eq!(SigningKey::from_pkcs8_pem(&pem, id).unwrap_err(), error);
        }
    }

    #[test]
    fn shows_its_name_and_nothing_else() {
        let key = SigningKey::from_pkcs8_pem(&p256_pem(), "edge-1").unwrap();
        assert_eq!(format!("{key:?}"), r#"SigningKey { id: "edge-1", .. }"#);
    }
}
