//! What the issuer says instead of its keys.

use std::time::Duration;

use serde_json::{Value, json};
use testenv::Issuer;
use testenv::issuer::{Behaviour, Key};

/// Faults after which no key of the answer may be used.
pub(crate) const FAULTS: [&str; 15] = [
    "down",
    "slow",
    "trickle",
    "stalled",
    "html",
    "no-members",
    "no-keys",
    "truncated",
    "status-500",
    "status-500-with-keys",
    "symmetric",
    "conflicting",
    "bytes-600-ki",
    "bytes-34-m",
    "keys-10000",
];

/// What the fault `name` is. Where it can, it brings `smuggled` along.
pub(crate) fn behaviour(name: &str, issuer: &Issuer, smuggled: &Key) -> Behaviour {
    let keys = with(issuer, [smuggled.public_jwk()]);
    match name {
        "down" => Behaviour::Close,
        "slow" => Behaviour::Delay(Duration::from_secs(10)),
        "trickle" => Behaviour::Trickle(Duration::from_millis(50)),
        "stalled" => Behaviour::Trickle(Duration::from_secs(3600)),
        "html" => said(200, "<!doctype html><title>Sign in</title>"),
        "no-members" => said(200, "{}"),
        "no-keys" => said(200, r#"{"keys":[]}"#),
        "truncated" => said(200, keys.to_string().trim_end_matches("]}")),
        "status-500" => Behaviour::Fail(500),
        "status-500-with-keys" => said(500, &keys.to_string()),
        "symmetric" => {
            let secret = json!({ "kty": "oct", "kid": "hs-1", "alg": "HS256", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I" });
            said(200, &with(issuer, [smuggled.public_jwk(), secret]).to_string())
        }
        "conflicting" => {
            let mut other = smuggled.public_jwk();
            other["kid"] = "ec-1".into();
            said(200, &with(issuer, [smuggled.public_jwk(), other]).to_string())
        }
        "bytes-600-ki" => said(200, &padded(&keys, 600 * 1024)),
        "bytes-34-m" => said(200, &padded(&keys, 34_000_000)),
        "keys-10000" => said(200, &with(issuer, many(smuggled, 10_000)).to_string()),
        _ => panic!("no fault is called {name}"),
    }
}

/// The right keys and more.
pub(crate) fn with(issuer: &Issuer, more: impl IntoIterator<Item = Value>) -> Value {
    let mut keys = issuer.key_set();
    if let Some(members) = keys["keys"].as_array_mut() {
        members.extend(more);
    }
    keys
}

fn many(key: &Key, count: usize) -> Vec<Value> {
    let named = |n| {
        let mut jwk = key.public_jwk();
        jwk["kid"] = if n == 0 { key.id().into() } else { format!("many-{n}").into() };
        jwk
    };
    (0..count).map(named).collect()
}

fn padded(keys: &Value, bytes: usize) -> String {
    let text = keys.to_string();
    let padding = " ".repeat(bytes.saturating_sub(text.len()));
    text + &padding
}

pub(crate) fn said(status: u16, body: &str) -> Behaviour {
    Behaviour::Answer(status, body.to_owned().into())
}
