//! The workers of one proxy share one schedule and one set.

use std::cell::Cell;

use contract::{Conflict, Entry, StoreError};

use super::*;

#[test]
fn a_proxy_fetches_once_at_start_and_once_an_interval() {
    let document = new_set("a");
    let mut proxy = Proxy::new(3, Ok(document.clone()));
    proxy.run(at(1));
    assert!(proxy.all_have(&document));
    assert_eq!(proxy.workers.iter().map(|worker| worker.news).sum::<usize>(), 2, "the others have news");
    proxy.run(at(3 * INTERVAL + 10));
    assert_eq!(proxy.started(), [0, 300, 600, 900]);
    assert!(proxy.all_have(&document));
    assert!(proxy.world.counted.borrow().is_empty());
}

#[test]
fn without_a_secret_every_worker_fetches_for_itself() {
    let document = new_set("a");
    let mut proxy = Proxy::with(3, Ok(document.clone()), None);
    proxy.run(at(INTERVAL + 10));
    assert_eq!(proxy.started(), [0, 0, 0, 300, 300, 300]);
    assert!(proxy.all_have(&document));
    assert_eq!(proxy.world.value(&proxy.names().schedule), b"");
}

#[test]
fn an_unchanged_set_stays_the_same_for_every_worker_and_a_new_one_reaches_all() {
    let mut proxy = Proxy::new(3, Ok(new_set("a")));
    proxy.run(at(1));
    let first = proxy.sets();
    proxy.run(at(INTERVAL + 1));
    for (first, second) in first.iter().zip(proxy.sets()) {
        assert!(Rc::ptr_eq(first.as_ref().unwrap(), &second.unwrap()));
    }
    let new = new_set("b");
    proxy.answer = Ok(new.clone());
    proxy.run(at(2 * INTERVAL + 1));
    assert!(proxy.all_have(&new));
}

#[test]
fn a_proxy_backs_off_in_one_sequence_and_recovers() {
    let mut proxy = Proxy::new(3, Err(FetchError::Status(500)));
    proxy.run(at(200));
    assert_eq!(proxy.started(), [0, 1, 3, 7, 15, 31, 63, 124, 184]);
    assert!(proxy.sets().iter().all(Option::is_none));
    let document = new_set("a");
    proxy.answer = Ok(document.clone());
    proxy.run(at(246));
    assert!(proxy.all_have(&document));
}

#[test]
fn another_worker_takes_over_when_the_one_that_fetches_dies() {
    let document = new_set("a");
    let mut proxy = Proxy::new(3, Ok(document.clone()));
    proxy.run(at_millis(50));
    let leader = proxy.workers.iter().position(|worker| !worker.started.is_empty()).unwrap();
    proxy.workers[leader] = proxy.worker();
    proxy.run(at_millis(2_950));
    assert_eq!(proxy.started(), [0; 0], "its answer may still come");
    proxy.run(at(4));
    assert_eq!(proxy.started(), [3]);
    assert!(proxy.all_have(&document));
}

#[test]
fn a_new_configuration_and_a_new_worker_have_keys_at_once_and_fetch_nothing() {
    let document = new_set("a");
    let mut proxy = Proxy::new(3, Ok(document.clone()));
    proxy.run(at(100));
    proxy.configure(3);
    assert!(proxy.all_have(&document), "before the first tick");
    proxy.run(at(200));
    proxy.workers[0] = proxy.worker();
    assert!(proxy.all_have(&document));
    proxy.run(at(INTERVAL - 1));
    assert_eq!(proxy.started(), [0; 0]);
    proxy.run(at(INTERVAL + 1));
    assert_eq!(proxy.started(), [300]);
}

#[test]
fn a_set_that_is_too_old_or_from_the_future_is_not_taken_over() {
    let mut proxy = Proxy::new(1, Ok(new_set("a")));
    proxy.run(at(1));
    let set_at = |now| proxy.worker().source.current(now);
    assert!(matches!(set_at(at(0)), Keys::Ready(_)), "clocks of workers may differ a little");
    assert!(matches!(set_at(at(MAX_STALE)), Keys::Ready(_)));
    assert_eq!(set_at(at(MAX_STALE + 2)), Keys::Cold);
    assert_eq!(set_at(at(0).minus(Duration::from_secs(5))), Keys::Cold);
}

#[test]
fn a_clock_that_is_set_back_stops_nobody() {
    let mut proxy = Proxy::new(3, Ok(new_set("a")));
    proxy.now = at(3_600);
    proxy.run(at(3_601));
    let document = new_set("b");
    (proxy.answer, proxy.now) = (Ok(document.clone()), at(0));
    proxy.run(at(1));
    assert!(proxy.all_have(&document));
    assert_eq!(proxy.started(), [0, 3_600]);
    proxy.run(at(INTERVAL + 1));
    assert_eq!(proxy.started(), [0, 300, 3_600]);
}

