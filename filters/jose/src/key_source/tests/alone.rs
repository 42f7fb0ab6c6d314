//! One worker that shares nothing. How documents are kept fresh is tested where that is done; here it is what
//! key sets have of their own.

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

    fn fetched(&self, outcome: Result<&[u8], FetchError>, now: UnixTime) -> Result<bool, &'static str> {
        self.source.fetched(outcome.map(Reply::untagged), &self.world.env(now))
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
    assert_eq!(source.fetched(Ok(&new_set("a")), at(1)), Ok(true));
    assert_eq!(ready(&source, at(1)).len(), 1);
}

#[test]
fn a_bad_outcome_never_replaces_a_good_set() {
    let source = source();
    assert!(source.due(at(0)).is_some());
    assert_eq!(source.fetched(Ok(&new_set("a")), at(0)), Ok(true));
    let good = ready(&source, at(0));
    let mut now = 300;
    for (outcome, reason) in [
        (Ok(b"<html>".as_slice()), "key_set_malformed"),
        (Ok(b"{}"), "key_set_malformed"),
        (Ok(br#"{"keys":[]}"#), "key_set_no_usable_key"),
        (Ok(br#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#), "key_set_symmetric_key"),
        (Err(FetchError::NotStarted), "fetch_not_started"),
        (Err(FetchError::NoAnswer), "fetch_no_answer"),
        (Err(FetchError::Status(500)), "fetch_status"),
        (Err(FetchError::TooLarge), "fetch_too_large"),
    ] {
        assert!(source.due(at(now)).is_some(), "{reason}");
        assert_eq!(source.fetched(outcome, at(now)), Err(reason));
        assert!(Rc::ptr_eq(&ready(&source, at(now)), &good));
        now += 60;
    }
}

#[test]
fn an_unchanged_set_stays_the_same_and_a_changed_one_replaces_it() {
    let source = source();
    let (old, new) = (new_set("a"), new_set("a"));
    assert_eq!(source.fetched(Ok(&old), at(0)), Ok(true));
    let first = ready(&source, at(0));
    assert_eq!(source.fetched(Ok(&old), at(300)), Ok(true));
    assert!(Rc::ptr_eq(&ready(&source, at(300)), &first));
    assert_eq!(source.fetched(Ok(&new), at(600)), Ok(true));
    assert!(!Rc::ptr_eq(&ready(&source, at(600)), &first));
}

#[test]
fn is_stale_after_a_day_where_nothing_is_said_and_fetched_every_five_minutes() {
    let raw = json!({"remote": {"cluster": "issuer", "authority": "issuer.test", "path": "/jwks"}});
    let source = Bench::new(serde_json::from_value(raw).unwrap());
    assert!(source.due(at(0)).is_some());
    assert_eq!(source.fetched(Ok(&new_set("a")), at(0)), Ok(true));
    assert!(source.due(at(299)).is_none());
    assert!(source.due(at(300)).is_some());
    assert!(matches!(source.current(at(86_400)), Keys::Ready(_)));
    assert_eq!(source.current(at(86_401)), Keys::Stale);
}

#[test]
fn an_inline_set_is_ready_for_ever_and_fetches_nothing() {
    let raw = RawKeys::Inline(json!({"keys": [Es256Issuer::new("a").jwk()]}));
    let source = Bench::new(raw);
    source.source.seek("new", at(0));
    assert_eq!(source.due(at(0)), None);
    assert_eq!(source.fetched(Ok(b"{}"), at(0)), Ok(false));
    assert!(matches!(source.current(UnixTime::MAX), Keys::Ready(_)));
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
