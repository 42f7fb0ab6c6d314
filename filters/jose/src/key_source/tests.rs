//! Sources in a proxy whose time, memory, issuer and workers are the test's.

mod alone;
mod discovery;
mod seeking;
mod sharing;

use std::cell::RefCell;
use std::collections::BTreeMap;

use contract::{Duration, Entropy, EntropyError, Fetch, FetchError, MemoryStore, Meter, Reply, Version};
use serde_json::{Value, json};

use super::*;
use crate::test_keys::Es256Issuer;
use crate::{SharedKeyNames, shared_key_names};

/// The host's.
const TICK: Duration = Duration::from_millis(50);

/// From a request of the issuer to its answer.
const LATENCY: Duration = Duration::from_millis(120);

const INTERVAL: u64 = 300;
const MAX_STALE: u64 = 1_000;
const SECRET: &str = "a secret of the tests, long enough";
const ISSUER: &str = "https://issuer.test";

fn at(seconds: u64) -> UnixTime {
    at_millis(seconds * 1_000)
}

fn at_millis(millis: u64) -> UnixTime {
    UnixTime::from_seconds(1_000_000).plus(Duration::from_millis(millis))
}

fn remote() -> RawKeys {
    serde_json::from_value(json!({"remote": {
        "cluster": "issuer", "authority": "issuer.test", "path": "/jwks",
        "refresh_seconds": INTERVAL, "max_stale_seconds": MAX_STALE,
    }}))
    .unwrap()
}

fn body(jwk: &Value) -> Vec<u8> {
    json!({"keys": [jwk]}).to_string().into_bytes()
}

fn new_set(key_id: &str) -> Vec<u8> {
    body(&Es256Issuer::new(key_id).jwk())
}

/// What a host says of a document that has no tag.
fn brought<'a>(outcome: Result<&'a [u8], &FetchError>) -> Fetched<'a> {
    outcome.map(Reply::untagged).map_err(|error| *error)
}

fn parsed(document: &[u8]) -> KeySet {
    KeySet::parse(document, KeyUse::Signature).unwrap()
}

/// What a source sees of its proxy.
#[derive(Default)]
struct World {
    store: MemoryStore,
    counted: RefCell<BTreeMap<&'static str, u64>>,
    /// What chance yields; nothing where there is none.
    chance: Option<u16>,
}

impl World {
    fn source(&self, raw: RawKeys, sharing: Option<&Sharing>) -> KeySource {
        let with = KeysFor {
            id: FetchId(7),
            key_use: KeyUse::Signature,
            issuer: Some(ISSUER),
            algorithms: &[Algorithm::Es256],
            secrets: &crate::test_keys::Nothing,
            store: &self.store,
            sharing,
        };
        KeySource::new(raw, &with).unwrap()
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

/// A proxy with its workers. Each has a source of the same set.
struct Proxy {
    world: World,
    now: UnixTime,
    workers: Vec<Worker>,
    /// What the issuer answers.
    answer: Result<Vec<u8>, FetchError>,
    sharing: Option<Sharing>,
    raw: RawKeys,
}

struct Worker {
    source: KeySource,
    started: Vec<UnixTime>,
    /// Until when the answer takes.
    under_way: Vec<UnixTime>,
    news: usize,
}

impl Worker {
    fn new(source: KeySource) -> Self {
        Self { source, started: vec![], under_way: vec![], news: 0 }
    }

    fn tick(&mut self, world: &World, now: UnixTime, answer: &Result<Vec<u8>, FetchError>) {
        let env = world.env(now);
        let before = self.under_way.len();
        self.under_way.retain(|until| *until > now);
        for _ in self.under_way.len()..before {
            let _ = self.source.fetched(brought(answer.as_deref()), &env);
        }
        let Due { fetches, news, .. } = self.source.due(&env);
        self.news += usize::from(news);
        for _ in fetches {
            self.started.push(now);
            self.under_way.push(now.plus(LATENCY));
        }
    }

    fn set(&self, now: UnixTime) -> Option<Rc<KeySet>> {
        match self.source.current(now) {
            Keys::Ready(keys) => Some(keys),
            Keys::Cold | Keys::Stale => None,
        }
    }
}

impl Proxy {
    fn new(workers: usize, answer: Result<Vec<u8>, FetchError>) -> Self {
        Self::with(workers, answer, Some(Sharing::from_secret(SECRET).unwrap()))
    }

    fn with(workers: usize, answer: Result<Vec<u8>, FetchError>, sharing: Option<Sharing>) -> Self {
        let (world, raw) = (World::default(), remote());
        let mut proxy = Self { world, now: at(0), workers: vec![], answer, sharing, raw };
        proxy.configure(workers);
        proxy
    }

    /// A new configuration: every worker makes its source anew.
    fn configure(&mut self, workers: usize) {
        self.workers = (0..workers).map(|_| self.worker()).collect();
    }

    fn worker(&self) -> Worker {
        Worker::new(self.world.source(self.raw.clone(), self.sharing.as_ref()))
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
                worker.tick(&self.world, self.now, &self.answer);
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

    fn sets(&self) -> Vec<Option<Rc<KeySet>>> {
        self.workers.iter().map(|worker| worker.set(self.now)).collect()
    }

    fn all_have(&self, document: &[u8]) -> bool {
        let expected = parsed(document);
        self.sets().iter().all(|set| set.as_deref() == Some(&expected))
    }

    fn names(&self) -> SharedKeyNames {
        shared_key_names(&self.raw, KeyUse::Signature, Some(ISSUER)).unwrap()
    }
}
