//! Who makes the signatures of a key: the proxy where it is able, `ring` elsewhere.

use contract::{Digest, Meter, ProxyCrypto};
use serde_json::{Map, Value};

use super::{SignError, SigningKey};
use crate::verifying_key::{Curve, VerifyingKey};
use crate::{Ring, Verifier, asn1};

/// What is signed to find out whether the proxy can. It has no dot, so that its signature is that of no
/// token.
const PROBE: &[u8] = b"watchword: what the key signs, its public half verifies";

/// A key and who signs with it. The proxy's native code takes a third of the time of ours at most, has no form
/// for Ed25519, and is not there in an Envoy before 1.37.
#[derive(Debug)]
pub struct Signer {
    key: SigningKey,
    by_proxy: bool,
}

impl Signer {
    /// Have `proxy` sign a text, and hold the signature against the key's own public half. Whoever errs or
    /// fails in that is not asked again.
    pub fn probe(key: SigningKey, proxy: &dyn ProxyCrypto) -> Self {
        let signature = ask(proxy, &key, PROBE);
        let by_proxy = signature.is_some_and(|signature| verifies(&key, PROBE, &signature));
        Self { key, by_proxy }
    }

    /// A token of type `typ` with `claims`. It counts who has signed: `jwt.sign.host` or `jwt.sign.wasm`;
    /// and `jwt.sign.host_failed` for each that the proxy should have signed and has not.
    ///
    /// # Errors
    /// When nobody has signed.
    pub fn sign(
        &self,
        typ: &str,
        claims: &Map<String, Value>,
        proxy: &dyn ProxyCrypto,
        meter: &dyn Meter,
    ) -> Result<String, SignError> {
        self.key.token(typ, claims, |input| self.signature(input, proxy, meter))
    }

    fn signature(
        &self,
        input: &[u8],
        proxy: &dyn ProxyCrypto,
        meter: &dyn Meter,
    ) -> Result<Vec<u8>, SignError> {
        if self.by_proxy {
            if let Some(signature) = ask(proxy, &self.key, input) {
                meter.count("jwt.sign.host");
                return Ok(signature);
            }
            meter.count("jwt.sign.host_failed");
        }
        let signature = self.key.pair.sign(input)?;
        meter.count("jwt.sign.wasm");
        Ok(signature)
    }
}

/// The signature of `proxy` in the form of JOSE; nothing for what cannot be one.
fn ask(proxy: &dyn ProxyCrypto, key: &SigningKey, message: &[u8]) -> Option<Vec<u8>> {
    let signature = proxy.sign(Digest::Sha256, key.pair.for_proxy()?, message).ok()?;
    asn1::fixed_signature(Curve::P256, &signature)
}

/// Whether the public half of `key` verifies `signature`.
fn verifies(key: &SigningKey, message: &[u8], signature: &[u8]) -> bool {
    let public = VerifyingKey::from_jwk(&key.public_jwk());
    public.is_some_and(|public| Ring.verify(&public, key.algorithm(), message, signature) == Ok(true))
}
