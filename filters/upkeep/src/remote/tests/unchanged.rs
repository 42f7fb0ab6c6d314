//! The origin has nothing new, and says so without sending the document once more.

use super::*;

fn tagged(workers: usize, document: &[u8]) -> Proxy {
    let mut proxy = Proxy::new(workers, Ok(document.to_vec()));
    proxy.origin.has_tags = true;
    proxy
}

fn ages(proxy: &Proxy) -> Vec<u64> {
    let ages = proxy.workers.iter().map(|worker| worker.remote.age(proxy.now));
    ages.map(|age| age.unwrap().as_secs()).collect()
}

fn reads(proxy: &Proxy) -> Vec<usize> {
    proxy.workers.iter().map(|worker| worker.read.get()).collect()
}

#[test]
fn nobody_reads_it_again_and_for_all_it_is_as_good_as_new() {
    let mut proxy = tagged(3, &text("a"));
    proxy.run(at(1));
    let first = proxy.documents();
    proxy.run(at(4 * INTERVAL + 10));
    assert_eq!(proxy.started(), [0, 300, 600, 900, 1_200], "nobody asks because its copy looks old");
    assert_eq!((proxy.origin.unchanged.get(), reads(&proxy)), (4, vec![1, 1, 1]));
    assert_eq!(ages(&proxy), [9, 9, 9], "beyond what is too old for one that nobody has confirmed");
    for (first, last) in first.iter().zip(proxy.documents()) {
        assert!(Rc::ptr_eq(first.as_ref().unwrap(), &last.unwrap()));
    }
    assert!(proxy.world.counted.borrow().is_empty());
}

#[test]
fn a_new_document_comes_as_a_whole_and_its_tag_with_it() {
    let mut proxy = tagged(3, &text("a"));
    proxy.run(at(INTERVAL + 10));
    proxy.origin.answer = Ok(text("b"));
    proxy.run(at(2 * INTERVAL + 10));
    assert!(proxy.all_have(&text("b")));
    assert_eq!(proxy.origin.unchanged.get(), 1);
    proxy.run(at(3 * INTERVAL + 10));
    assert_eq!((proxy.origin.unchanged.get(), reads(&proxy)), (2, vec![2, 2, 2]));
    proxy.origin.answer = Ok(text("a"));
    proxy.run(at(4 * INTERVAL + 10));
    assert!(proxy.all_have(&text("a")), "an origin may go back");
}

#[test]
fn it_tells_when_it_came_and_when_it_was_confirmed() {
    let mut proxy = tagged(2, &text("a"));
    proxy.run(at(INTERVAL + 10));
    proxy.workers.push(proxy.worker());
    for worker in &proxy.workers {
        let loaded = worker.remote.loaded(proxy.now).unwrap();
        assert_eq!(loaded.came.since(at(0)).as_secs(), 0);
        assert_eq!(loaded.confirmed.since(at(0)).as_secs(), INTERVAL);
    }
}

#[test]
fn whoever_leads_next_names_what_another_worker_has_fetched() {
    let mut proxy = tagged(3, &text("a"));
    proxy.run(at(1));
    let leader = proxy.workers.iter().position(|worker| !worker.started.is_empty()).unwrap();
    proxy.workers.remove(leader);
    proxy.run(at(INTERVAL + 10));
    assert_eq!((proxy.started(), proxy.origin.unchanged.get()), (vec![300], 1));
    assert_eq!((reads(&proxy), ages(&proxy)), (vec![1, 1], vec![9, 9]));
}

#[test]
fn a_worker_that_lacks_it_takes_it_over_however_long_ago_it_was_written() {
    let mut proxy = tagged(1, &text("a"));
    proxy.run(at(4 * INTERVAL + 10));
    assert_eq!(proxy.origin.unchanged.get(), 4);
    proxy.workers.extend([proxy.worker(), proxy.worker()]);
    assert!(proxy.all_have(&text("a")), "before the first tick");
    assert_eq!(ages(&proxy), [9, 9, 9]);
    proxy.run(at(5 * INTERVAL - 10));
    assert_eq!(proxy.started(), [0, 300, 600, 900, 1_200]);
    assert_eq!(reads(&proxy), [1, 1, 1]);
    assert!(proxy.world.counted.borrow().is_empty());
}

