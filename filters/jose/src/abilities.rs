//! What the proxy can verify, found out rather than believed, and a verifier that makes use of it.

mod known_answers;

use contract::{Digest, Meter, ProxyCrypto};

use crate::verifying_key::{Material, VerifyingKey};
use crate::{Algorithm, Ring, Unverifiable, Verifier, asn1};

use known_answers::KNOWN_ANSWERS;

/// Which signatures the proxy checks rightly. Its native code is about ten times as fast as ours, and the
/// only code for ES512.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Abilities {
    proxy: Vec<Algorithm>,
}

impl Abilities {
    /// Ask `proxy` questions whose answers are known: for each algorithm that it may be able to verify, a
    /// good signature and one that is wrong in one bit. Whoever errs or fails in one of them is not asked
    /// again.
    pub fn probe(proxy: &dyn ProxyCrypto) -> Self {
        let right = KNOWN_ANSWERS.iter().filter(|known| known.is_given_by(proxy));
        Self { proxy: right.map(|known| known.algorithm).collect() }
    }

    /// Whether anybody here can verify `algorithm`.
    pub fn can_verify(&self, algorithm: Algorithm) -> bool {
        Ring::can_verify(algorithm) || self.proxy.contains(&algorithm)
    }

    /// A verifier that asks `proxy` what it can verify, and `ring` the rest and whatever the proxy fails at.
    /// It counts who has answered: `jwt.crypto.host` or `jwt.crypto.wasm`.
    pub const fn verifier<'a>(
        &'a self,
        proxy: &'a dyn ProxyCrypto,
        meter: &'a dyn Meter,
    ) -> impl Verifier + use<'a> {
        Preferred { abilities: self, proxy, meter }
    }
}

/// The proxy where it is able, `ring` elsewhere.
struct Preferred<'a> {
    abilities: &'a Abilities,
    proxy: &'a dyn ProxyCrypto,
    meter: &'a dyn Meter,
}

impl Verifier for Preferred<'_> {
    fn verify(
        &self,
        key: &VerifyingKey,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, Unverifiable> {
        if self.abilities.proxy.contains(&algorithm)
            && let Ok(verdict) = ask(self.proxy, key, algorithm, message, signature)
        {
            self.meter.count("jwt.crypto.host");
            return Ok(verdict);
        }
        let verdict = Ring.verify(key, algorithm, message, signature)?;
        self.meter.count("jwt.crypto.wasm");
        Ok(verdict)
    }
}

/// The answer of `proxy`. What can be refused by its form alone is not asked.
fn ask(
    proxy: &dyn ProxyCrypto,
    key: &VerifyingKey,
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, Unverifiable> {
    if !key.belongs_to(algorithm) {
        return Ok(false);
    }
    let digest = digest(algorithm).ok_or(Unverifiable)?;
    let public_key = key.spki().ok_or(Unverifiable)?;
    let verdict = match key.material() {
        Material::Rsa { .. } => proxy.verify(digest, public_key, signature, message),
        Material::Ec { curve, .. } => match asn1::ecdsa_signature(*curve, signature) {
            Some(signature) => proxy.verify(digest, public_key, &signature, message),
            None => return Ok(false),
        },
        Material::Ed25519 { .. } | Material::Secret(_) => return Err(Unverifiable),
    };
    verdict.map_err(|_| Unverifiable)
}

/// The hash of an algorithm that [`ProxyCrypto`] has a form for.
const fn digest(algorithm: Algorithm) -> Option<Digest> {
    match algorithm {
        Algorithm::Rs256 | Algorithm::Es256 => Some(Digest::Sha256),
        Algorithm::Rs384 | Algorithm::Es384 => Some(Digest::Sha384),
        Algorithm::Rs512 | Algorithm::Es512 => Some(Digest::Sha512),
        Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512 | Algorithm::EdDsa => None,
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => None,
    }
}
