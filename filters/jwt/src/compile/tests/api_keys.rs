//! Sets of API keys.

use super::*;
use crate::{MAX_API_KEY_SETS, MAX_API_KEYS};

/// A section with the set `partners`, whose key has `value` at `field`.
fn with_key(field: &str, value: Value) -> Value {
    let mut section = section();
    section["api_keys"] = json!({"partners": set_at("x-api-key")});
    section["api_keys"]["partners"]["keys"][0][field] = value;
    section
}

#[test]
fn each_field_of_a_key_is_checked() {
    let hex = |digits: &str| json!(digits.repeat(32));
    for (field, value, good) in [
        ("id", json!("a"), true),
        ("id", json!("A-_9".repeat(16)), true),
        ("id", json!("a".repeat(65)), false),
        ("id", json!(""), false),
        ("id", json!("a.b"), false),
        ("id", json!("a b"), false),
        ("id", json!("zoë"), false),
        ("sha256", hex("09"), true),
        ("sha256", hex("af"), true),
        ("sha256", hex("AF"), false),
        ("sha256", hex("0g"), false),
        ("sha256", json!("a".repeat(63)), false),
        ("sha256", json!("a".repeat(65)), false),
        ("sha256", json!("a".repeat(66)), false),
        ("sha256", json!(""), false),
        ("sha256", json!("é".repeat(32)), false),
        ("owner", json!("o".repeat(1024)), true),
        ("owner", json!("o".repeat(1025)), false),
        ("owner", json!(""), false),
        ("scopes", json!([]), true),
        ("scopes", json!(["a:b"]), true),
        ("scopes", json!(["a b"]), false),
        ("scopes", json!([""]), false),
        ("not_before", json!(0), true),
        ("not_before", json!(jose::MAX_NUMERIC_DATE + 1), false),
        ("not_before", json!(-1), false),
        ("expires", json!(1), true),
        ("expires", json!(jose::MAX_NUMERIC_DATE), true),
        ("expires", json!(jose::MAX_NUMERIC_DATE + 1), false),
        ("expires", json!(0), false),
        ("expires", json!("1"), false),
    ] {
        let path = (!good).then(|| format!("jwt.api_keys.partners.keys[0].{field}"));
        assert_eq!(wrong(&with_key(field, value.clone())), path, "{field} {value}");
    }
}

#[test]
fn a_key_is_in_force_for_some_time() {
    for (expires, good) in [(99, false), (100, false), (101, true)] {
        let mut section = with_key("not_before", json!(100));
        section["api_keys"]["partners"]["keys"][0]["expires"] = json!(expires);
        let path = (!good).then(|| "jwt.api_keys.partners.keys[0].expires".to_owned());
        assert_eq!(wrong(&section), path, "{expires}");
    }
}

#[test]
fn a_set_has_keys_that_differ() {
    let mut section = with_key("id", json!("a"));
    let key = section["api_keys"]["partners"]["keys"][0].clone();
    section["api_keys"]["partners"]["keys"] = json!([key, key]);
    assert_eq!(wrong(&section).as_deref(), Some("jwt.api_keys.partners.keys[1].id"));
    section["api_keys"]["partners"]["keys"] = json!([]);
    assert_eq!(wrong(&section).as_deref(), Some("jwt.api_keys.partners.keys"));
}

#[test]
fn a_set_has_a_place_of_its_own() {
    let token_cookie = json!([{"header": "authorization", "scheme": "Bearer"}, {"cookie": "session"}]);
    for (source, good) in [
        (json!({"header": "x-api-key"}), true),
        (json!({"header": "authorization", "scheme": "ApiKey"}), true),
        (json!({"query": "key"}), true),
        (json!({"cookie": "key"}), true),
        (json!({"header": "Authorization", "scheme": "bearer"}), false),
        (json!({"header": "authorization"}), false),
        (json!({"cookie": "session"}), false),
        (json!({"header": "x-other"}), false),
        (json!({}), false),
        (json!({"header": "a", "query": "b"}), false),
    ] {
        let mut section = section();
        section["sources"] = token_cookie.clone();
        section["api_keys"] = json!({"others": set_at("x-other"), "partners": set_at("x-api-key")});
        section["api_keys"]["partners"]["source"] = source.clone();
        let path = (!good).then(|| "jwt.api_keys.partners.source".to_owned());
        assert_eq!(wrong(&section), path, "{source}");
    }
}

#[test]
fn a_set_has_a_name_of_its_own() {
    for (name, path) in
        [("partners", None), ("corp", Some("jwt.api_keys.corp")), ("", Some("jwt.api_keys"))]
    {
        let mut section = section();
        section["api_keys"] = json!({name: set_at("x-api-key")});
        assert_eq!(wrong(&section).as_deref(), path, "{name:?}");
    }
}

#[test]
fn a_section_may_have_api_keys_alone() {
    let alone = json!({"api_keys": {"partners": set_at("x-api-key")}});
    assert_eq!(compile(&alone, &[]).unwrap().providers(), ["partners"]);
    assert_eq!(wrong(&json!({})).as_deref(), Some("jwt.providers"));
}

#[test]
fn keys_and_sets_are_bounded() {
    let key = |index: usize| json!({"id": index.to_string(), "sha256": "ab".repeat(32), "owner": "o"});
    for (count, path) in [(MAX_API_KEYS, None), (MAX_API_KEYS + 1, Some("jwt.api_keys"))] {
        let mut section = with_key("id", json!("a"));
        section["api_keys"]["partners"]["keys"] = (1..count).map(key).collect();
        section["api_keys"]["others"] = set_at("x-other");
        assert_eq!(wrong(&section).as_deref(), path, "{count}");
    }
    let set = |index: usize| (format!("s{index}"), set_at(&format!("x-key-{index}")));
    for (count, path) in [(MAX_API_KEY_SETS, None), (MAX_API_KEY_SETS + 1, Some("jwt.api_keys"))] {
        let sets: serde_json::Map<_, _> = (0..count).map(set).collect();
        assert_eq!(wrong(&json!({"api_keys": sets})).as_deref(), path, "{count}");
    }
}

#[test]
fn every_place_of_a_credential_is_told_whether_a_route_looks_there_or_not() {
    let mut section = section();
    section["sources"] = json!([{"header": "x-token"}, {"cookie": "session"}]);
    section["api_keys"] = json!({"partners": set_at("x-shop-key")});
    let fields = compile(&section, &[]).unwrap().credential_fields();
    assert_eq!(fields, [HeaderName::from_static("x-token"), HeaderName::from_static("x-shop-key")]);
}
