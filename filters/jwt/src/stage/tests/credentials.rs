//! Which credential is looked at, and by whose rules it is judged.

use super::*;
use contract::Cause;
use jose::JoseError;

#[test]
fn forged_and_malformed_tokens_are_refused_by_their_reason() {
    let (issuer, other) = (Issuer::new("k"), Issuer::new("k"));
    let bench = Bench::new(inline("access_token", &issuer), any_of(&["corp"]));
    let good = issuer.token("at+jwt", &claims());
    let none = issuer.sign(&json!({"alg": "none", "typ": "at+jwt"}), &claims());
    let rs256 = issuer.sign(&json!({"alg": "RS256", "typ": "at+jwt", "kid": "k"}), &claims());
    let critical = issuer.sign(&json!({"alg": "EdDSA", "typ": "at+jwt", "crit": ["x"], "x": 1}), &claims());
    for (token, reason_word) in [
        (other.token("at+jwt", &claims()), JoseError::SignatureInvalid.reason()),
        (Issuer::new("new").token("at+jwt", &claims()), JoseError::UnknownKey.reason()),
        (none, JoseError::AlgorithmUnknown.reason()),
        (rs256, JoseError::AlgorithmNotAllowed.reason()),
        (critical, JoseError::ExtensionCritical.reason()),
        (format!("{good}.a"), JoseError::NotCompact.reason()),
        ("a.b.c".to_owned(), JoseError::NotBase64url.reason()),
        (good.replacen('.', "", 1), JoseError::NotCompact.reason()),
        (format!("{good}="), TokenError::CredentialMalformed.reason()),
    ] {
        let Verdict::Refuse(refusal) = bench.ask(&token) else { panic!("{token}") };
        assert_eq!((refusal.reason, refusal.cause), (reason_word, Cause::CredentialInvalid), "{token}");
    }
}

#[test]
fn what_is_absent_doubled_or_of_another_scheme_depends_on_the_route() {
    let issuer = Issuer::new("k");
    let corp = || vec!["corp".to_owned()];
    let token = format!("Bearer {}", issuer.token("at+jwt", &claims()));
    let expired = format!("Bearer {}", issuer.token("at+jwt", &with("exp", json!(1))));
    for (authenticate, values, expected) in [
        (Authenticate::AnyOf(corp()), [].as_slice(), "credential_missing"),
        (Authenticate::AnyOf(corp()), &["Basic YTpi"], "scheme_not_bearer"),
        (Authenticate::AnyOf(corp()), &[&*token, &*token], "credential_duplicated"),
        (Authenticate::AnyOf(corp()), &[&*format!("{token},{token}")], "credential_duplicated"),
        (Authenticate::Optional(corp()), &[], "forwarded"),
        (Authenticate::Optional(corp()), &[&*token], "forwarded"),
        (Authenticate::Optional(corp()), &["Basic YTpi"], "scheme_not_bearer"),
        (Authenticate::Optional(corp()), &[&*expired], "expired"),
        (Authenticate::Optional(corp()), &[&*token, &*token], "credential_duplicated"),
        (Authenticate::Anybody, &[], "forwarded"),
        (Authenticate::Anybody, &[&*token], "forwarded"),
        (Authenticate::Anybody, &[&*expired], "expired"),
        (Authenticate::None, &[&*expired, &*expired], "forwarded"),
        (any_of(&["internal"]), &[&*expired], "forwarded"),
    ] {
        let bench = Bench::new(inline("access_token", &issuer), authenticate.clone());
        let verdict = bench.decide(values, UnixTime::from_seconds(NOW));
        assert_eq!(reason(verdict), expected, "{authenticate:?} {}", values.len());
    }
}

#[test]
fn another_scheme_is_challenged_as_no_credential_is() {
    let bench = Bench::new(inline("access_token", &Issuer::new("k")), any_of(&["corp"]));
    for values in [[].as_slice(), &["Basic YTpi"], &["a.b.c"], &["\u{ff}"]] {
        let verdict = bench.decide(values, UnixTime::from_seconds(NOW));
        let Verdict::Refuse(refusal) = verdict else { panic!("{values:?}") };
        assert_eq!(refusal.cause, Cause::CredentialMissing, "{values:?}");
    }
}

#[test]
fn a_credential_beside_a_verified_caller_is_refused_where_it_would_be_looked_at() {
    let issuer = Issuer::new("k");
    let corp = || vec!["corp".to_owned()];
    let token = format!("Bearer {}", issuer.token("at+jwt", &claims()));
    let verified = Bench::new(inline("access_token", &issuer), any_of(&["corp"]));
    let now = UnixTime::from_seconds(NOW);
    let earlier = forwarded(verified.decide(&[&token], now)).identity.unwrap();
    for (authenticate, values, expected) in [
        (Authenticate::AnyOf(corp()), [&*token].as_slice(), "credential_beside_another"),
        (Authenticate::Optional(corp()), &[&*token], "credential_beside_another"),
        (Authenticate::Optional(corp()), &["Bearer a.b.c"], "credential_beside_another"),
        (Authenticate::Optional(corp()), &[], "forwarded"),
        (Authenticate::Anybody, &[&*token], "credential_beside_another"),
        (Authenticate::Anybody, &[], "forwarded"),
        (Authenticate::None, &[&*token], "forwarded"),
        (any_of(&["internal"]), &[&*token], "forwarded"),
    ] {
        let bench = Bench::new(inline("access_token", &issuer), authenticate.clone());
        let verdict = bench.decide_after(Some(&earlier), values, now);
        assert_eq!(reason(verdict), expected, "{authenticate:?} {values:?}");
    }
    assert_eq!(TokenError::CredentialBesideAnother.cause(), Cause::CredentialAmbiguous);
}

#[test]
fn nobody_and_routes_of_others_get_no_identity_and_no_edit() {
    let issuer = Issuer::new("k");
    let token = issuer.token("at+jwt", &claims());
    for authenticate in [Authenticate::None, any_of(&["internal"])] {
        let bench = Bench::new(inline("access_token", &issuer), authenticate);
        let forward = forwarded(bench.ask(&token));
        assert!(forward.identity.is_none() && forward.request.is_empty());
    }
}

#[test]
fn a_token_is_judged_by_its_own_issuers_keys_and_rules_only() {
    let (corp, partner) = (Issuer::new("k"), Issuer::new("k"));
    let mut providers = inline("access_token", &corp);
    providers["partner"] = provider("access_token", json!({"inline": partner.jwks()}));
    providers["partner"]["issuer"] = json!("https://partner.test");
    providers["partner"]["audiences"] = json!(["partner-api"]);
    let both = Bench::new(providers.clone(), any_of(&["corp", "partner"]));
    let corp_only = Bench::new(providers, any_of(&["corp"]));

    let mut of_partner = with("iss", json!("https://partner.test"));
    of_partner["aud"] = json!("partner-api");
    let token = partner.token("at+jwt", &of_partner);
    assert_eq!(forwarded(both.ask(&token)).identity.unwrap().provider(), "partner");
    assert_eq!(reason(corp_only.ask(&token)), "issuer_unknown");
    assert_eq!(reason(both.ask(&corp.token("at+jwt", &of_partner))), "signature_invalid");
    of_partner["aud"] = json!("shop-api");
    assert_eq!(reason(both.ask(&partner.token("at+jwt", &of_partner))), "audience_wrong");
}