#[test]
fn one_that_was_stale_is_good_again() {
    let mut proxy = tagged(3, &text("a"));
    proxy.run(at(1));
    proxy.origin.answer = Err(FetchError::NoAnswer);
    proxy.run(at(MAX_STALE + 10));
    assert_eq!(proxy.documents(), [None, None, None]);
    proxy.origin.answer = Ok(text("a"));
    proxy.run(at(MAX_STALE + 80));
    assert!(proxy.all_have(&text("a")));
    assert_eq!((proxy.origin.unchanged.get(), reads(&proxy)), (1, vec![1, 1, 1]));
}

#[test]
fn the_same_once_more_is_as_good_as_nothing_new() {
    let mut proxy = Proxy::new(3, Ok(text("a")));
    proxy.run(at(1));
    let written = proxy.world.value(&names().document);
    proxy.world.write(&names().document, b"so that it would be seen");
    proxy.run(at(2 * INTERVAL + 10));
    assert_eq!(proxy.started(), [0, 300, 600]);
    assert_eq!(reads(&proxy).into_iter().sum::<usize>(), 3 + 2, "by the worker that asks, and nobody else");
    assert_eq!(ages(&proxy), [9, 9, 9]);
    assert_eq!(proxy.world.value(&names().document), b"so that it would be seen");
    proxy.workers.push(proxy.worker());
    proxy.run(at(2 * INTERVAL + 20));
    assert_eq!(proxy.world.value(&names().document), written, "the worker that lacks it has mended it");
    assert_eq!(proxy.started(), [0, 300, 600, 610]);
}

#[test]
fn without_sharing_each_worker_names_its_own() {
    let mut proxy = Proxy::with(2, Ok(text("a")), None);
    proxy.origin.has_tags = true;
    proxy.run(at(INTERVAL + 10));
    assert_eq!(proxy.started(), [0, 0, 300, 300]);
    assert_eq!((proxy.origin.unchanged.get(), reads(&proxy)), (2, vec![1, 1]));
    assert_eq!(ages(&proxy), [9, 9]);
}

/// One worker whose answers are the test's.
struct Bench {
    world: World,
    remote: Remote<Texts>,
}

impl Bench {
    fn new(sharing: Option<&Sharing>) -> Self {
        let world = World::default();
        Self { remote: world.worker(raw(), sharing).remote, world }
    }

    fn names(&self, seconds: u64) -> Option<EntityTag> {
        self.remote.due(&self.world.env(at(seconds))).fetches.pop().expect("one is due").if_none_match
    }

    fn comes(&self, name: &str, seconds: u64) {
        let (bytes, tag) = (text(name), tag_of(name.as_bytes()));
        let reply = Reply::Body { bytes: &bytes, etag: Some(&tag) };
        assert_eq!(self.remote.fetched(Ok(reply), &self.world.env(at(seconds))), Ok(true));
    }

    fn is_unchanged(&self, seconds: u64) -> Result<bool, &'static str> {
        self.remote.fetched(Ok(Reply::Unchanged), &self.world.env(at(seconds)))
    }
}

#[test]
fn what_was_not_named_cannot_be_confirmed() {
    let bench = Bench::new(None);
    assert_eq!(bench.names(0), None);
    assert_eq!(bench.is_unchanged(0), Err("another_unchanged"));
    assert_eq!(bench.remote.current(at(0)), Current::Cold);
    assert_eq!(bench.names(1), None);
    bench.comes("a", 1);
    assert_eq!(bench.names(INTERVAL + 1), Some(tag_of(b"a")));
    bench.comes("b", INTERVAL + 1);
    assert_eq!(bench.is_unchanged(INTERVAL + 2), Err("another_unchanged"), "late, and of the one before");
    assert_eq!(bench.remote.age(at(INTERVAL + 2)), Some(Duration::from_secs(1)));
}

