//! The section as the documentation shows it.

use super::*;
use crate::test_issuer::Issuer;

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

/// Every field that there is, at once.
fn whole() -> Value {
    let remote = json!({
        "cluster": "issuer", "authority": "issuer.test", "path": "/jwks", "timeout_ms": 2000,
        "refresh_seconds": 300, "max_stale_seconds": 86400,
    });
    let discovery = json!({
        "cluster": "issuer", "authority": "issuer.test", "path": "/.well-known/openid-configuration",
        "jwks": {"cluster": "issuer", "authority": "issuer.test"},
    });
    json!({
        "sources": [
            {"header": "authorization", "scheme": "Bearer"}, {"header": "x-access-token"},
            {"cookie": "session"}, {"query": "access_token"},
        ],
        "key_sharing": {"secret": "OF_32"},
        "providers": {
            "corp": {
                "kind": "access_token", "issuer": "https://issuer.test", "audiences": ["shop"],
                "algorithms": ["RS256", "ES256"], "keys": {"remote": remote},
                "leeway_seconds": {"exp": 60, "nbf": 60, "iat": 60}, "max_lifetime_seconds": 3600,
                "required_claims": {"tenant": ["acme", "globex"], "email": []},
                "required_scopes": ["read"], "subjects": ["svc-*"], "forward": false,
            },
            "people": {
                "kind": "id_token", "issuer": "https://people.test", "audiences": ["shop-web"],
                "algorithms": ["PS256", "EdDSA"], "keys": {"discovery": discovery}, "leeway_seconds": 0,
            },
            "workloads": {
                "kind": "jwt_svid", "trust_domain": "example.test", "audiences": ["shop"],
                "algorithms": ["ES256", "ES384", "RS512"], "keys": {"inline": Issuer::es256("a").bundle()},
            },
            "partner": {
                "kind": "generic", "issuer": "https://partner.test", "audiences": ["shop"],
                "algorithms": ["HS256", "HS384", "HS512"],
                "keys": {"secret": {"name": "OF_64", "encoding": "text"}},
            },
        },
        "api_keys": {"partners": {
            "source": {"header": "x-api-key"},
            "keys": [{
                "id": "acme1", "sha256": "0f".repeat(32), "owner": "acme", "scopes": ["orders:read"],
                "not_before": 0, "expires": 1_900_000_000,
            }],
            "forward": false,
        }},
        "wait": {"cold_keys_ms": 1000, "unknown_key_ms": 1000},
    })
}

#[test]
fn compiles_every_field_at_once() {
    let routes = [
        json!({"any_of": ["corp", "partners"]}),
        json!({"optional": ["people", "partner"]}),
        json!("none"),
    ];
    let stage = compile(&whole(), &routes.map(route)).unwrap();
    assert_eq!(stage.providers(), ["corp", "partner", "people", "workloads", "partners"]);
    let due = |section: &Value| {
        let (stage, store) = (compile(section, &[]).unwrap(), MemoryStore::default());
        let now = contract::UnixTime::from_seconds(1);
        let meter = &contract::NoMeter;
        let env = contract::BackgroundEnv { now, entropy: &Surroundings, store: &store, meter };
        stage.background().unwrap().due(&env).fetches.len()
    };
    let mut alone = whole();
    alone["key_sharing"] = Value::Null;
    assert_eq!(due(&alone), 2, "one for each provider whose keys are elsewhere");
}

#[test]
fn nothing_else_is_a_field() {
    for pointer in [
        "",
        "/sources/0",
        "/providers/corp",
        "/providers/corp/keys/remote",
        "/providers/corp/leeway_seconds",
        "/providers/people/keys/discovery",
        "/providers/partner/keys/secret",
        "/api_keys/partners",
        "/api_keys/partners/source",
        "/api_keys/partners/keys/0",
        "/wait",
    ] {
        let mut section = whole();
        section.pointer_mut(pointer).unwrap()["unheard_of"] = json!(1);
        assert!(wrong(&section).is_some(), "{pointer}");
    }
}
