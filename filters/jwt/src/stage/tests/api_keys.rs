//! API keys, in place of tokens and beside them.

use super::*;
use contract::{Cause, CredentialKind, CredentialUse, Edit};
use ring::digest::{SHA256, digest};

const KEY: &str = "acme1.0123456789abcdefghijklmnopqrstuv";

fn hex(key: &str) -> String {
    digest(&SHA256, key.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn section() -> Value {
    json!({"api_keys": {"partners": {
        "source": {"header": "x-api-key"},
        "keys": [{
            "id": "acme1", "sha256": hex(KEY), "owner": "acme", "scopes": ["orders:read"],
            "not_before": NOW - 100, "expires": NOW + 100,
        }],
    }}})
}

fn bench() -> Bench {
    Bench::of(&section(), any_of(&["partners"]))
}

fn ask(bench: &Bench, fields: &[(&str, &str)]) -> Verdict {
    bench.request(&Asked { fields, ..Asked::default() })
}

#[test]
fn a_good_key_is_its_owner() {
    let bench = bench();
    let forward = forwarded(ask(&bench, &[("X-Api-Key", KEY)]));
    assert_eq!(forward.request.iter().collect::<Vec<_>>(), [&Edit::Remove(b"x-api-key".to_vec())]);
    let identity = forward.identity.unwrap();
    let facts = identity.facts();
    assert_eq!((facts.kind, &*facts.provider), (CredentialKind::ApiKey, "partners"));
    assert_eq!((&*facts.subject, &*facts.issuer), ("acme", "urn:watchword:api-keys:partners"));
    assert_eq!((&*facts.scopes, facts.expires), (["orders:read".to_owned()].as_slice(), NOW + 100));
    let claims = json!({"iss": facts.issuer, "sub": "acme", "api_key_id": "acme1"});
    assert_eq!(Value::Object(facts.claims.clone()), claims);
    assert!(facts.audience.is_empty() && facts.transaction.is_none());
}

#[test]
fn every_other_key_is_refused() {
    let bench = bench();
    let wrong_end = KEY.replace("tuv", "tuw");
    let other_id = KEY.replace("acme1", "acme2");
    let long = format!("{KEY}{}", "a".repeat(256));
    for (key, expected) in [
        (wrong_end.as_str(), "api_key_wrong"),
        (&KEY.to_uppercase().replace("ACME1", "acme1"), "api_key_wrong"),
        (&format!("{KEY}a"), "api_key_wrong"),
        (&other_id, "api_key_unknown"),
        ("acme1", "api_key_malformed"),
        ("acme1.", "api_key_malformed"),
        ("", "api_key_malformed"),
        (KEY.trim_end_matches("stuv"), "api_key_malformed"),
        (&format!("{KEY} "), "api_key_malformed"),
        (&format!("{KEY}="), "api_key_malformed"),
        (&long, "api_key_malformed"),
        (&format!("{KEY},{KEY}"), "credential_duplicated"),
    ] {
        let refusal = refused(ask(&bench, &[("x-api-key", key)]));
        assert_eq!(refusal.reason, expected, "{key}");
        if expected != "credential_duplicated" {
            assert_eq!(refusal.cause, Cause::CredentialInvalid, "{key}");
        }
    }
    assert_eq!(reason(ask(&bench, &[])), "credential_missing");
    assert_eq!(reason(ask(&bench, &[("x-api-key", KEY), ("x-api-key", KEY)])), "credential_duplicated");
}

#[test]
fn a_key_is_good_from_its_first_second_to_its_last() {
    let bench = bench();
    let tick = Duration::from_nanos(1);
    let at = UnixTime::from_seconds;
    for (now, expected) in [
        (at(NOW - 100), "forwarded"),
        (at(NOW - 100).minus(tick), "api_key_not_yet_valid"),
        (at(NOW + 100).minus(tick), "forwarded"),
        (at(NOW + 100), "api_key_expired"),
        (at(NOW), "forwarded"),
    ] {
        let verdict = bench.request(&Asked { fields: &[("x-api-key", KEY)], now, ..Asked::default() });
        assert_eq!(reason(verdict), expected, "{now:?}");
    }
}

#[test]
fn a_key_is_kept_where_the_set_says_so() {
    let mut section = section();
    section["api_keys"]["partners"]["forward"] = json!(true);
    let bench = Bench::of(&section, any_of(&["partners"]));
    assert!(forwarded(ask(&bench, &[("x-api-key", KEY)])).request.is_empty());
}

#[test]
fn a_route_says_more_than_the_set() {
    for (forward, credential, kept) in [
        (false, None, false),
        (true, None, true),
        (false, Some(CredentialUse::Keep), true),
        (true, Some(CredentialUse::Remove), false),
    ] {
        let mut section = section();
        section["api_keys"]["partners"]["forward"] = json!(forward);
        let mut bench = Bench::of(&section, any_of(&["partners"]));
        bench.route.credential = credential;
        let edits = forwarded(ask(&bench, &[("x-api-key", KEY)])).request;
        assert_eq!(edits.is_empty(), kept, "{forward} {credential:?}");
    }
}

#[test]
fn a_key_beside_a_token_is_one_credential_too_many() {
    let issuer = Issuer::new("k");
    let mut section = section();
    section["providers"] = inline("access_token", &issuer);
    let bench = Bench::of(&section, any_of(&["corp", "partners"]));
    let token = format!("Bearer {}", issuer.token("at+jwt", &claims()));
    let (token, key) = (("authorization", token.as_str()), ("x-api-key", KEY));
    assert_eq!(forwarded(ask(&bench, &[token])).identity.unwrap().provider(), "corp");
    assert_eq!(forwarded(ask(&bench, &[key])).identity.unwrap().provider(), "partners");
    for fields in [[token, key], [key, token], [("authorization", "Basic YTpi"), key]] {
        let refusal = refused(ask(&bench, &fields));
        assert_eq!((refusal.reason, refusal.cause), ("credential_duplicated", Cause::CredentialAmbiguous));
    }
}

#[test]
fn a_key_is_none_of_another_set_and_no_token() {
    let issuer = Issuer::new("k");
    let mut section = section();
    section["providers"] = inline("access_token", &issuer);
    section["api_keys"]["others"] = section["api_keys"]["partners"].clone();
    section["api_keys"]["others"]["source"] = json!({"header": "authorization", "scheme": "ApiKey"});
    section["api_keys"]["others"]["keys"][0]["id"] = json!("other");
    let bench = Bench::of(&section, any_of(&["corp", "others", "partners"]));
    for (value, expected) in [
        (format!("ApiKey {KEY}"), "api_key_unknown"),
        (format!("Bearer {KEY}"), "token_not_compact"),
        (format!("apikey {}", KEY.replace("acme1", "other")), "api_key_wrong"),
        (format!("ApiKey {}", issuer.token("at+jwt", &claims())), "api_key_malformed"),
        (format!("Basic {KEY}"), "scheme_not_bearer"),
    ] {
        assert_eq!(reason(ask(&bench, &[("authorization", &value)])), expected, "{value}");
    }
}
