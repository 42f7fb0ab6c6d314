//! What a route may name together.

use super::*;

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

#[test]
fn beside_svids_stands_only_what_is_told_apart() {
    let svid = json!({
        "kind": "jwt_svid", "trust_domain": "example.test", "audiences": ["shop-api"],
        "algorithms": ["ES256"],
        "keys": {"remote": {"cluster": "spire", "authority": "spire.test", "path": "/keys"}},
    });
    for (kind, good) in [("access_token", true), ("generic", false), ("id_token", false)] {
        let mut section = section();
        section["providers"]["corp"]["kind"] = json!(kind);
        section["providers"]["workload"] = svid.clone();
        let outcome = compile(&section, &[route(json!({"any_of": ["corp", "workload"]}))]);
        assert_eq!(outcome.err().map(|error| error.path().to_owned()).is_none(), good, "{kind}");
        assert!(compile(&section, &[route(json!({"any_of": ["workload"]}))]).is_ok(), "{kind} elsewhere");
    }
    let mut twice = section();
    twice["providers"]["one"] = svid.clone();
    twice["providers"]["two"] = svid;
    assert!(compile(&twice, &[route(json!({"any_of": ["one", "two"]}))]).is_err(), "the same domain");
    twice["providers"]["two"]["trust_domain"] = json!("other.test");
    assert!(compile(&twice, &[route(json!({"any_of": ["one", "two"]}))]).is_ok());
}

#[test]
fn a_route_takes_tokens_and_api_keys_together() {
    let mut section = section();
    section["api_keys"] = json!({"partners": set_at("x-api-key")});
    for (authenticate, good) in [
        (json!({"any_of": ["corp", "partners"]}), true),
        (json!({"any_of": ["partners"]}), true),
        (json!({"any_of": ["partners", "internal"]}), false),
    ] {
        assert_eq!(compile(&section, &[route(authenticate.clone())]).is_ok(), good, "{authenticate}");
    }
}
