//! Documents in a proxy whose time, memory, origin and workers are the test's.

mod alone;
// Its generator of random numbers does not build for every wasm.
#[cfg(not(target_family = "wasm"))]
mod hostile;
mod sharing;
mod unchanged;

use std::cell::Cell;
use std::collections::BTreeMap;

use contract::{Entropy, EntropyError, Fetch, FetchId, MemoryStore, Meter, Version};

use super::*;
use crate::{EntryNames, RawRemote, Sharing, SharingEvents, Step, TimingRanges};

/// The host's.
const TICK: Duration = Duration::from_millis(50);

/// From a request of the origin to its answer.
const LATENCY: Duration = Duration::from_millis(120);

const INTERVAL: u64 = 300;
const MAX_STALE: u64 = 1_000;
const MAX_BYTES: usize = 64;
const SECRET: &str = "a secret of the tests, long enough";

const EVENTS: SharingEvents =
    SharingEvents { forged: "forged", outdated: "outdated", unavailable: "unavailable" };

const RANGES: TimingRanges = TimingRanges {
    refresh_seconds: 1..=86_400,
    default_refresh_seconds: INTERVAL,
    longest_stale_seconds: 604_800,
    default_stale_seconds: None,
};

fn at(seconds: u64) -> UnixTime {
    at_millis(seconds * 1_000)
}

fn at_millis(millis: u64) -> UnixTime {
    UnixTime::from_seconds(1_000_000).plus(Duration::from_millis(millis))
}

fn raw() -> RawRemote {
    RawRemote {
        cluster: "origin".to_owned(),
        authority: "origin.test".to_owned(),
        path: "/text".to_owned(),
        timeout_ms: None,
        refresh_seconds: None,
        max_stale_seconds: Some(MAX_STALE),
    }
}

fn text(name: &str) -> Vec<u8> {
    format!("text {name}").into_bytes()
}

/// Documents that begin with `text `.
#[derive(Debug, Default)]
struct Texts {
    /// How many were read here, wherever they came from.
    read: Rc<Cell<usize>>,
}

impl DocumentKind for Texts {
    type Document = String;

    fn read(&self, body: &[u8], _: Step, _: UnixTime) -> Result<Answer<String>, &'static str> {
        self.reread(body).map(Answer::Document).ok_or("no_text")
    }

    fn reread(&self, document: &[u8]) -> Option<String> {
        self.read.set(self.read.get() + 1);
        let text = std::str::from_utf8(document).ok()?;
        text.starts_with("text ").then(|| text.to_owned())
    }
}

/// What a worker sees of its proxy.
#[derive(Default)]
struct World {
    store: MemoryStore,
    counted: RefCell<BTreeMap<&'static str, u64>>,
    /// What chance yields; nothing where there is none.
    chance: Option<u16>,
}

impl World {
    fn worker(&self, raw: RawRemote, sharing: Option<&Sharing>) -> Worker {
        let plan = raw.plan(FetchId(7), MAX_BYTES, &RANGES).unwrap();
        let shared = sharing.map(|sharing| Shared::new(names(), MAX_BYTES, sharing, EVENTS));
        let kind = Texts::default();
        let read = Rc::clone(&kind.read);
        let remote = Remote::new(kind, plan, shared, &self.store);
        Worker { remote, read, started: vec![], under_way: vec![], news: 0 }
    }

    fn env(&self, now: UnixTime) -> BackgroundEnv<'_> {
        BackgroundEnv { now, entropy: self, store: &self.store, meter: self }
    }

    fn counted(&self, event: &str) -> u64 {
        self.counted.borrow().get(event).copied().unwrap_or_default()
    }

    /// Write as any plugin of the proxy can.
    fn write(&self, key: &str, value: &[u8]) {
        self.store.swap(key, value, Version::ABSENT).unwrap();
    }

    fn value(&self, key: &str) -> Vec<u8> {
        self.store.read(key).unwrap().map(|entry| entry.value).unwrap_or_default()
    }
}

impl Entropy for World {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        let bytes = self.chance.ok_or(EntropyError)?.to_be_bytes();
        buffer.iter_mut().zip(bytes.into_iter().cycle()).for_each(|(to, from)| *to = from);
        Ok(())
    }
}

impl Meter for World {
    fn count(&self, event: &'static str) {
        *self.counted.borrow_mut().entry(event).or_default() += 1;
    }
}

/// Where the documents come from.
struct Origin {
    answer: Result<Vec<u8>, FetchError>,
    has_tags: bool,
    /// How often it had nothing new.
    unchanged: Cell<usize>,
}

