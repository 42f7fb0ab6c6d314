//! Sections that compile, and sections that do not.

mod algorithms;
mod api_keys;
mod documented;
mod fields;
mod providers;
mod routes;
mod sources;

use super::*;
use contract::{Authenticate, Demands, Entropy, EntropyError, MemoryStore, NoProxyCrypto, Secrets};
use serde_json::{Value, json};

/// An environment with three secrets.
struct Surroundings;

impl Secrets for Surroundings {
    fn secret(&self, name: &str) -> Option<String> {
        let digits = "0123456789abcdefghijklmnopqrstuvwxyz".chars().cycle();
        let bytes = match name {
            "OF_31" => 31,
            "OF_32" => 32,
            "OF_64" => 64,
            _ => return None,
        };
        Some(digits.take(bytes).collect())
    }
}

impl Entropy for Surroundings {
    fn fill(&self, _buffer: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError)
    }
}

fn route(authenticate: Value) -> Route {
    Route {
        name: "read".into(),
        authenticate: rule(&authenticate),
        demands: Demands::default(),
        credential: None,
        accepts: contract::Accepts::default(),
        authorize: None,
        limits: Vec::new(),
        parameters: Vec::new(),
    }
}

/// As the pipeline reads it.
fn rule(authenticate: &Value) -> Authenticate {
    let names = |value: &Value| serde_json::from_value(value.clone()).unwrap();
    match (&authenticate["any_of"], &authenticate["optional"]) {
        (Value::Null, Value::Null) => Authenticate::None,
        (Value::Null, optional) => Authenticate::Optional(names(optional)),
        (any_of, _) => Authenticate::AnyOf(names(any_of)),
    }
}

fn compile(section: &Value, routes: &[Route]) -> Result<Box<dyn Stage>, ConfigError> {
    let store = MemoryStore::default();
    let with = Compile {
        routes,
        secrets: &Surroundings,
        store: &store,
        entropy: &Surroundings,
        crypto: &NoProxyCrypto,
    };
    let mut stages = Jwt.compile(&Section::new("jwt", section), &with)?;
    assert_eq!(stages.len(), 1);
    Ok(stages.remove(0))
}

fn provider_at(issuer: &str) -> Value {
    json!({
        "kind": "access_token", "issuer": issuer, "audiences": ["shop-api"], "algorithms": ["ES256"],
        "keys": {"remote": {"cluster": "issuer", "authority": "issuer.test", "path": "/jwks"}},
    })
}

fn section() -> Value {
    json!({"providers": {"corp": provider_at("https://corp.test"), "partner": provider_at("https://partner.test")}})
}

/// Where the error of `section` is, whose provider `corp` has `value` at `field`.
fn wrong_in_corp(field: &str, value: Value) -> Option<String> {
    let mut section = section();
    section["providers"]["corp"][field] = value;
    wrong(&section)
}

/// Where the error is; nothing when there is none.
fn wrong(section: &Value) -> Option<String> {
    compile(section, &[]).err().map(|error| error.path().to_owned())
}

/// A set of API keys in a header.
fn set_at(header: &str) -> Value {
    let keys = json!([{"id": "acme1", "sha256": "ab".repeat(32), "owner": "acme"}]);
    json!({"source": {"header": header}, "keys": keys})
}
