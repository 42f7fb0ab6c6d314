//! JWT-SVIDs (SPIFFE JWT-SVID).

use super::*;
use contract::CredentialKind;

const WORKLOAD: &str = "spiffe://example.test/ns/shop/sa/orders";

fn svid() -> Value {
    json!({"aud": "shop-api", "sub": WORKLOAD, "exp": NOW + 300})
}

fn of_domain(issuer: &Issuer) -> Value {
    json!({
        "kind": "jwt_svid", "trust_domain": "example.test", "audiences": ["shop-api"],
        "algorithms": ["ES256"], "keys": {"inline": issuer.bundle()},
    })
}

fn bench(issuer: &Issuer) -> Bench {
    Bench::new(json!({"spire": of_domain(issuer)}), any_of(&["spire"]))
}

#[test]
fn a_good_one_is_the_workload_of_its_trust_domain_whatever_its_issuer() {
    let issuer = Issuer::es256("k");
    let bench = bench(&issuer);
    for (name, value) in [
        ("aud", json!("shop-api")),
        ("iss", json!("https://anything.test")),
        ("iss", json!("")),
        ("iss", json!(["no", "text"])),
        ("iss", json!("spiffe://other.test")),
    ] {
        let mut claims = svid();
        claims[name] = value.clone();
        let identity = forwarded(bench.ask(&issuer.untyped(&claims))).identity.unwrap();
        let facts = identity.facts();
        assert_eq!((facts.kind, &*facts.subject), (CredentialKind::JwtSvid, WORKLOAD), "{name} {value}");
        assert_eq!((&*facts.provider, &*facts.issuer), ("spire", "spiffe://example.test"));
    }
}

#[test]
fn its_type_is_none_or_one_of_two() {
    let issuer = Issuer::es256("k");
    let bench = bench(&issuer);
    for (typ, good) in [
        ("JWT", true),
        ("JOSE", true),
        ("application/jose", true),
        ("at+jwt", false),
        ("txntoken+jwt", false),
        ("jwt-svid", false),
        ("", false),
    ] {
        let expected = if good { "forwarded" } else { "type_wrong" };
        assert_eq!(reason(bench.ask(&issuer.token(typ, &svid()))), expected, "{typ:?}");
    }
}

#[test]
fn each_claim_is_as_the_standard_has_it() {
    let issuer = Issuer::es256("k");
    let bench = bench(&issuer);
    for (name, value, expected) in [
        ("aud", Value::Null, "audience_missing"),
        ("exp", Value::Null, "expiry_missing"),
        ("sub", Value::Null, "subject_missing"),
        ("aud", json!("other"), "audience_wrong"),
        ("exp", json!(NOW - 60), "expired"),
        ("sub", json!("alice"), "subject_malformed"),
        ("sub", json!(7), "subject_malformed"),
        ("sub", json!("spiffe://example.test/"), "subject_malformed"),
        ("sub", json!("spiffe://example.test/../other"), "subject_malformed"),
        ("sub", json!("SPIFFE://example.test/a"), "subject_malformed"),
        ("sub", json!("spiffe://other.test/a"), "trust_domain_unknown"),
        ("sub", json!("spiffe://example.test.evil/a"), "trust_domain_unknown"),
        ("sub", json!("spiffe://sub.example.test/a"), "trust_domain_unknown"),
        ("cnf", json!({"jkt": "a"}), "sender_constrained"),
    ] {
        let mut claims = svid();
        match value.is_null() {
            true => drop(claims.as_object_mut().unwrap().remove(name)),
            false => claims[name] = value.clone(),
        }
        assert_eq!(reason(bench.ask(&issuer.untyped(&claims))), expected, "{name} {value}");
    }
}

#[test]
fn it_names_its_key() {
    let issuer = Issuer::es256("k");
    let without = issuer.sign(&json!({"alg": "ES256"}), &svid());
    assert_eq!(reason(bench(&issuer).ask(&without)), "key_id_missing");
    assert_eq!(reason(bench(&issuer).ask(&Issuer::es256("new").untyped(&svid()))), "key_unknown");
    assert_eq!(reason(bench(&issuer).ask(&Issuer::es256("k").untyped(&svid()))), "signature_invalid");
}

#[test]
fn beside_access_tokens_its_type_tells_it_apart() {
    let (spire, corp) = (Issuer::es256("k"), Issuer::new("k"));
    let mut providers = inline("access_token", &corp);
    providers["spire"] = of_domain(&spire);
    let bench = Bench::new(providers, any_of(&["corp", "spire"]));
    let provider = |token: &str| forwarded(bench.ask(token)).identity.unwrap().provider().to_owned();
    assert_eq!(provider(&spire.untyped(&svid())), "spire");
    assert_eq!(provider(&corp.token("at+jwt", &claims())), "corp");
    let mut both = claims();
    both["sub"] = json!(WORKLOAD);
    assert_eq!(provider(&corp.token("at+jwt", &both)), "corp", "a subject alone is no SVID");
    assert_eq!(provider(&spire.token("JWT", &both)), "spire", "an issuer alone is no access token");
    assert_eq!(reason(bench.ask(&spire.token("at+jwt", &both))), "algorithm_not_allowed");
    assert_eq!(reason(bench.ask(&corp.token("JWT", &both))), "algorithm_not_allowed");
}
