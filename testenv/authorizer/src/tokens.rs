//! Tokens: verified once, then remembered with what follows from them.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::Value;

use crate::decide::Caller;

/// Whose tokens are taken, and for whom they must be.
const ISSUER: &str = "https://issuer.test";
const AUDIENCE: &str = "shop-api";

/// Tokens that are remembered: more than come here, so that none is ever thrown out.
const MOST_REMEMBERED: usize = 10_000;

/// The keys of the issuer, and the callers whose tokens were good.
pub(crate) struct Tokens {
    /// Modulus and exponent by key id.
    keys: HashMap<String, RsaPublicKeyComponents<Vec<u8>>>,
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Clone)]
struct Known {
    caller: Arc<Caller>,
    expires: Duration,
}

impl Tokens {
    /// With the RSA keys of a key set.
    pub(crate) fn of(keys: &Value) -> Result<Self, Box<dyn Error>> {
        let keys = keys["keys"].as_array().into_iter().flatten().filter(|key| key["kty"] == "RSA");
        let key = |key: &Value| {
            Some((
                text(&key["kid"])?,
                RsaPublicKeyComponents { n: bytes(&key["n"])?, e: bytes(&key["e"])? },
            ))
        };
        let keys: HashMap<_, _> = keys.filter_map(key).collect();
        if keys.is_empty() {
            return Err("there is no RSA key".into());
        }
        Ok(Self { keys, known: Mutex::default() })
    }

    /// Who holds a token; nobody when it is not good.
    pub(crate) fn caller(&self, token: &str) -> Option<Arc<Caller>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        let known = self.known().get(token).cloned();
        let known = match known {
            Some(known) => known,
            None => self.remember(token, self.verify(token)?),
        };
        (now < known.expires).then_some(known.caller)
    }

    fn remember(&self, token: &str, verified: Known) -> Known {
        let mut known = self.known();
        if known.len() >= MOST_REMEMBERED {
            known.clear();
        }
        known.insert(token.to_owned(), verified.clone());
        verified
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn verify(&self, token: &str) -> Option<Known> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header = json(header)?;
        let key = self.keys.get(header["kid"].as_str()?).filter(|_| header["alg"] == "RS256")?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).ok()?;
        let claims = json(payload).filter(|claims| claims["iss"] == ISSUER && claims["aud"] == AUDIENCE)?;
        let expires = Duration::from_secs(claims["exp"].as_u64()?);
        Some(Known { caller: Arc::new(Caller::of(&claims)?), expires })
    }
}

fn json(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(value.as_str()?).ok()
}
