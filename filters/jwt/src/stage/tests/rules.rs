//! What a provider asks of its tokens beyond their form.

use super::*;

/// A provider of access tokens with `value` at `field`.
fn with_rule(issuer: &Issuer, field: &str, value: Value) -> Bench {
    let mut providers = inline("access_token", issuer);
    providers["corp"][field] = value;
    Bench::new(providers, any_of(&["corp"]))
}

#[test]
fn a_lifetime_has_its_bound() {
    let issuer = Issuer::new("k");
    for (kind, typ) in [("access_token", "at+jwt"), ("generic", "JWT")] {
        let mut providers = inline(kind, &issuer);
        providers["corp"]["max_lifetime_seconds"] = json!(310);
        let bench = Bench::new(providers, any_of(&["corp"]));
        for (claims, expected) in [
            (claims(), "forwarded"),
            (with("iat", json!(NOW - 11)), "lifetime_too_long"),
            (with("exp", json!(NOW + 301)), "lifetime_too_long"),
            (with("iat", json!(NOW + 60)), "forwarded"),
            (with("iat", json!(NOW + 61)), "issued_in_future"),
            (without("iat"), "issued_at_missing"),
        ] {
            assert_eq!(reason(bench.ask(&issuer.token(typ, &claims))), expected, "{kind} {claims}");
        }
    }
}

#[test]
fn claims_are_required_by_name_and_by_value() {
    let issuer = Issuer::new("k");
    let bench = with_rule(&issuer, "required_claims", json!({"tenant": ["acme", 7], "email": []}));
    for (tenant, email, expected) in [
        (json!("acme"), json!("a@acme.test"), "forwarded"),
        (json!(["x", "acme"]), json!(false), "forwarded"),
        (json!(7), json!(""), "forwarded"),
        (json!("other"), json!("a"), "required_claim_wrong"),
        (json!("7"), json!("a"), "required_claim_wrong"),
        (json!([]), json!("a"), "required_claim_wrong"),
        (Value::Null, json!("a"), "required_claim_missing"),
        (json!("acme"), Value::Null, "required_claim_missing"),
    ] {
        let mut claims = with("tenant", tenant.clone());
        claims["email"] = email.clone();
        let token = issuer.token("at+jwt", &claims);
        for _ in ["read", "remembered"] {
            assert_eq!(reason(bench.ask(&token)), expected, "{tenant} {email}");
        }
    }
}

#[test]
fn subjects_match_a_pattern() {
    let issuer = Issuer::new("k");
    let bench = with_rule(&issuer, "subjects", json!(["svc-*", "alice"]));
    for (subject, expected) in [
        ("alice", "forwarded"),
        ("svc-orders", "forwarded"),
        ("svc-", "forwarded"),
        ("Alice", "subject_not_allowed"),
        ("alice2", "subject_not_allowed"),
        ("my-svc-orders", "subject_not_allowed"),
        ("*", "subject_not_allowed"),
    ] {
        let token = issuer.token("at+jwt", &with("sub", json!(subject)));
        for _ in ["read", "remembered"] {
            assert_eq!(reason(bench.ask(&token)), expected, "{subject}");
        }
    }
}

#[test]
fn each_time_has_a_leeway_of_its_own() {
    let issuer = Issuer::new("k");
    let bench = with_rule(&issuer, "leeway_seconds", json!({"exp": 1, "nbf": 2, "iat": 3}));
    for (name, time, expected) in [
        ("exp", NOW, "forwarded"),
        ("exp", NOW - 1, "expired"),
        ("nbf", NOW + 2, "forwarded"),
        ("nbf", NOW + 3, "not_yet_valid"),
        ("iat", NOW + 3, "forwarded"),
        ("iat", NOW + 4, "issued_in_future"),
    ] {
        let token = issuer.token("at+jwt", &with(name, json!(time)));
        assert_eq!(reason(bench.ask(&token)), expected, "{name} {time}");
    }
}

#[test]
fn what_more_scopes_cannot_heal_is_said_first() {
    let issuer = Issuer::new("k");
    let bench = with_rule(&issuer, "required_scopes", json!(["orders:admin"]));
    for (claims, expected) in [
        (claims(), "scope_insufficient"),
        (with("aud", json!("other")), "audience_wrong"),
        (with("exp", json!(1)), "expired"),
    ] {
        assert_eq!(reason(bench.ask(&issuer.token("at+jwt", &claims))), expected);
    }
}
