//! Tokens by somebody else than the issuer.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::signature::Ed25519KeyPair;
use serde_json::json;
use testenv::issuer::{Algorithm, Flaw};

use crate::fault::Material;
use crate::shop::{Shop, request};

/// RFC 7515 appendix A.1.1: a secret that everybody knows.
const RFC_7515_SECRET: &str =
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

/// RFC 8037 appendix A.1: a private key that everybody knows.
const RFC_8037_SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

/// A token that must never be forwarded.
pub struct Forgery {
    /// How it was made.
    pub what: &'static str,
    /// The token.
    pub token: String,
}

impl Shop {
    /// Tokens of the issuer `name` that are by somebody else: by an attacker's keys, by keys that everybody
    /// knows, and by none.
    pub fn forgeries(&self, name: &str, material: &Material) -> io::Result<Vec<Forgery>> {
        let flaw = |what, algorithm, flaw| {
            let request = request(name).algorithm(algorithm).flaw(flaw);
            self.mesh.issuer.token(&request).map(|token| Forgery { what, token })
        };
        let secret = |what, kid: &str, secret: &[u8]| {
            let header = json!({ "alg": "HS256", "kid": kid });
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            let sign = |input: &[u8]| Ok(hmac::sign(&key, input).as_ref().to_vec());
            self.mesh.issuer.forge(&request(name), &header, sign).map(|token| Forgery { what, token })
        };
        Ok(vec![
            flaw("a foreign RSA key", Algorithm::Rs256, Flaw::WrongKey)?,
            flaw("a foreign EC key", Algorithm::Es256, Flaw::WrongKey)?,
            flaw("a foreign Ed25519 key", Algorithm::EdDsa, Flaw::WrongKey)?,
            flaw("no key", Algorithm::Es256, Flaw::AlgNone)?,
            flaw("the public key as a secret", Algorithm::Es256, Flaw::HsWithPublicKey)?,
            flaw("a key that it brings along", Algorithm::Es256, Flaw::EmbeddedJwk)?,
            secret("the secret of the set", "secret-1", &material.secret)?,
            secret("the secret of RFC 7515 A.1", self.first_key.id(), &decode(RFC_7515_SECRET)?)?,
            self.by_rfc_8037(name)?,
        ])
    }

    fn by_rfc_8037(&self, name: &str) -> io::Result<Forgery> {
        let pair =
            Ed25519KeyPair::from_seed_unchecked(&decode(RFC_8037_SEED)?).map_err(io::Error::other)?;
        let kid = self.mesh.issuer.key(Algorithm::EdDsa).id().to_owned();
        let header = json!({ "alg": "EdDSA", "kid": kid });
        let sign = |input: &[u8]| Ok(pair.sign(input).as_ref().to_vec());
        let token = self.mesh.issuer.forge(&request(name), &header, sign)?;
        Ok(Forgery { what: "the private key of RFC 8037 A.1", token })
    }
}

fn decode(text: &str) -> io::Result<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).map_err(|error| io::Error::other(error.to_string()))
}