impl Origin {
    /// Answer to a fetch that has named `known`.
    fn answer(
        &self,
        known: Option<&EntityTag>,
        to: &Remote<Texts>,
        env: &BackgroundEnv<'_>,
    ) -> Result<bool, &'static str> {
        let bytes = self.answer.as_deref().map_err(|error| *error);
        let etag = bytes.ok().filter(|_| self.has_tags).map(tag_of);
        let is_known = etag.is_some() && etag.as_ref() == known;
        self.unchanged.update(|count| count + usize::from(is_known));
        let body = |bytes| Reply::Body { bytes, etag: etag.as_ref() };
        to.fetched(bytes.map(|bytes| if is_known { Reply::Unchanged } else { body(bytes) }), env)
    }
}

fn tag_of(document: &[u8]) -> EntityTag {
    let name = String::from_utf8_lossy(document).replace(' ', "-");
    EntityTag::parse(format!("\"{name}\"").as_bytes()).unwrap()
}

/// A proxy with its workers. Each keeps the same document.
struct Proxy {
    world: World,
    now: UnixTime,
    workers: Vec<Worker>,
    origin: Origin,
    sharing: Option<Sharing>,
    raw: RawRemote,
}

struct Worker {
    remote: Remote<Texts>,
    read: Rc<Cell<usize>>,
    started: Vec<UnixTime>,
    /// Until when the answer takes, and what the fetch has named.
    under_way: Vec<(UnixTime, Option<EntityTag>)>,
    news: usize,
}

impl Worker {
    fn tick(&mut self, world: &World, now: UnixTime, origin: &Origin) {
        let env = world.env(now);
        for (_, known) in self.under_way.extract_if(.., |(until, _)| *until <= now) {
            let _ = origin.answer(known.as_ref(), &self.remote, &env);
        }
        let Due { fetches, news, .. } = self.remote.due(&env);
        self.news += usize::from(news);
        for fetch in fetches {
            self.started.push(now);
            self.under_way.push((now.plus(LATENCY), fetch.if_none_match));
        }
    }

    fn document(&self, now: UnixTime) -> Option<Rc<String>> {
        match self.remote.current(now) {
            Current::Ready(document) => Some(document),
            Current::Cold | Current::Stale => None,
        }
    }
}

impl Proxy {
    fn new(workers: usize, answer: Result<Vec<u8>, FetchError>) -> Self {
        Self::with(workers, answer, Some(Sharing::from_secret(SECRET).unwrap()))
    }

    fn with(workers: usize, answer: Result<Vec<u8>, FetchError>, sharing: Option<Sharing>) -> Self {
        let origin = Origin { answer, has_tags: false, unchanged: Cell::default() };
        let world = World::default();
        let mut proxy = Self { world, now: at(0), workers: vec![], origin, sharing, raw: raw() };
        proxy.configure(workers);
        proxy
    }

    /// A new configuration: every worker begins anew.
    fn configure(&mut self, workers: usize) {
        self.workers = (0..workers).map(|_| self.worker()).collect();
    }

    fn worker(&self) -> Worker {
        self.world.worker(self.raw.clone(), self.sharing.as_ref())
    }

    /// Let time pass until `end`.
    fn run(&mut self, end: UnixTime) {
        self.run_beside(end, |_, _| {});
    }

    /// Let time pass until `end`, while something else goes on beside every tick of every worker.
    fn run_beside(&mut self, end: UnixTime, mut beside: impl FnMut(&World, UnixTime)) {
        while self.now < end {
            for worker in &mut self.workers {
                beside(&self.world, self.now);
                worker.tick(&self.world, self.now, &self.origin);
            }
            self.now = self.now.plus(TICK);
        }
    }

    /// When fetches started, in seconds, whoever made them.
    fn started(&self) -> Vec<u64> {
        let starts = self.workers.iter().flat_map(|worker| &worker.started);
        let mut starts: Vec<_> = starts.map(|start| start.since(at(0)).as_secs()).collect();
        starts.sort_unstable();
        starts
    }

    fn documents(&self) -> Vec<Option<Rc<String>>> {
        self.workers.iter().map(|worker| worker.document(self.now)).collect()
    }

    fn all_have(&self, document: &[u8]) -> bool {
        let is_it = |found: Option<Rc<String>>| found.is_some_and(|found| found.as_bytes() == document);
        self.documents().into_iter().all(is_it)
    }
}

fn names() -> EntryNames {
    EntryNames::new("texts", ["origin", "origin.test", "/text"])
}
