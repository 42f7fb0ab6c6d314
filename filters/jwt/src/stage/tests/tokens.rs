//! Which tokens are accepted, by kind, claim and time.

use super::*;
use crate::Claim;
use contract::{Cause, CredentialKind, Edit};

#[test]
fn a_good_access_token_becomes_an_identity_and_is_not_forwarded() {
    let issuer = Issuer::new("k");
    let bench = Bench::new(inline("access_token", &issuer), any_of(&["corp"]));
    let forward = forwarded(bench.ask(&issuer.token("at+jwt", &claims())));
    assert_eq!(forward.request.iter().collect::<Vec<_>>(), [&Edit::Remove(b"authorization".to_vec())]);
    let identity = forward.identity.unwrap();
    let facts = identity.facts();
    assert_eq!((facts.provider.as_str(), facts.kind), ("corp", CredentialKind::AccessToken));
    assert_eq!((facts.issuer.as_str(), facts.subject.as_str()), (ISSUER, "alice"));
    assert_eq!(facts.audience, ["shop-api"]);
    assert_eq!(facts.scopes, ["orders:read", "orders:write"]);
    assert_eq!((facts.expires, &facts.transaction), (NOW + 300, &None));
    assert_eq!(Value::Object(facts.claims.clone()), claims());
}

#[test]
fn the_credential_is_forwarded_only_where_the_provider_says_so() {
    let issuer = Issuer::new("k");
    let mut providers = inline("access_token", &issuer);
    providers["corp"]["forward"] = json!(true);
    let bench = Bench::new(providers, any_of(&["corp"]));
    assert!(forwarded(bench.ask(&issuer.token("at+jwt", &claims()))).request.is_empty());
}

#[test]
fn access_tokens_are_judged_by_rfc_9068() {
    use Claim::{Audience, Client, Expires, IssuedAt, NotBefore, Scope, Subject, TokenId};
    use TokenError::*;
    let issuer = Issuer::new("k");
    let bench = Bench::new(inline("access_token", &issuer), any_of(&["corp"]));
    let long = "a".repeat(1_025);
    for (claims, error) in [
        (without("iss"), ClaimMissing(Claim::Issuer)),
        (without("exp"), ClaimMissing(Expires)),
        (without("aud"), ClaimMissing(Audience)),
        (without("sub"), ClaimMissing(Subject)),
        (without("client_id"), ClaimMissing(Client)),
        (without("iat"), ClaimMissing(IssuedAt)),
        (without("jti"), ClaimMissing(TokenId)),
        (with("iss", json!("https://issuer.test/")), IssuerUnknown),
        (with("iss", json!([ISSUER])), ClaimMalformed(Claim::Issuer)),
        (with("aud", json!("other")), AudienceWrong),
        (with("aud", json!("SHOP-API")), AudienceWrong),
        (with("aud", json!([])), ClaimMalformed(Audience)),
        (with("aud", json!(["shop-api", 1])), ClaimMalformed(Audience)),
        (with("aud", json!({"shop-api": 1})), ClaimMalformed(Audience)),
        (with("aud", json!(vec!["shop-api"; 65])), ClaimMalformed(Audience)),
        (with("sub", json!("")), ClaimMalformed(Subject)),
        (with("sub", json!(7)), ClaimMalformed(Subject)),
        (with("sub", json!(["alice"])), ClaimMalformed(Subject)),
        (with("sub", json!(long)), ClaimMalformed(Subject)),
        (with("client_id", json!("")), ClaimMalformed(Client)),
        (with("jti", json!(1)), ClaimMalformed(TokenId)),
        (with("exp", json!((NOW + 300).to_string())), ClaimMalformed(Expires)),
        (with("exp", json!(-1)), ClaimMalformed(Expires)),
        (with("exp", json!(1e30)), ClaimMalformed(Expires)),
        (with("exp", json!(null)), ClaimMalformed(Expires)),
        (with("nbf", json!("0")), ClaimMalformed(NotBefore)),
        (with("iat", json!("0")), ClaimMalformed(IssuedAt)),
        (with("exp", json!(NOW - 60)), Expired),
        (with("nbf", json!(NOW + 61)), NotYetValid),
        (with("iat", json!(NOW + 61)), IssuedInFuture),
        (with("scope", json!(["orders:read"])), ClaimMalformed(Scope)),
        (with("sub", json!("zoë\u{0}")), ClaimMalformed(Subject)),
        (with("events", json!({})), TypeWrong),
        (with("nonce", json!("n")), TypeWrong),
    ] {
        let verdict = bench.ask(&issuer.token("at+jwt", &claims));
        assert_eq!(reason(verdict), error.reason(), "{claims}");
        assert_eq!(error.cause(), Cause::CredentialInvalid);
    }
    for claims in [
        with("aud", json!(["other", "shop-web"])),
        with("exp", json!(NOW - 59)),
        with("exp", json!(NOW as f64 + 0.5)),
        with("nbf", json!(NOW + 60)),
        with("iat", json!(NOW + 60)),
        with("sub", json!("zoë")),
        without("scope"),
    ] {
        assert_eq!(reason(bench.ask(&issuer.token("at+jwt", &claims))), "forwarded", "{claims}");
    }
}