#[test]
fn what_another_worker_has_replaced_is_not_confirmed() {
    let sharing = Sharing::from_secret(SECRET).unwrap();
    let bench = Bench::new(Some(&sharing));
    assert_eq!(bench.names(0), None);
    bench.comes("a", 0);
    assert_eq!(bench.names(INTERVAL), Some(tag_of(b"a")));
    let other = bench.world.worker(raw(), Some(&sharing)).remote;
    let env = |seconds| bench.world.env(at(seconds));
    let fetch = other.due(&env(INTERVAL + 3)).fetches.pop().expect("the first counts as lost");
    assert_eq!(fetch.if_none_match, Some(tag_of(b"a")));
    assert_eq!(other.fetched(Ok(Reply::untagged(&text("b"))), &env(INTERVAL + 3)), Ok(true));
    assert_eq!(bench.remote.due(&env(INTERVAL + 3)), Due { news: true, ..Due::default() });
    assert_eq!(bench.is_unchanged(INTERVAL + 4), Err("another_unchanged"));
    for remote in [&bench.remote, &other] {
        assert_eq!(remote.current(at(INTERVAL + 4)), Current::Ready(Rc::new("text b".to_owned())));
        assert_eq!(remote.age(at(INTERVAL + 4)), Some(Duration::from_secs(1)));
    }
}

#[test]
fn a_document_that_the_others_do_not_have_is_asked_for_as_a_whole() {
    let sharing = Sharing::from_secret(SECRET).unwrap();
    let bench = Bench::new(Some(&sharing));
    assert_eq!(bench.names(0), None);
    bench.comes("a", 0);
    let other = bench.world.worker(raw(), Some(&sharing)).remote;
    let env = |seconds| bench.world.env(at(seconds));
    assert_eq!(other.due(&env(INTERVAL)).fetches.len(), 1);
    assert_eq!(other.fetched(Ok(Reply::untagged(&text("b"))), &env(INTERVAL)), Ok(true));
    bench.world.write(&names().document, b"withheld");
    assert_eq!(bench.names(INTERVAL + 1), None, "it has `a`, and the schedule tells of another one");
    bench.comes("b", INTERVAL + 1);
    assert_eq!(other.due(&env(INTERVAL + 1)), Due { news: true, ..Due::default() });
}

/// A document at a place that another one names.
#[derive(Debug)]
struct Placed;

impl DocumentKind for Placed {
    type Document = String;

    fn read(&self, body: &[u8], step: Step, _: UnixTime) -> Result<Answer<String>, &'static str> {
        let text = std::str::from_utf8(body).map_err(|_| "no_text")?;
        match step {
            Step::First => Ok(Answer::Place(Fetch { path: text.to_owned(), ..fetch("/place") })),
            Step::Second => Ok(Answer::Document(text.to_owned())),
        }
    }

    fn reread(&self, document: &[u8]) -> Option<String> {
        String::from_utf8(document.to_vec()).ok()
    }
}

fn fetch(path: &str) -> Fetch {
    let (cluster, authority) = ("origin".to_owned(), "origin.test".to_owned());
    let (path, timeout) = (path.to_owned(), Duration::from_secs(1));
    Fetch { id: FetchId(7), cluster, authority, path, timeout, max_bytes: MAX_BYTES, if_none_match: None }
}

#[test]
fn of_two_steps_neither_names_anything() {
    let world = World::default();
    let timing = crate::RawTiming::default().check(&RANGES).unwrap();
    let remote = Remote::new(Placed, Plan::two_steps(fetch("/place"), &timing), None, &world.store);
    for start in [0, INTERVAL + 1] {
        let env = world.env(at(start));
        let tag = tag_of(b"a");
        for (path, bytes, is_there) in [("/place", b"/text".as_slice(), false), ("/text", b"a", true)] {
            let asked = remote.due(&env).fetches.pop().unwrap();
            assert_eq!((asked.path.as_str(), asked.if_none_match), (path, None));
            assert_eq!(remote.fetched(Ok(Reply::Body { bytes, etag: Some(&tag) }), &env), Ok(is_there));
        }
    }
}
