//! Tokens of any claims, which an issuer of users' tokens would not sign.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use testenv::issuer::Key;

use crate::configuration::Asked;

/// Whom every token is for.
pub const AUDIENCE: &str = "corpus";

/// How long a token lives, in seconds: longer than a proxy with its listeners.
const LIFETIME_SECONDS: u64 = 600;

/// What the provider calls itself.
pub fn issuer(provider: &str) -> String {
    format!("https://{provider}.test")
}

/// The token of a request.
pub fn issue(asked: &Asked, key: &Key) -> String {
    let mut claims = asked.claims.clone();
    claims.insert("iss".into(), issuer(&asked.provider).into());
    claims.insert("aud".into(), AUDIENCE.into());
    claims.insert("sub".into(), "somebody".into());
    claims.insert("exp".into(), (unix_seconds() + LIFETIME_SECONDS).into());
    let header = json!({ "alg": key.algorithm().name(), "kid": key.id() });
    let encoded = [header.to_string(), json!(claims).to_string()].map(|text| URL_SAFE_NO_PAD.encode(text));
    let input = encoded.join(".");
    let signature = key.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[expect(clippy::disallowed_methods, reason = "tokens live by a real clock")]
fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