#[test]
fn a_store_that_fails_leaves_each_worker_to_itself() {
    let sharing = Sharing::from_secret(SECRET).unwrap();
    let with = KeysFor { sharing: Some(&sharing), ..crate::test_keys::for_tests() };
    let (source, world) = (KeySource::new(remote(), &with).unwrap(), World::default());
    let env = |now| BackgroundEnv { store: &crate::test_keys::Nothing, ..world.env(now) };
    assert_eq!(source.due(&env(at(0))).fetches.len(), 1);
    assert_eq!(source.due(&env(at(1))).fetches.len(), 0);
    assert_eq!(source.fetched(Ok(Reply::untagged(&new_set("a"))), &env(at(1))), Ok(true));
    assert!(matches!(source.current(at(1)), Keys::Ready(_)));
    assert_eq!(source.due(&env(at(INTERVAL))).fetches.len(), 0);
    assert_eq!(source.due(&env(at(INTERVAL + 1))).fetches.len(), 1);
    assert!(world.counted("jwt.sharing.unavailable") > 0);
}

/// A store in which something happens before the second reading.
struct Interrupted<'a> {
    store: &'a MemoryStore,
    readings: Cell<u32>,
    happens: &'a dyn Fn(),
}

impl Store for Interrupted<'_> {
    fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.readings.set(self.readings.get() + 1);
        if self.readings.get() == 2 {
            (self.happens)();
        }
        self.store.read(key)
    }

    fn swap(&self, key: &str, value: &[u8], expected: Version) -> Result<(), Conflict> {
        self.store.swap(key, value, expected)
    }
}

#[test]
fn a_worker_that_sees_a_success_while_it_takes_the_lead_takes_the_set_instead() {
    let mut proxy = Proxy::new(2, Ok(new_set("a")));
    let other = proxy.workers.remove(0).source;
    let fetches = || {
        assert_eq!(other.due(&proxy.world.env(at(0))).fetches.len(), 1);
        assert_eq!(other.fetched(Ok(Reply::untagged(&new_set("a"))), &proxy.world.env(at(0))), Ok(true));
    };
    let store = Interrupted { store: &proxy.world.store, readings: Cell::new(0), happens: &fetches };
    let env = BackgroundEnv { store: &store, ..proxy.world.env(at(0)) };
    let source = &proxy.workers[0].source;
    assert_eq!(source.due(&env), Due::default());
    assert_eq!(source.due(&env), Due { news: true, ..Due::default() });
    assert_eq!(source.current(at(0)), other.current(at(0)));
}

#[test]
fn sources_share_exactly_what_is_the_same() {
    let names = |raw: &RawKeys, key_use, issuer| shared_key_names(raw, key_use, issuer);
    let changed = |pointer: &str, value: Value| {
        let mut raw = json!({"remote": {"cluster": "issuer", "authority": "issuer.test", "path": "/jwks"}});
        *raw.pointer_mut(pointer).unwrap() = value;
        serde_json::from_value::<RawKeys>(raw).unwrap()
    };
    let ours = names(&remote(), KeyUse::Signature, Some(ISSUER)).unwrap();
    let same = changed("/remote/path", json!("/jwks"));
    assert_eq!(names(&same, KeyUse::Signature, Some(ISSUER)).as_ref(), Some(&ours), "timing is not in it");
    let discovery =
        json!({"discovery": {"cluster": "issuer", "authority": "issuer.test", "path": "/jwks"}});
    for (raw, key_use, issuer) in [
        (changed("/remote/cluster", json!("x")), KeyUse::Signature, Some(ISSUER)),
        (changed("/remote/authority", json!("x")), KeyUse::Signature, Some(ISSUER)),
        (changed("/remote/path", json!("/x")), KeyUse::Signature, Some(ISSUER)),
        (serde_json::from_value(discovery).unwrap(), KeyUse::Signature, Some(ISSUER)),
        (same.clone(), KeyUse::JwtSvid, Some(ISSUER)),
        (same.clone(), KeyUse::Signature, Some("https://other.test")),
        (same, KeyUse::Signature, None),
    ] {
        assert_ne!(names(&raw, key_use, issuer).unwrap(), ours, "{raw:?}");
    }
    assert_eq!(names(&RawKeys::Inline(Value::Null), KeyUse::Signature, None), None);
    let prefix = ours.set.strip_suffix(".document").unwrap();
    assert!(prefix.starts_with("watchword.keys."));
    assert_eq!(ours.schedule, format!("{prefix}.schedule"));
}
