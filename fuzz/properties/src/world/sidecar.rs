//! What the sidecar of a service is told, and what an edge has to say for a request to pass it.

use serde_json::{Value, json};

use super::Issuer;

/// `iss` of internal tokens.
pub const EDGE_ISSUER: &str = "https://edge.shop.test";

/// Their `aud`.
pub const TRUST_DOMAIN: &str = "shop.test";

/// The workload that may call.
pub const EDGE: &str = "spiffe://shop.test/edge";

/// The proxy that may call for others.
pub const GATEWAY: &str = "spiffe://shop.test/gateway";

/// How far clocks may differ, in seconds.
pub(super) const SIDECAR_LEEWAY_SECONDS: u64 = 5;

/// A configuration of a sidecar in a mesh with traces of `format`, `w3c` or `b3`.
pub fn sidecar_configuration(format: &str) -> Value {
    json!({
        "realm": "orders",
        "routes": [
            { "name": "health", "match": { "methods": ["GET"], "path": "/healthz" },
              "authenticate": "none", "authorize": "none" },
            { "name": "read", "match": { "methods": ["GET"], "path": "/orders/{order}" },
              "authenticate": { "any_of": ["internal"] }, "authorize": "none" },
        ],
        "unknown_route": "deny",
        "identity": {
            "verify": {
                "issuer": EDGE_ISSUER, "trust_domain": TRUST_DOMAIN,
                "keys": { "inline": { "keys": [Issuer::new().jwk()] } },
                "callers": [EDGE, "spiffe://shop.test/ns/*/sa/orders"], "forwarded_by": GATEWAY,
                "leeway_seconds": SIDECAR_LEEWAY_SECONDS, "register": true,
            },
            "trace": format,
            "headers": { "select": ["tenant"], "from_claims": { "x-tenant": "tenant" } },
        },
    })
}

/// What breaks the rules for internal tokens (OAuth Transaction Tokens) at `now`, read a second time.
pub fn broken(claims: &Value, now: u64) -> Option<&'static str> {
    let time = |name: &str| claims[name].as_f64();
    let latest = (now + SIDECAR_LEEWAY_SECONDS) as f64;
    let life = time("exp").zip(time("iat")).map(|(end, begin)| end - begin);
    let rules = [
        (claims["iss"] == EDGE_ISSUER, "iss"),
        (claims["aud"] == TRUST_DOMAIN || claims["aud"] == json!([TRUST_DOMAIN]), "aud"),
        // Fractions are rounded, so a life may seem a second longer.
        (life.is_some_and(|life| life > -1.0 && life <= 301.0), "life"),
        (time("exp").is_some_and(|end| now as f64 - (SIDECAR_LEEWAY_SECONDS as f64) < end), "exp"),
        (time("iat").is_some_and(|begin| begin <= latest + 1.0), "iat"),
        (claims.get("nbf").is_none() || time("nbf").is_some_and(|begin| begin <= latest + 1.0), "nbf"),
        (
            ["sub", "txn"].iter().all(|name| claims[name].as_str().is_some_and(|text| !text.is_empty())),
            "sub",
        ),
        (["scope", "req_wl"].iter().all(|name| claims[name].is_string()), "scope"),
        (claims.get("tctx").is_none_or(Value::is_object), "tctx"),
    ];
    rules.into_iter().find(|(kept, _)| !kept).map(|(_, rule)| rule)
}