#[test]
fn kinds_of_token_exclude_one_another() {
    let issuer = Issuer::new("k");
    for (kind, types) in [
        ("access_token", ["at+jwt", "AT+JWT", "application/at+jwt"].as_slice()),
        ("generic", &["JWT", "jwt", "application/jwt"]),
        ("id_token", &["JWT", "jwt", "application/jwt"]),
    ] {
        let bench = Bench::new(inline(kind, &issuer), any_of(&["corp"]));
        for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "JWT", "jwt", "application/jwt"]
            .into_iter()
            .chain(["txntoken+jwt", "dpop+jwt", "logout+jwt", "secevent+jwt", "text/at+jwt", ""])
        {
            let expected = if types.contains(&typ) { "forwarded" } else { "type_wrong" };
            assert_eq!(reason(bench.ask(&issuer.token(typ, &claims()))), expected, "{kind} {typ:?}");
        }
        let untyped = issuer.sign(&json!({"alg": "EdDSA", "kid": "k"}), &claims());
        let expected = if kind != "access_token" { "forwarded" } else { "type_wrong" };
        assert_eq!(reason(bench.ask(&untyped)), expected);
    }
}

#[test]
fn a_token_of_any_kind_that_is_bound_to_its_sender_is_no_bearer_token() {
    let issuer = Issuer::new("k");
    for (kind, typ) in [("access_token", "at+jwt"), ("generic", "JWT")] {
        let bench = Bench::new(inline(kind, &issuer), any_of(&["corp"]));
        for confirmation in [
            json!({"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}),
            json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
            json!({"unheard_of": 1}),
            json!({}),
            json!(null),
        ] {
            let token = issuer.token(typ, &with("cnf", confirmation.clone()));
            for _ in ["first", "again"] {
                let Verdict::Refuse(refusal) = bench.ask(&token) else { panic!("{kind} {confirmation}") };
                let found = (refusal.reason, refusal.cause);
                assert_eq!(
                    found,
                    ("sender_constrained", Cause::CredentialInvalid),
                    "{kind} {confirmation}"
                );
            }
        }
    }
}

#[test]
fn a_generic_token_needs_less_but_never_nothing() {
    let issuer = Issuer::new("k");
    let bench = Bench::new(inline("generic", &issuer), any_of(&["corp"]));
    for (name, expected) in [
        ("client_id", "forwarded"),
        ("jti", "forwarded"),
        ("iat", "forwarded"),
        ("iss", "issuer_missing"),
        ("exp", "expiry_missing"),
        ("aud", "audience_missing"),
        ("sub", "subject_missing"),
    ] {
        assert_eq!(reason(bench.ask(&issuer.token("JWT", &without(name)))), expected, "{name}");
    }
}

#[test]
fn a_known_token_ends_exactly_at_the_leeway() {
    let issuer = Issuer::new("k");
    let bench = Bench::new(inline("access_token", &issuer), any_of(&["corp"]));
    let token = issuer.token("at+jwt", &with("nbf", json!(NOW)));
    let at = UnixTime::from_seconds;
    let tick = Duration::from_nanos(1);
    for (now, expected) in [
        (at(NOW), "forwarded"),
        (at(NOW - 60), "forwarded"),
        (at(NOW - 60).minus(tick), "not_yet_valid"),
        (at(NOW + 360).minus(tick), "forwarded"),
        (at(NOW + 360), "expired"),
        (at(NOW), "forwarded"),
    ] {
        assert_eq!(reason(bench.ask_at(&token, now)), expected, "{now:?}");
    }
}

#[test]
fn a_scope_that_is_missing_is_named() {
    let issuer = Issuer::new("k");
    let mut providers = inline("access_token", &issuer);
    providers["corp"]["required_scopes"] = json!(["orders:read", "orders:admin"]);
    let bench = Bench::new(providers, any_of(&["corp"]));
    let Verdict::Refuse(refusal) = bench.ask(&issuer.token("at+jwt", &claims())) else { panic!() };
    let scope = "orders:read orders:admin".to_owned();
    assert_eq!((refusal.reason, refusal.cause), ("scope_insufficient", Cause::ScopeInsufficient { scope }));
    let enough = with("scope", json!(" orders:admin  orders:read x"));
    assert_eq!(reason(bench.ask(&issuer.token("at+jwt", &enough))), "forwarded");
}
