//! One worker that shares nothing.

use super::*;
use crate::MAX_KEY_SET_BYTES;

/// A source with its surroundings.
struct Bench {
    source: KeySource,
    world: World,
}

impl Bench {
    fn new(raw: RawKeys) -> Self {
        let world = World::default();
        Self { source: world.source(raw, None), world }
    }

    fn due(&self, now: UnixTime) -> Option<Fetch> {
        self.source.due(&self.world.env(now)).fetches.pop()
    }

    fn fetched(&self, outcome: Result<&[u8], FetchError>, now: UnixTime) -> bool {
        self.source.fetched(outcome.map(Reply::untagged), &self.world.env(now)) == Ok(true)
    }

    fn current(&self, now: UnixTime) -> Keys {
        self.source.current(now)
    }
}

fn source() -> Bench {
    Bench::new(remote())
}

fn ready(source: &Bench, now: UnixTime) -> Rc<KeySet> {
    let Keys::Ready(keys) = source.current(now) else { panic!("not ready") };
    keys
}

#[test]
fn is_cold_until_the_first_good_set_has_come() {
    let source = source();
    assert_eq!(source.current(at(0)), Keys::Cold);
    let fetch = source.due(at(0)).unwrap();
    assert_eq!((fetch.id, fetch.cluster.as_str(), fetch.path.as_str()), (FetchId(7), "issuer", "/jwks"));
    assert_eq!((fetch.timeout, fetch.max_bytes), (Duration::from_secs(2), MAX_KEY_SET_BYTES));
    assert!(source.due(at(1)).is_none(), "one is under way");
    assert!(source.fetched(Ok(&body(&Es256Issuer::new("a").jwk())), at(1)));
    assert_eq!(ready(&source, at(1)).len(), 1);
}

#[test]
fn a_bad_outcome_never_replaces_a_good_set() {
    let source = source();
    assert!(source.due(at(0)).is_some());
    assert!(source.fetched(Ok(&body(&Es256Issuer::new("a").jwk())), at(0)));
    let good = ready(&source, at(0));
    let mut now = 300;
    for outcome in [
        Ok(b"<html>".as_slice()),
        Ok(b"{}"),
        Ok(br#"{"keys":[]}"#),
        Ok(br#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#),
        Err(FetchError::NotStarted),
        Err(FetchError::NoAnswer),
        Err(FetchError::Status(500)),
        Err(FetchError::TooLarge),
    ] {
        assert!(source.due(at(now)).is_some(), "{outcome:?}");
        assert!(!source.fetched(outcome, at(now)));
        assert!(Rc::ptr_eq(&ready(&source, at(now)), &good));
        now += 60;
    }
}

#[test]
fn an_unchanged_set_stays_the_same_and_a_changed_one_replaces_it() {
    let source = source();
    let (old, new) = (body(&Es256Issuer::new("a").jwk()), body(&Es256Issuer::new("a").jwk()));
    source.fetched(Ok(&old), at(0));
    let first = ready(&source, at(0));
    source.fetched(Ok(&old), at(300));
    assert!(Rc::ptr_eq(&ready(&source, at(300)), &first));
    source.fetched(Ok(&new), at(600));
    assert!(!Rc::ptr_eq(&ready(&source, at(600)), &first));
}

#[test]
fn is_stale_when_the_last_good_set_is_too_old_and_recovers() {
    let source = source();
    let document = body(&Es256Issuer::new("a").jwk());
    source.fetched(Ok(&document), at(0));
    source.fetched(Err(FetchError::NoAnswer), at(500));
    assert!(matches!(source.current(at(MAX_STALE)), Keys::Ready(_)));
    assert_eq!(source.current(at(MAX_STALE + 1)), Keys::Stale);
    source.fetched(Ok(&document), at(2_000));
    assert!(matches!(source.current(at(2_000)), Keys::Ready(_)));
}

#[test]
fn an_inline_set_is_ready_for_ever_and_fetches_nothing() {
    let raw = RawKeys::Inline(json!({"keys": [Es256Issuer::new("a").jwk()]}));
    let source = Bench::new(raw);
    source.source.seek("new", at(0));
    assert_eq!(source.due(at(0)), None);
    assert!(!source.fetched(Ok(b"{}"), at(0)));
    assert!(matches!(source.current(UnixTime::MAX), Keys::Ready(_)));
}

#[test]
fn what_is_not_taken_has_a_reason() {
    let source = source();
    for (outcome, reason) in [
        (Ok(b"<html>".as_slice()), "key_set_malformed"),
        (Ok(br#"{"keys":[]}"#), "key_set_no_usable_key"),
        (Ok(br#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#), "key_set_symmetric_key"),
        (Err(FetchError::Status(404)), "fetch_status"),
    ] {
        assert_eq!(
            source.source.fetched(outcome.map(Reply::untagged), &source.world.env(at(0))),
            Err(reason)
        );
    }
}

#[test]
fn chance_brings_the_next_fetch_forward() {
    let mut source = source();
    source.world.chance = Some(1 << 15);
    assert!(source.due(at(0)).is_some());
    assert!(source.fetched(Ok(&new_set("a")), at(0)));
    assert!(source.due(at(284)).is_none());
    assert!(source.due(at(285)).is_some(), "half of a tenth earlier");
}

#[test]
fn survives_a_clock_that_is_set_back_with_the_keys_in_force() {
    let source = source();
    assert!(source.due(at(3_600)).is_some());
    assert!(source.fetched(Ok(&new_set("a")), at(3_600)));
    assert!(matches!(source.current(at(0)), Keys::Ready(_)));
    assert!(source.due(at(0)).is_some());
    assert!(source.fetched(Ok(&new_set("b")), at(0)));
    assert!(source.due(at(1)).is_none());
    assert_eq!(source.current(at(MAX_STALE + 1)), Keys::Stale);
}

#[test]
fn never_starts_twice_within_a_second() {
    let source = source();
    assert!(source.due(at(0)).is_some());
    source.fetched(Err(FetchError::NotStarted), at(0));
    assert!(source.due(at_millis(999)).is_none());
    assert!(source.due(at_millis(1_000)).is_some());
}

#[test]
fn a_secret_that_is_not_there_is_a_configuration_error() {
    let raw = json!({"secret": {"name": "CORP_HS_SECRET", "encoding": "text"}});
    let raw = serde_json::from_value(raw).unwrap();
    let error = KeySource::new(raw, &crate::test_keys::for_tests()).unwrap_err();
    assert_eq!(
        (error.field(), error.to_string().as_str()),
        ("secret.name", "there is no secret `CORP_HS_SECRET`")
    );
}
