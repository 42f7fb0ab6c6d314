//! A stage with its route, asked as the pipeline asks it.

mod api_keys;
mod bench;
mod cached;
mod certificates;
mod credentials;
mod id_tokens;
mod keys;
mod places;
mod rules;
mod secrets;
mod svids;
mod tokens;
mod world;

use super::*;
use crate::test_issuer::Issuer;
use bench::{Asked, Bench, backstage};
use contract::UnixTime;
use serde_json::{Value, json};

const NOW: u64 = 2_000_000_000;
const ISSUER: &str = "https://issuer.test";

fn any_of(names: &[&str]) -> Authenticate {
    Authenticate::AnyOf(names.iter().map(ToString::to_string).collect())
}

fn provider(kind: &str, keys: Value) -> Value {
    json!({
        "kind": kind, "issuer": ISSUER, "audiences": ["shop-api", "shop-web"], "algorithms": ["EdDSA"],
        "keys": keys,
    })
}

fn inline(kind: &str, issuer: &Issuer) -> Value {
    json!({"corp": provider(kind, json!({"inline": issuer.jwks()}))})
}

fn remote() -> Value {
    let keys = json!({"cluster": "issuer", "authority": "issuer.test", "path": "/jwks"});
    json!({"corp": provider("access_token", json!({"remote": keys}))})
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "shop-api", "sub": "alice", "client_id": "app", "jti": "1",
        "iat": NOW - 10, "exp": NOW + 300, "scope": "orders:read orders:write",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn reason(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Refuse(refusal) => refusal.reason,
        Verdict::Forward(_) => "forwarded",
        Verdict::Ask(_) | Verdict::Wait(_) => "waits",
        Verdict::Answer(_) => "answered",
    }
}

fn forwarded(verdict: Verdict) -> Forward {
    let Verdict::Forward(forward) = verdict else { panic!("{verdict:?}") };
    forward
}

fn refused(verdict: Verdict) -> Refusal {
    let Verdict::Refuse(refusal) = verdict else { panic!("{verdict:?}") };
    refusal
}
