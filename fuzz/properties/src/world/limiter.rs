//! A limiter with one limit that an engine decides, asked as the pipeline asks it.

use std::cell::RefCell;

use contract::{
    Aside, Authenticate, BackgroundEnv, Called, Compile, Conflict, Demands, Duration, Entropy,
    EntropyError, Entry, Env, Head, MemoryStore, NoMeter, NoProxyCrypto, Nowhere, Request, Route, RouteId,
    RouteMatch, Section, SettledPath, Stage, StageKind, Store, StoreError, Then, UnixTime, Verdict,
    Version,
};
use ratelimit::Ratelimit;
use serde_json::json;

/// What one request costs.
pub const COST: u64 = 2;

/// The most that is leased at once.
pub const MOST: u64 = 100;

/// The field that the engine may add to responses.
pub const LISTED: &str = "x-quota-hint";

/// Bytes of a lease as it lies in the shared memory: since when and until when it lasts, three more times, what is left
/// of it, five more amounts. Before it stands the fingerprint of its key.
pub const LEASE_BYTES: usize = TIMES * 8 + 6 * 4;

/// Times at its beginning.
const TIMES: usize = 5;

/// How long it lives at most.
const LONGEST: Duration = Duration::from_secs(3_600);

/// Bytes of that fingerprint.
const FINGERPRINT_BYTES: usize = 8;

/// Leases that lie together.
const LEASES: usize = 3;

/// Bytes of them.
const BUCKET_BYTES: usize = LEASES * (FINGERPRINT_BYTES + LEASE_BYTES);

/// A stage, the route it is asked about, and the memory of its workers.
pub struct Limiter {
    stage: Box<dyn Stage>,
    route: Route,
    memory: Memory,
}

impl Limiter {
    /// One whose every request asks the engine.
    pub fn checking() -> Self {
        Self::new("check", &json!(null))
    }

    /// One that has this lease.
    pub fn leasing(lease: &[u8]) -> Self {
        let limiter = Self::new("lease", &json!({"most": MOST, "share_percent": 50}));
        // This writes the first lease, which says under which name and fingerprint it lies.
        let Verdict::Ask(_) = limiter.ask(UnixTime::from_seconds(1)) else {
            panic!("leases out of nothing")
        };
        limiter.memory.write_lease(lease);
        limiter
    }

    fn new(mode: &str, lease: &serde_json::Value) -> Self {
        let mut global = json!({"service": "quota", "mode": mode, "when_down": "refuse"});
        if !lease.is_null() {
            global["lease"] = lease.clone();
        }
        let section = json!({
            "services": {"quota": {"cluster": "quota", "domain": "shop", "response_headers": [LISTED]}},
            "limits": {"all": {"cost": COST, "key": ["route"], "global": global}},
        });
        let route = Route {
            name: "read".into(),
            authenticate: Authenticate::None,
            demands: Demands::default(),
            credential: None,
            accepts: contract::Accepts::default(),
            authorize: None,
            limits: vec!["all".into()],
            parameters: Vec::new(),
        };
        let (routes, memory) = ([route.clone()], Memory::default());
        let with = Compile {
            routes: &routes,
            secrets: &Nowhere,
            store: &memory,
            entropy: &Fixed,
            crypto: &NoProxyCrypto,
        };
        let stages = Ratelimit.compile(&Section::new("ratelimit", &section), &with);
        Self { stage: stages.expect("a good configuration").remove(0), route, memory }
    }

    /// What the stage says about a request at `now`.
    pub fn ask(&self, now: UnixTime) -> Verdict {
        self.with(now, |request, env| self.stage.decide(request, env))
    }

    /// What it makes of the answer.
    pub fn tell(&self, then: Then, called: Called<'_>, now: UnixTime) -> Verdict {
        self.with(now, |request, env| then.go_on(called, request, env))
    }

    /// The answer to a question that no request waits for.
    pub fn tell_aside(&self, aside: Aside, called: Called<'_>, now: UnixTime) {
        (aside.then)(called, &BackgroundEnv { now, entropy: &Fixed, store: &self.memory, meter: &NoMeter });
    }

    /// What of its lease may be spent at `now`; 0 for one that has none.
    pub fn usable(&self, now: UnixTime) -> u64 {
        let Some(lease) = self.memory.lease() else { return 0 };
        let until = UnixTime::from_nanos(u64::from_le_bytes(*lease[8..].first_chunk().expect("a time")));
        let left = u32::from_le_bytes(*lease[TIMES * 8..].first_chunk().expect("an amount"));
        if now < until && until <= now.plus(LONGEST) { left.into() } else { 0 }
    }

    fn with<T>(&self, now: UnixTime, decide: impl FnOnce(&Request<'_>, &Env<'_>) -> T) -> T {
        let route = RouteMatch { id: RouteId(0), route: &self.route, parameters: Vec::new() };
        let (head, path) = (Head::default(), SettledPath::settle(b"/").expect("a good path"));
        let request = Request { head: &head, path: &path, route: &route, identity: None, peer: None };
        let env = Env {
            now,
            entropy: &Fixed,
            connection: &Nowhere,
            store: &self.memory,
            crypto: &NoProxyCrypto,
            meter: &NoMeter,
        };
        decide(&request, &env)
    }
}

/// Randomness that is the same in every run.
struct Fixed;

impl Entropy for Fixed {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(7);
        Ok(())
    }
}

/// A store that knows what was written last; after a first request that is its lease. Its buckets come into being
/// when they are looked at, because to write all of them would take nearly all of the time of a run.
#[derive(Default)]
struct Memory {
    store: MemoryStore,
    last: RefCell<String>,
}

impl Memory {
    fn lease(&self) -> Option<Vec<u8>> {
        let bucket = self.bucket()?.value;
        Some(bucket.get(FINGERPRINT_BYTES..)?.get(..LEASE_BYTES)?.to_vec())
    }

    fn write_lease(&self, lease: &[u8]) {
        let Entry { mut value, version } = self.bucket().expect("a bucket");
        value[FINGERPRINT_BYTES..][..LEASE_BYTES].copy_from_slice(lease);
        self.store.swap(&self.last.borrow(), &value, version).expect("nobody else writes");
    }

    fn bucket(&self) -> Option<Entry> {
        self.store.read(&self.last.borrow()).ok()?
    }
}

impl Store for Memory {
    fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        match self.store.read(key)? {
            None if is_bucket(key) => {
                let written = self.store.swap(key, &[0; BUCKET_BYTES], Version::ABSENT);
                written.map_err(|_| StoreError::Failed)?;
                self.store.read(key)
            }
            found => Ok(found),
        }
    }

    fn swap(&self, key: &str, value: &[u8], expected: Version) -> Result<(), Conflict> {
        if is_bucket(key) && expected == Version::ABSENT {
            assert_eq!(value, [0; BUCKET_BYTES], "another bucket than an empty one");
            return Ok(());
        }
        key.clone_into(&mut self.last.borrow_mut());
        self.store.swap(key, value, expected)
    }
}

/// Whether it is neither the seed of all keys nor the number of the buckets of a limit.
fn is_bucket(key: &str) -> bool {
    !key.ends_with("/seed") && !key.ends_with('#')
}
