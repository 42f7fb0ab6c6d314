//! Internal tokens by any key.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testenv::issuer::Key;

/// A reader's token as the edge would make it, as long-lived as a sidecar takes one.
pub fn new(key: &Key) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let header = json!({"alg": key.algorithm().name(), "typ": "txntoken+jwt", "kid": key.id()});
    let claims = json!({
        "iss": "https://edge.shop.test",
        "aud": "shop.test",
        "sub": "alice",
        "scope": "",
        "req_wl": "spiffe://shop.test/edge",
        "tctx": {"iss": "https://issuer.test", "tenant": "north", "level": 1, "roles": ["reader"]},
        "iat": now,
        "exp": now + 300,
        "txn": "00000000000000000000000000000001",
    });
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let input = format!("{}.{}", encode(&header), encode(&claims));
    let signature = key.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}
