//! The workers of one proxy share one schedule and one document.

use std::cell::Cell;

use contract::{Conflict, Entry, StoreError};

use super::*;

#[test]
fn a_proxy_fetches_once_at_start_and_once_an_interval() {
    let document = text("a");
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
    let document = text("a");
    let mut proxy = Proxy::with(3, Ok(document.clone()), None);
    proxy.run(at(INTERVAL + 10));
    assert_eq!(proxy.started(), [0, 0, 0, 300, 300, 300]);
    assert!(proxy.all_have(&document));
    assert_eq!(proxy.world.value(&names().schedule), b"");
}

#[test]
fn an_unchanged_document_stays_the_same_for_every_worker_and_a_new_one_reaches_all() {
    let mut proxy = Proxy::new(3, Ok(text("a")));
    proxy.run(at(1));
    let first = proxy.documents();
    proxy.run(at(INTERVAL + 1));
    for (first, second) in first.iter().zip(proxy.documents()) {
        assert!(Rc::ptr_eq(first.as_ref().unwrap(), &second.unwrap()));
    }
    let new = text("b");
    proxy.origin.answer = Ok(new.clone());
    proxy.run(at(2 * INTERVAL + 1));
    assert!(proxy.all_have(&new));
}

#[test]
fn a_proxy_backs_off_in_one_sequence_and_recovers() {
    let mut proxy = Proxy::new(3, Err(FetchError::Status(500)));
    proxy.run(at(200));
    assert_eq!(proxy.started(), [0, 1, 3, 7, 15, 31, 63, 124, 184]);
    assert!(proxy.documents().iter().all(Option::is_none));
    let document = text("a");
    proxy.origin.answer = Ok(document.clone());
    proxy.run(at(246));
    assert!(proxy.all_have(&document));
}

#[test]
fn another_worker_takes_over_when_the_one_that_fetches_dies() {
    let document = text("a");
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
fn a_new_configuration_and_a_new_worker_have_it_at_once_and_fetch_nothing() {
    let document = text("a");
    let mut proxy = Proxy::new(3, Ok(document.clone()));
    proxy.run(at(100));
    proxy.configure(3);
    assert!(proxy.all_have(&document), "before the first tick");
    assert!(proxy.workers.iter().all(|worker| worker.read.get() == 1));
    proxy.run(at(200));
    proxy.workers[0] = proxy.worker();
    assert!(proxy.all_have(&document));
    proxy.run(at(INTERVAL - 1));
    assert_eq!(proxy.started(), [0; 0]);
    proxy.run(at(INTERVAL + 1));
    assert_eq!(proxy.started(), [300]);
}

#[test]
fn a_document_that_is_too_old_or_from_the_future_is_not_taken_over() {
    let mut proxy = Proxy::new(1, Ok(text("a")));
    proxy.run(at(1));
    let found_at = |now| proxy.worker().remote.current(now);
    assert!(matches!(found_at(at(0)), Current::Ready(_)), "clocks of workers may differ a little");
    assert!(matches!(found_at(at(MAX_STALE)), Current::Ready(_)));
    assert_eq!(found_at(at(MAX_STALE + 2)), Current::Cold);
    assert_eq!(found_at(at(0).minus(Duration::from_secs(5))), Current::Cold);
}

#[test]
fn a_clock_that_is_set_back_stops_nobody() {
    let mut proxy = Proxy::new(3, Ok(text("a")));
    proxy.now = at(3_600);
    proxy.run(at(3_601));
    let document = text("b");
    (proxy.origin.answer, proxy.now) = (Ok(document.clone()), at(0));
    proxy.run(at(1));
    assert!(proxy.all_have(&document));
    assert_eq!(proxy.started(), [0, 3_600]);
    proxy.run(at(INTERVAL + 1));
    assert_eq!(proxy.started(), [0, 300, 3_600]);
}

/// A store that always fails.
struct Broken;

impl Store for Broken {
    fn read(&self, _: &str) -> Result<Option<Entry>, StoreError> {
        Err(StoreError::Failed)
    }

    fn swap(&self, _: &str, _: &[u8], _: Version) -> Result<(), Conflict> {
        Err(Conflict::Failed)
    }
}

#[test]
fn a_store_that_fails_leaves_each_worker_to_itself() {
    let (world, sharing) = (World::default(), Sharing::from_secret(SECRET).unwrap());
    let remote = world.worker(raw(), Some(&sharing)).remote;
    let env = |now| BackgroundEnv { store: &Broken, ..world.env(now) };
    assert_eq!(remote.due(&env(at(0))).fetches.len(), 1);
    assert_eq!(remote.due(&env(at(1))).fetches.len(), 0);
    assert_eq!(remote.fetched(Ok(Reply::untagged(&text("a"))), &env(at(1))), Ok(true));
    assert!(matches!(remote.current(at(1)), Current::Ready(_)));
    assert_eq!(remote.due(&env(at(INTERVAL))).fetches.len(), 0);
    assert_eq!(remote.due(&env(at(INTERVAL + 1))).fetches.len(), 1);
    assert!(world.counted("unavailable") > 0);
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
fn a_worker_that_sees_a_success_while_it_takes_the_lead_takes_the_document_instead() {
    let mut proxy = Proxy::new(2, Ok(text("a")));
    let other = proxy.workers.remove(0).remote;
    let fetches = || {
        assert_eq!(other.due(&proxy.world.env(at(0))).fetches.len(), 1);
        assert_eq!(other.fetched(Ok(Reply::untagged(&text("a"))), &proxy.world.env(at(0))), Ok(true));
    };
    let store = Interrupted { store: &proxy.world.store, readings: Cell::new(0), happens: &fetches };
    let env = BackgroundEnv { store: &store, ..proxy.world.env(at(0)) };
    let source = &proxy.workers[0].remote;
    assert_eq!(source.due(&env), Due::default());
    assert_eq!(source.due(&env), Due { news: true, ..Due::default() });
    assert_eq!(source.current(at(0)), other.current(at(0)));
}
