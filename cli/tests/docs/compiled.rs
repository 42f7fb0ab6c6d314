//! Configurations, compiled as the module with every stage does.

use authz::Authz;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::{Entropy, EntropyError, MemoryStore, NoProxyCrypto, Secrets, StageKind};
use identity::IdentityStages;
use jwt::Jwt;
use pipeline::{Chain, Surroundings};
use ratelimit::Ratelimit;
use serde_json::Value;

const ALL: [&dyn StageKind; 4] = [&Jwt, &IdentityStages, &Authz, &Ratelimit];

/// Compile `document`, in an environment that has what the pages name.
pub(crate) fn compile(document: &Value) -> Result<(), String> {
    let store = MemoryStore::default();
    let with =
        Surroundings { secrets: &Environment, store: &store, entropy: &Zeros, crypto: &NoProxyCrypto };
    let compiled = pipeline::compile(document.to_string().as_bytes(), &ALL, Chain::Whole, &with);
    compiled.map(drop).map_err(|error| error.to_string())
}

/// The secrets that pages name, and no others: a new one must be meant.
struct Environment;

impl Secrets for Environment {
    fn secret(&self, name: &str) -> Option<String> {
        match name {
            "WATCHWORD_SIGNING_KEY" => Some(p256()),
            "WATCHWORD_NEXT_SIGNING_KEY" => Some(ed25519()),
            "WATCHWORD_MAC_KEY" => Some("lzGSxFl0qYp1s8mXo3nT7uVb2eKc9dRa".into()),
            "CORP_SECRET" => Some("q4mFzN0aX8cR2vL7jT5bW1yH9sK6gPdE".into()),
            _ => None,
        }
    }
}

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(0);
        Ok(())
    }
}

/// RFC 6979 appendix A.2.5, in the form of RFC 5958 with the public half.
fn p256() -> String {
    let prefix = "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420";
    let private = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
    let x = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
    let y = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
    pem(&[prefix, private, "a14403420004", x, y].concat())
}

/// RFC 8037 appendix A.1, in the form of RFC 8410.
fn ed25519() -> String {
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    pem(&["302e020100300506032b657004220420", seed].concat())
}

fn pem(hex: &str) -> String {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    let der: Vec<_> = digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der))
}
