//! One worker that shares nothing.

use super::*;

/// A document with its surroundings.
struct Bench {
    remote: Remote<Texts>,
    world: World,
}

impl Bench {
    fn new() -> Self {
        let world = World::default();
        Self { remote: world.worker(raw(), None).remote, world }
    }

    fn due(&self, now: UnixTime) -> Option<Fetch> {
        self.remote.due(&self.world.env(now)).fetches.pop()
    }

    fn fetched(&self, outcome: Result<&[u8], FetchError>, now: UnixTime) -> Result<bool, &'static str> {
        self.remote.fetched(outcome.map(Reply::untagged), &self.world.env(now))
    }

    fn ready(&self, now: UnixTime) -> Rc<String> {
        let Current::Ready(document) = self.remote.current(now) else { panic!("not ready") };
        document
    }
}

#[test]
fn is_cold_until_the_first_good_document_has_come() {
    let bench = Bench::new();
    assert_eq!((bench.remote.current(at(0)), bench.remote.age(at(0))), (Current::Cold, None));
    let fetch = bench.due(at(0)).unwrap();
    assert_eq!((fetch.id, fetch.cluster.as_str(), fetch.path.as_str()), (FetchId(7), "origin", "/text"));
    assert_eq!((fetch.timeout, fetch.max_bytes), (Duration::from_secs(2), MAX_BYTES));
    assert!(bench.due(at(1)).is_none(), "one is under way");
    assert_eq!(bench.fetched(Ok(&text("a")), at(1)), Ok(true));
    assert_eq!(bench.ready(at(1)).as_bytes(), text("a"));
    assert_eq!(bench.remote.age(at(3)), Some(Duration::from_secs(2)));
}

#[test]
fn a_bad_outcome_never_replaces_a_good_document() {
    let bench = Bench::new();
    assert!(bench.due(at(0)).is_some());
    assert_eq!(bench.fetched(Ok(&text("a")), at(0)), Ok(true));
    let good = bench.ready(at(0));
    let mut now = 300;
    for (outcome, reason) in [
        (Ok(b"<html>".as_slice()), "no_text"),
        (Ok(b"text \xff"), "no_text"),
        (Err(FetchError::NotStarted), "fetch_not_started"),
        (Err(FetchError::NoAnswer), "fetch_no_answer"),
        (Err(FetchError::Status(500)), "fetch_status"),
        (Err(FetchError::TooLarge), "fetch_too_large"),
    ] {
        assert!(bench.due(at(now)).is_some(), "{reason}");
        assert_eq!(bench.fetched(outcome, at(now)), Err(reason));
        assert!(Rc::ptr_eq(&bench.ready(at(now)), &good));
        now += 60;
    }
}

#[test]
fn an_unchanged_document_stays_the_same_and_a_changed_one_replaces_it() {
    let bench = Bench::new();
    assert_eq!(bench.fetched(Ok(&text("a")), at(0)), Ok(true));
    let first = bench.ready(at(0));
    assert_eq!(bench.fetched(Ok(&text("a")), at(300)), Ok(true));
    assert!(Rc::ptr_eq(&bench.ready(at(300)), &first));
    assert_eq!(bench.fetched(Ok(&text("b")), at(600)), Ok(true));
    assert_eq!(bench.ready(at(600)).as_bytes(), text("b"));
}

#[test]
fn is_stale_when_the_last_good_document_is_too_old_and_recovers() {
    let bench = Bench::new();
    assert_eq!(bench.fetched(Ok(&text("a")), at(0)), Ok(true));
    assert_eq!(bench.fetched(Err(FetchError::NoAnswer), at(500)), Err("fetch_no_answer"));
    assert!(matches!(bench.remote.current(at(MAX_STALE)), Current::Ready(_)));
    assert_eq!(bench.remote.current(at(MAX_STALE + 1)), Current::Stale);
    assert_eq!(bench.remote.age(at(MAX_STALE + 1)), Some(Duration::from_secs(MAX_STALE + 1)));
    assert_eq!(bench.fetched(Ok(&text("a")), at(2_000)), Ok(true));
    assert!(matches!(bench.remote.current(at(2_000)), Current::Ready(_)));
}

#[test]
fn is_never_stale_where_nothing_is_said() {
    let world = World::default();
    let raw = RawRemote { max_stale_seconds: None, ..raw() };
    let remote = world.worker(raw, None).remote;
    assert_eq!(remote.fetched(Ok(Reply::untagged(&text("a"))), &world.env(at(0))), Ok(true));
    assert!(matches!(remote.current(UnixTime::MAX), Current::Ready(_)));
}

#[test]
fn chance_brings_the_next_fetch_forward() {
    let mut bench = Bench::new();
    bench.world.chance = Some(1 << 15);
    assert!(bench.due(at(0)).is_some());
    assert_eq!(bench.fetched(Ok(&text("a")), at(0)), Ok(true));
    assert!(bench.due(at(284)).is_none());
    assert!(bench.due(at(285)).is_some(), "half of a tenth earlier");
}

#[test]
fn survives_a_clock_that_is_set_back_with_the_document_in_force() {
    let bench = Bench::new();
    assert!(bench.due(at(3_600)).is_some());
    assert_eq!(bench.fetched(Ok(&text("a")), at(3_600)), Ok(true));
    assert!(matches!(bench.remote.current(at(0)), Current::Ready(_)));
    assert!(bench.due(at(0)).is_some());
    assert_eq!(bench.fetched(Ok(&text("b")), at(0)), Ok(true));
    assert!(bench.due(at(1)).is_none());
    assert_eq!(bench.remote.current(at(MAX_STALE + 1)), Current::Stale);
}

#[test]
fn never_starts_twice_within_a_second() {
    let bench = Bench::new();
    assert!(bench.due(at(0)).is_some());
    assert_eq!(bench.fetched(Err(FetchError::NotStarted), at(0)), Err("fetch_not_started"));
    assert!(bench.due(at_millis(999)).is_none());
    assert!(bench.due(at_millis(1_000)).is_some());
}

#[test]
fn may_be_refreshed_every_second() {
    let mut proxy = Proxy::new(3, Ok(text("a")));
    proxy.raw.refresh_seconds = Some(1);
    proxy.configure(3);
    proxy.run(at(60));
    let starts = proxy.started().len();
    assert!((45..=60).contains(&starts), "{starts}: each begins a second after the last has ended");
    assert!(proxy.all_have(&text("a")));
}

#[test]
fn a_reason_brings_the_next_fetch_forward_but_not_too_far() {
    let bench = Bench::new();
    assert!(bench.remote.hasten(at(0)), "the first is about to start");
    assert!(bench.due(at(0)).is_some());
    assert!(bench.remote.hasten(at(0)), "it is under way");
    assert_eq!(bench.fetched(Ok(&text("a")), at(0)), Ok(true));
    assert!(!bench.remote.hasten(at(9)));
    assert!(bench.due(at(11)).is_none(), "a reason that came too soon is forgotten");
    assert!(bench.remote.hasten(at(11)));
    assert!(bench.due(at(11)).is_some());
    assert_eq!(bench.fetched(Err(FetchError::NoAnswer), at(12)), Err("fetch_no_answer"));
    assert!(!bench.remote.hasten(at(12)), "backing off");
}
