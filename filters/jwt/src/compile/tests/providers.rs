//! What a provider may ask of its tokens.

use super::*;

#[test]
fn an_issuer_or_a_trust_domain_as_the_kind_has_it() {
    for (kind, issuer, domain, expected) in [
        ("access_token", json!("https://a.test"), Value::Null, None),
        ("id_token", json!("https://a.test"), Value::Null, None),
        ("generic", json!("anything"), Value::Null, None),
        ("generic", Value::Null, Value::Null, Some("issuer")),
        ("generic", json!(""), Value::Null, Some("issuer")),
        ("generic", json!("urn:watchword:api-keys:partners"), Value::Null, Some("issuer")),
        ("generic", json!("https://a.test"), json!("a.test"), Some("trust_domain")),
        ("id_token", Value::Null, json!("a.test"), Some("trust_domain")),
        ("jwt_svid", Value::Null, json!("a.test"), None),
        ("jwt_svid", json!("https://a.test"), json!("a.test"), Some("trust_domain")),
        ("jwt_svid", json!("https://a.test"), Value::Null, Some("trust_domain")),
        ("jwt_svid", Value::Null, Value::Null, Some("trust_domain")),
        ("jwt_svid", Value::Null, json!(""), Some("trust_domain")),
        ("jwt_svid", Value::Null, json!("A.test"), Some("trust_domain")),
        ("jwt_svid", Value::Null, json!("a.test/"), Some("trust_domain")),
        ("jwt_svid", Value::Null, json!("a.test/path"), Some("trust_domain")),
        ("jwt_svid", Value::Null, json!("spiffe://a.test"), Some("trust_domain")),
    ] {
        let mut section = section();
        let corp = &mut section["providers"]["corp"];
        (corp["kind"], corp["issuer"], corp["trust_domain"]) =
            (json!(kind), issuer.clone(), domain.clone());
        let expected = expected.map(|field| format!("jwt.providers.corp.{field}"));
        assert_eq!(wrong(&section), expected, "{kind} {issuer} {domain}");
    }
}

#[test]
fn each_rule_is_within_its_bounds() {
    let texts = |count: usize| (0..count).map(|index| format!("v{index}")).collect::<Vec<_>>();
    let claims = |count| texts(count).into_iter().map(|name| (name, json!([]))).collect();
    for (field, value, expected) in [
        ("leeway_seconds", json!(0), None),
        ("leeway_seconds", json!(300), None),
        ("leeway_seconds", json!({"exp": 300, "nbf": 0}), None),
        ("leeway_seconds", json!(301), Some("leeway_seconds")),
        ("leeway_seconds", json!({"exp": 301}), Some("leeway_seconds")),
        ("leeway_seconds", json!({"nbf": 301}), Some("leeway_seconds")),
        ("leeway_seconds", json!({"iat": 301}), Some("leeway_seconds")),
        ("leeway_seconds", json!({"exp": -1}), Some("leeway_seconds.exp")),
        ("leeway_seconds", json!("60"), Some("leeway_seconds")),
        ("max_lifetime_seconds", json!(1), None),
        ("max_lifetime_seconds", json!(31_536_000), None),
        ("max_lifetime_seconds", json!(0), Some("max_lifetime_seconds")),
        ("max_lifetime_seconds", json!(31_536_001), Some("max_lifetime_seconds")),
        ("required_claims", Value::Object(claims(32)), None),
        ("required_claims", Value::Object(claims(33)), Some("required_claims")),
        ("required_claims", json!({"a": texts(64)}), None),
        ("required_claims", json!({"a": texts(65)}), Some("required_claims.a")),
        ("required_claims", json!({"a": [1, true, "x"]}), None),
        ("required_claims", json!({"a": [null]}), Some("required_claims.a")),
        ("required_claims", json!({"a": [{}]}), Some("required_claims.a")),
        ("required_claims", json!({"a": [[]]}), Some("required_claims.a")),
        ("required_claims", json!({"a": [9_007_199_254_740_991.0]}), None),
        ("required_claims", json!({"a": [9_007_199_254_740_992.0]}), Some("required_claims.a")),
        ("required_claims", json!({"a": "x"}), Some("required_claims.a")),
        ("subjects", json!(texts(64)), None),
        ("subjects", json!(texts(65)), Some("subjects")),
        ("subjects", json!([]), Some("subjects")),
        ("subjects", json!([""]), Some("subjects")),
        ("subjects", json!(["a".repeat(256)]), None),
        ("subjects", json!(["a".repeat(257)]), Some("subjects")),
        ("required_scopes", json!(["a"]), None),
        ("required_scopes", json!(["a b"]), Some("required_scopes")),
        ("required_scopes", json!(["a\"b"]), Some("required_scopes")),
    ] {
        let expected = expected.map(|field| format!("jwt.providers.corp.{field}"));
        assert_eq!(wrong_in_corp(field, value.clone()), expected, "{field} {value}");
    }
}

#[test]
fn an_id_token_has_no_scopes_to_require() {
    let mut section = section();
    section["providers"]["corp"]["kind"] = json!("id_token");
    section["providers"]["corp"]["required_scopes"] = json!([]);
    assert_eq!(wrong(&section), None);
    section["providers"]["corp"]["required_scopes"] = json!(["read"]);
    assert_eq!(wrong(&section).as_deref(), Some("jwt.providers.corp.required_scopes"));
}

#[test]
fn keys_come_from_one_place() {
    let remote = provider_at("x")["keys"]["remote"].clone();
    for keys in [json!({}), json!({"remote": remote, "secret": {"name": "OF_32"}}), json!({"file": "a"})] {
        let path = wrong_in_corp("keys", keys.clone()).unwrap();
        assert!(path.starts_with("jwt.providers.corp.keys"), "{keys} {path}");
    }
}
