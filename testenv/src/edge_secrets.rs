//! What only the edge knows besides its certificate: made anew for every shop, and never in a configuration.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use crate::bootstrap::Words;
use crate::issuer::{Algorithm, Key};

/// The edge's signing key, the secret under which its workers share key sets, and a partner's API key.
#[derive(Debug)]
pub struct EdgeSecrets {
    /// Signs internal tokens.
    pub signing_key: Key,
    /// Under which the workers of the edge share key sets.
    pub mac_key: String,
    /// The text of the API key `partner1`, which stands here for the partner's own copy.
    pub partner_key: String,
}

/// Where a sidecar fetches the keys of the edge.
pub(crate) const REMOTE_KEYS: &str =
    "{ remote: { cluster: edge_keys, authority: edge, path: /keys, refresh_seconds: 60 } }";

impl EdgeSecrets {
    /// # Errors
    /// When the system gives no random numbers.
    pub fn generate() -> io::Result<Self> {
        Ok(Self {
            signing_key: Key::generate(Algorithm::Es256, "edge-1")?,
            mac_key: random_text()?,
            partner_key: format!("partner1.{}", random_text()?),
        })
    }

    /// The environment of the edge.
    pub fn environment(&self) -> [(&'static str, String); 2] {
        [
            ("WATCHWORD_SIGNING_KEY", self.signing_key.private_pem()),
            ("WATCHWORD_MAC_KEY", self.mac_key.clone()),
        ]
    }

    /// The keys of the edge as a sidecar has them in place.
    pub(crate) fn inline_keys(&self) -> String {
        format!("{{ inline: {{ keys: [ {} ] }} }}", self.signing_key.public_jwk())
    }

    /// The words of the edge's bootstrap that follow from them.
    pub fn words(&self) -> Words {
        let digest = digest(&SHA256, self.partner_key.as_bytes());
        let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Words::from([("PARTNER_KEY_SHA256", hex)])
    }
}

/// 256 random bits, base64url.
fn random_text() -> io::Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
