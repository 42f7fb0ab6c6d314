//! What the state of the keys does to requests.

use super::*;
use contract::{Cause, FetchError, Reply};

#[test]
fn a_request_waits_for_the_first_keys_and_for_nothing_else() {
    let issuer = Issuer::new("k");
    let bench = Bench::new(remote(), any_of(&["corp"]));
    let token = issuer.token("at+jwt", &claims());
    let now = UnixTime::from_seconds(NOW);
    let Verdict::Wait(wait) = bench.ask(&token) else { panic!("does not wait") };
    assert_eq!((wait.reason, wait.at_most), (WaitReason::ColdKeys, Duration::from_millis(700)));
    assert_eq!(wait.otherwise.reason, "keys_never_loaded");
    assert!(matches!(wait.otherwise.cause, Cause::Unavailable { .. }));
    assert_eq!(reason(bench.decide(&[], now)), "credential_missing");
    assert_eq!(reason(bench.ask("a.b.c")), "token_not_base64url");
    assert_eq!(reason(bench.ask(&issuer.token("at+jwt", &with("iss", json!("x"))))), "issuer_unknown");

    let background = bench.stage.background().unwrap();
    let fetches = background.due(&backstage(now)).fetches;
    assert_eq!(fetches.iter().map(|fetch| fetch.id).collect::<Vec<_>>(), [FetchId(0)]);
    assert!(background.due(&backstage(now)).fetches.is_empty());
    assert_eq!(
        background.fetched(FetchId(0), Err(FetchError::NoAnswer), &backstage(now)),
        Err("fetch_no_answer")
    );
    assert_eq!(
        background.fetched(FetchId(1), Ok(Reply::untagged(b"{}")), &backstage(now)),
        Ok(false),
        "nobody asked for it"
    );
    assert_eq!(reason(bench.ask(&token)), "waits");
    assert!(bench.load(&issuer.jwks(), now));
    assert_eq!(reason(bench.ask(&token)), "forwarded");
}

#[test]
fn stale_keys_refuse_known_tokens_too() {
    let issuer = Issuer::new("k");
    let bench = Bench::new(remote(), any_of(&["corp"]));
    let token = issuer.token("at+jwt", &with("exp", json!(NOW + 1_000_000)));
    let now = UnixTime::from_seconds(NOW);
    bench.load(&issuer.jwks(), now);
    assert_eq!(reason(bench.ask(&token)), "forwarded");
    let later = UnixTime::from_seconds(NOW + 86_401);
    let Verdict::Refuse(refusal) = bench.ask_at(&token, later) else { panic!("not refused") };
    assert_eq!(refusal.reason, "keys_stale");
    assert!(matches!(refusal.cause, Cause::Unavailable { .. }));
    bench.load(&issuer.jwks(), later);
    assert_eq!(reason(bench.ask_at(&token, later)), "forwarded");
}

#[test]
fn a_key_that_left_the_set_ends_the_tokens_that_were_known() {
    let (old, new) = (Issuer::new("old"), Issuer::new("new"));
    let bench = Bench::new(remote(), any_of(&["corp"]));
    let now = UnixTime::from_seconds(NOW);
    bench.load(&old.jwks(), now);
    let (of_old, of_new) = (old.token("at+jwt", &claims()), new.token("at+jwt", &claims()));
    let first = forwarded(bench.ask(&of_old)).identity.unwrap();
    let second = forwarded(bench.ask(&of_old)).identity.unwrap();
    assert!(Rc::ptr_eq(&first, &second), "the second is the known one");
    assert_eq!(reason(bench.ask(&of_new)), "key_unknown");
    bench.load(&old.jwks(), now);
    let same = forwarded(bench.ask(&of_old)).identity.unwrap();
    assert!(Rc::ptr_eq(&first, &same), "an unchanged set forgets nothing");
    bench.load(&new.jwks(), now);
    assert_eq!(reason(bench.ask(&of_old)), "key_unknown");
    assert_eq!(reason(bench.ask(&of_new)), "forwarded");
}

#[test]
fn an_unknown_key_waits_for_one_fetch_and_is_refused_when_that_has_not_brought_it() {
    let (issuer, other) = (Issuer::new("k"), Issuer::new("new"));
    let bench = Bench::new(remote(), any_of(&["corp"]));
    let background = bench.stage.background().unwrap();
    let (loaded, now) = (UnixTime::from_seconds(NOW - 10), UnixTime::from_seconds(NOW));
    assert_eq!(background.due(&backstage(loaded)).fetches.len(), 1);
    assert!(bench.load(&issuer.jwks(), loaded));
    assert!(background.due(&backstage(now)).fetches.is_empty());

    let token = other.token("at+jwt", &claims());
    for _ in ["the first", "the second"] {
        let Verdict::Wait(wait) = bench.ask(&token) else { panic!("does not wait") };
        assert_eq!((wait.reason, wait.at_most), (WaitReason::UnknownKey, Duration::from_millis(800)));
        assert_eq!(wait.otherwise.reason, "key_unknown");
        assert_eq!(wait.otherwise.cause, Cause::CredentialInvalid);
    }
    assert_eq!(background.due(&backstage(now)).fetches.len(), 1, "one for all that wait");
    assert!(background.due(&backstage(now)).fetches.is_empty());
    assert!(bench.load(&issuer.jwks(), now));
    let refusal = refused(bench.ask(&token));
    assert_eq!((refusal.reason, refusal.cause), ("key_unknown", Cause::CredentialInvalid));
    assert!(background.due(&backstage(now)).fetches.is_empty(), "the fetch counts");

    let later = UnixTime::from_seconds(NOW + 31);
    assert_eq!(reason(bench.ask_at(&token, later)), "waits", "it may be there by now");
    assert_eq!(background.due(&backstage(later)).fetches.len(), 1);
    assert!(bench.load(&other.jwks(), later));
    assert_eq!(reason(bench.ask_at(&token, later)), "forwarded");
}

#[test]
fn nobody_waits_for_a_key_that_a_set_of_just_now_lacks() {
    let token = Issuer::new("new").token("at+jwt", &claims());
    for (age, expected, fetches) in [(9, "key_unknown", 0), (10, "waits", 1)] {
        let (now, loaded) = (UnixTime::from_seconds(NOW), UnixTime::from_seconds(NOW - age));
        let bench = Bench::new(remote(), any_of(&["corp"]));
        let background = bench.stage.background().unwrap();
        assert_eq!(background.due(&backstage(loaded)).fetches.len(), 1);
        bench.load(&Issuer::new("k").jwks(), loaded);
        assert_eq!(reason(bench.ask(&token)), expected, "{age}");
        assert_eq!(background.due(&backstage(now)).fetches.len(), fetches, "{age}");
    }
}
