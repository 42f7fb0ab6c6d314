//! ID tokens (OpenID Connect Core §2).

use super::*;
use contract::CredentialKind;

fn id_token() -> Value {
    json!({
        "iss": ISSUER, "aud": "shop-web", "sub": "alice", "iat": NOW - 10, "exp": NOW + 300,
        "nonce": "n", "email": "alice@acme.test",
    })
}

fn bench(issuer: &Issuer) -> Bench {
    Bench::new(inline("id_token", issuer), any_of(&["corp"]))
}

#[test]
fn a_good_one_is_an_identity() {
    let issuer = Issuer::new("k");
    for token in [issuer.untyped(&id_token()), issuer.token("JWT", &id_token())] {
        let identity = forwarded(bench(&issuer).ask(&token)).identity.unwrap();
        let facts = identity.facts();
        assert_eq!((facts.kind, &*facts.subject), (CredentialKind::IdToken, "alice"));
        assert_eq!(Value::Object(facts.claims.clone()), id_token());
    }
}

#[test]
fn what_the_standard_requires_must_be_there() {
    let issuer = Issuer::new("k");
    for (name, expected) in [
        ("iss", "issuer_missing"),
        ("aud", "audience_missing"),
        ("sub", "subject_missing"),
        ("exp", "expiry_missing"),
        ("iat", "issued_at_missing"),
        ("nonce", "forwarded"),
        ("email", "forwarded"),
    ] {
        let mut claims = id_token();
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(reason(bench(&issuer).ask(&issuer.untyped(&claims))), expected, "{name}");
    }
}

#[test]
fn the_authorized_party_is_one_of_us() {
    let issuer = Issuer::new("k");
    for (audience, party, expected) in [
        (json!("shop-web"), Value::Null, "forwarded"),
        (json!(["shop-web"]), Value::Null, "forwarded"),
        (json!("shop-web"), json!("shop-web"), "forwarded"),
        (json!("shop-web"), json!("shop-api"), "forwarded"),
        (json!(["shop-web", "other"]), json!("shop-web"), "forwarded"),
        (json!(["shop-web", "other"]), Value::Null, "authorized_party_missing"),
        (json!(["shop-web", "shop-web"]), Value::Null, "authorized_party_missing"),
        (json!(["shop-web", "other"]), json!("other"), "authorized_party_wrong"),
        (json!("shop-web"), json!("other"), "authorized_party_wrong"),
        (json!("shop-web"), json!(""), "authorized_party_malformed"),
        (json!("shop-web"), json!(["shop-web"]), "authorized_party_malformed"),
        (json!("other"), json!("shop-web"), "audience_wrong"),
    ] {
        let mut claims = id_token();
        claims["aud"] = audience.clone();
        if !party.is_null() {
            claims["azp"] = party.clone();
        }
        let token = issuer.untyped(&claims);
        assert_eq!(reason(bench(&issuer).ask(&token)), expected, "{audience} {party}");
    }
}

#[test]
fn the_party_of_an_access_token_is_not_asked() {
    let issuer = Issuer::new("k");
    let bench = Bench::new(inline("access_token", &issuer), any_of(&["corp"]));
    assert_eq!(reason(bench.ask(&issuer.token("at+jwt", &with("azp", json!("other"))))), "forwarded");
}

#[test]
fn it_grants_no_scopes() {
    let issuer = Issuer::new("k");
    let mut claims = id_token();
    claims["scope"] = json!("orders:read");
    let identity = forwarded(bench(&issuer).ask(&issuer.untyped(&claims))).identity.unwrap();
    assert!(identity.facts().scopes.is_empty());
}

#[test]
fn a_logout_token_without_type_is_none() {
    let issuer = Issuer::new("k");
    for kind in ["id_token", "generic"] {
        let bench = Bench::new(inline(kind, &issuer), any_of(&["corp"]));
        let mut claims = id_token();
        // Of a generic token, it would say the same as `events`: that it is of another kind.
        claims.as_object_mut().unwrap().remove("nonce");
        claims["events"] = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
        assert_eq!(reason(bench.ask(&issuer.untyped(&claims))), "type_wrong", "{kind}");
        claims.as_object_mut().unwrap().remove("events");
        assert_eq!(reason(bench.ask(&issuer.untyped(&claims))), "forwarded", "{kind}");
    }
}
