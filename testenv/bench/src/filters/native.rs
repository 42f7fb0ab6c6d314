//! Envoy's own filters, set up as well as they can be for what ours do.

use serde_json::{Value, json};

use super::filter;
use crate::tokens::USERS;

/// Where `jwt_authn` leaves the claims for the filters after it.
const PAYLOAD: &str = "payload";

/// More than any load here asks for: what is measured is the counting.
const TOKENS: u32 = 1_000_000_000;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Native {
    /// `jwt_authn`, which verifies every token again.
    Tokens,
    /// `jwt_authn` with a cache that has room for every token.
    CachedTokens,
    /// That, `rbac`, `local_ratelimit` and `header_mutation`.
    All,
}

impl Native {
    pub(super) fn build(self) -> Vec<Value> {
        match self {
            Self::Tokens => vec![tokens(false)],
            Self::CachedTokens => vec![tokens(true)],
            Self::All => vec![tokens(true), roles(), limit(), headers()],
        }
    }
}

/// As strict as ours, as far as it can be: an issuer, an audience, an end.
fn tokens(cached: bool) -> Value {
    let mut provider = json!({
        "issuer": "https://issuer.test",
        "audiences": ["shop-api"],
        "require_expiration": true,
        "remote_jwks": {
            "http_uri": { "uri": "http://issuer.test/jwks", "cluster": "issuer", "timeout": "2s" },
            "cache_duration": "300s",
            "async_fetch": {},
        },
        "payload_in_metadata": PAYLOAD,
    });
    if cached {
        // Twice the tokens that come: none is ever thrown out.
        provider["jwt_cache_config"] = json!({ "jwt_cache_size": 2 * USERS });
    }
    let config = json!({
        "providers": { "corp": provider },
        "rules": [{ "match": { "prefix": "/" }, "requires": { "provider_name": "corp" } }],
    });
    filter("jwt_authn", "jwt_authn.v3.JwtAuthentication", config)
}

/// Readers may read orders, and the suspended nothing.
fn roles() -> Value {
    let role = |name: &str| {
        json!({ "metadata": {
            "filter": "envoy.filters.http.jwt_authn",
            "path": [{ "key": PAYLOAD }, { "key": "roles" }],
            "value": { "list_match": { "one_of": { "string_match": { "exact": name } } } },
        } })
    };
    let policy = json!({
        "permissions": [{ "and_rules": { "rules": [
            { "url_path": { "path": { "prefix": "/orders" } } },
            { "header": { "name": ":method", "string_match": { "exact": "GET" } } },
        ] } }],
        "principals": [{ "and_ids": { "ids": [role("reader"), { "not_id": role("suspended") }] } }],
    });
    filter(
        "rbac",
        "rbac.v3.RBAC",
        json!({ "rules": { "action": "ALLOW", "policies": { "readers": policy } } }),
    )
}

/// One bucket for everybody, without the fields that tell clients: the least that it can do.
fn limit() -> Value {
    let always = json!({ "default_value": { "numerator": 100, "denominator": "HUNDRED" } });
    let config = json!({
        "stat_prefix": "limit",
        "token_bucket": { "max_tokens": TOKENS, "tokens_per_fill": TOKENS, "fill_interval": "1s" },
        "filter_enabled": always,
        "filter_enforced": always,
    });
    filter("local_ratelimit", "local_ratelimit.v3.LocalRateLimit", config)
}

/// Takes away what clients may not say, and says who was verified.
fn headers() -> Value {
    let subject = format!("%DYNAMIC_METADATA(envoy.filters.http.jwt_authn:{PAYLOAD}:sub)%");
    let say = json!({ "append": {
        "header": { "key": "x-watchword-subject", "value": subject },
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    } });
    let mut mutations: Vec<Value> = ["txn-token", "x-watchword-claims", "x-watchword-caller"]
        .map(|name| json!({ "remove": name }))
        .to_vec();
    mutations.push(say);
    let config = json!({ "mutations": { "request_mutations": mutations } });
    filter("header_mutation", "header_mutation.v3.HeaderMutation", config)
}
