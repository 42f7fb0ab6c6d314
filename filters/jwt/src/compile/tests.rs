use super::*;
use crate::test_issuer::Issuer;
use contract::{Authenticate, Demands, Entropy, EntropyError, MemoryStore, NoProxyCrypto, Secrets};
use serde_json::{Value, json};

struct Nothing;

impl Secrets for Nothing {
    fn secret(&self, _name: &str) -> Option<String> {
        None
    }
}

impl Entropy for Nothing {
    fn fill(&self, _buffer: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError)
    }
}

fn route(authenticate: Value) -> Route {
    Route {
        name: "read".into(),
        authenticate: rule(&authenticate),
        demands: Demands::default(),
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
    let with =
        Compile { routes, secrets: &Nothing, store: &store, entropy: &Nothing, crypto: &NoProxyCrypto };
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

#[test]
fn compiles_the_documented_section() {
    let inline = Issuer::new("k").jwks();
    let section = json!({
        "providers": {"corp": {
            "kind": "generic", "issuer": "https://issuer.test", "audiences": ["shop-api"],
            "algorithms": ["RS256", "ES256", "EdDSA"], "keys": {"inline": inline}, "leeway_seconds": 0,
            "required_scopes": ["orders:read"], "forward": true,
        }},
        "wait": {"cold_keys_ms": 500},
    });
    let stage = compile(&section, &[route(json!({"any_of": ["corp"]})), route(json!("none"))]).unwrap();
    assert_eq!(stage.providers(), ["corp"]);
    assert_eq!((stage.name(), stage.phase()), (StageName::Jwt, contract::Phase::Authenticate));
}

#[test]
fn names_the_field_that_is_wrong() {
    let no_keys = json!({"inline": {"keys": []}});
    for (pointer, value, path) in [
        ("/providers", json!({}), "jwt.providers"),
        ("/providers", json!({"": provider_at("https://corp.test")}), "jwt.providers"),
        ("/wait", json!({"cold_keys_ms": 9}), "jwt.wait.cold_keys_ms"),
        ("/wait", json!({"cold_keys": 9}), "jwt.wait.cold_keys"),
        ("/providers/corp/kind", json!("internal"), "jwt.providers.corp.kind"),
        ("/providers/corp/issuer", json!(""), "jwt.providers.corp.issuer"),
        ("/providers/corp/audiences", json!([]), "jwt.providers.corp.audiences"),
        ("/providers/corp/audiences", json!(["a", ""]), "jwt.providers.corp.audiences"),
        ("/providers/corp/algorithms", json!([]), "jwt.providers.corp.algorithms"),
        ("/providers/corp/algorithms", json!(["HS256"]), "jwt.providers.corp.algorithms"),
        ("/providers/corp/algorithms", json!(["none"]), "jwt.providers.corp.algorithms[0]"),
        ("/providers/corp/leeway_seconds", json!(301), "jwt.providers.corp.leeway_seconds"),
        ("/providers/corp/leeway_seconds", json!(-1), "jwt.providers.corp.leeway_seconds"),
        ("/providers/corp/required_scopes", json!(["a b"]), "jwt.providers.corp.required_scopes"),
        ("/providers/corp/keys", no_keys, "jwt.providers.corp.keys.inline"),
        ("/providers/corp/keys/remote/path", json!("jwks"), "jwt.providers.corp.keys.remote.path"),
    ] {
        let mut section = section();
        section["wait"] = json!({});
        section["providers"]["corp"]["leeway_seconds"] = json!(60);
        section["providers"]["corp"]["required_scopes"] = json!([]);
        *section.pointer_mut(pointer).unwrap() = value;
        let error = compile(&section, &[]).err().unwrap();
        assert_eq!(error.path(), path, "{error}");
    }
}

#[test]
fn refuses_more_providers_than_the_bound() {
    let name = |index: usize| (format!("p{index}"), provider_at(&format!("https://p{index}.test")));
    let many: serde_json::Map<_, _> = (0..=MAX_PROVIDERS).map(name).collect();
    assert_eq!(compile(&json!({"providers": many}), &[]).err().unwrap().path(), "jwt.providers");
}

#[test]
fn a_route_takes_credentials_of_one_kind_and_each_issuer_once() {
    let mut same_issuer = section();
    same_issuer["providers"]["partner"]["issuer"] = json!("https://corp.test");
    for (section, authenticate, good) in [
        (section(), json!({"any_of": ["corp", "partner"]}), true),
        (section(), json!({"any_of": ["internal"]}), true),
        (section(), json!({"optional": ["partner"]}), true),
        (section(), json!({"any_of": ["corp", "internal"]}), false),
        (section(), json!({"optional": ["internal", "corp"]}), false),
        (same_issuer.clone(), json!({"any_of": ["corp"]}), true),
        (same_issuer.clone(), json!({"any_of": ["corp", "partner"]}), false),
    ] {
        let outcome = compile(&section, &[route(json!("none")), route(authenticate.clone())]);
        assert_eq!(outcome.is_ok(), good, "{authenticate}");
        if let Err(error) = outcome {
            assert_eq!(error.path(), "routes[1].authenticate");
        }
    }
    let unknown = Route::UNKNOWN.to_owned();
    let anybody = Route { name: unknown, authenticate: Authenticate::Anybody, ..route(json!("none")) };
    assert!(compile(&section(), std::slice::from_ref(&anybody)).is_ok());
    let error = compile(&same_issuer, &[anybody]).err().unwrap();
    assert_eq!(error.path(), "unknown_route", "any provider includes both");
}
