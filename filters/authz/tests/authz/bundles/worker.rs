//! One worker of a proxy: the stage, and a host that fetches what it is told.

use std::cell::RefCell;
use std::collections::HashMap;

use contract::{
    BackgroundEnv, Compile, ConfigError, Due, Env, FetchError, FetchId, MemoryStore, Meter, NoProxyCrypto,
    Notice, Nowhere, Reply, Route, Secrets, Section, Stage, StageKind, UnixTime, Verdict,
};
use serde_json::{Value, json};

use crate::cases::Case;
use crate::world::{decide_with, shop_routes, table};

/// What the stage says to a buyer who lists orders.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    Allow(Vec<String>),
    Deny(&'static str, Vec<String>),
    /// With the reason that the request gets when it has waited too long.
    Wait(&'static str),
}

pub(super) struct Worker<'a> {
    stage: Box<dyn Stage>,
    routes: Vec<Route>,
    store: &'a MemoryStore,
    meter: Counts,
    notices: RefCell<Vec<String>>,
}

#[derive(Default)]
struct Counts(RefCell<HashMap<&'static str, u64>>);

impl Meter for Counts {
    fn count(&self, event: &'static str) {
        let mut counts = self.0.borrow_mut();
        let count = counts.entry(event).or_default();
        *count = count.saturating_add(1);
    }

    fn set(&self, gauge: &'static str, value: u64) {
        self.0.borrow_mut().insert(gauge, value);
    }
}

fn told(notice: &Notice) -> String {
    match notice {
        Notice::Info(text) => format!("info: {text}"),
        Notice::Warning(text) => format!("warning: {text}"),
    }
}

/// The secrets of the environment: one, with a value that is long enough.
struct OneSecret;

impl Secrets for OneSecret {
    fn secret(&self, name: &str) -> Option<String> {
        (name == "MAC_KEY").then(|| "between the workers of one proxy, and nobody else".into())
    }
}

/// Compile a section of the shop.
pub(super) fn compile(section: &Value, store: &MemoryStore) -> Result<Box<dyn Stage>, ConfigError> {
    let routes = table(&shop_routes());
    let with =
        Compile { routes: &routes, secrets: &OneSecret, store, entropy: &Nowhere, crypto: &NoProxyCrypto };
    authz::Authz.compile(&Section::new("authz", section), &with).map(|mut stages| stages.remove(0))
}

impl<'a> Worker<'a> {
    pub(super) fn new(store: &'a MemoryStore, section: &Value) -> Self {
        let stage = compile(section, store).unwrap_or_else(|error| panic!("{error}"));
        let routes = table(&shop_routes());
        Self { stage, routes, store, meter: Counts::default(), notices: RefCell::default() }
    }

    pub(super) fn has_background(&self) -> bool {
        self.stage.background().is_some()
    }

    /// What a tick at this second brings.
    pub(super) fn due(&self, second: u64) -> Due {
        let due = self.stage.background().unwrap().due(&self.env(second));
        self.notices.borrow_mut().extend(due.notices.iter().map(told));
        due
    }

    /// The paths that are to be fetched at this second.
    pub(super) fn fetches(&self, second: u64) -> Vec<String> {
        self.due(second).fetches.into_iter().map(|fetch| fetch.path).collect()
    }

    /// The answer to the fetch that is under way.
    pub(super) fn answer(&self, document: &str, second: u64) -> Result<(), &'static str> {
        self.deliver(0, Ok(Reply::Body { bytes: document.as_bytes(), etag: None }), second)
    }

    /// Fetch this at that second.
    pub(super) fn fetch(&self, document: &str, second: u64) -> Result<(), &'static str> {
        self.due(second);
        self.answer(document, second)
    }

    pub(super) fn fail(&self, error: FetchError, second: u64) -> Result<(), &'static str> {
        self.due(second);
        self.deliver(0, Err(error), second)
    }

    pub(super) fn deliver(
        &self,
        id: u32,
        outcome: contract::Fetched<'_>,
        second: u64,
    ) -> Result<(), &'static str> {
        self.stage.background().unwrap().fetched(FetchId(id), outcome, &self.env(second)).map(drop)
    }

    /// Work for one slice; whether there is more.
    pub(super) fn slice(&self, second: u64) -> bool {
        self.due(second).busy
    }

    pub(super) fn take_in(&self, second: u64) {
        while self.slice(second) {}
    }

    /// Fetch and take in.
    pub(super) fn serve(&self, document: &str, second: u64) -> Result<(), &'static str> {
        self.fetch(document, second)?;
        self.take_in(second);
        Ok(())
    }

    pub(super) fn ask(&self, second: u64) -> Said {
        self.ask_on("list-orders", second)
    }

    pub(super) fn ask_on(&self, route: &str, second: u64) -> Said {
        let case = json!({
            "description": "", "route": route, "decision": "allow",
            "claims": { "sub": "zoe", "tenant": "north", "level": 2, "roles": ["buyer"], "groups": [] },
        });
        let case: Case = serde_json::from_value(case).unwrap();
        let env = Env {
            now: UnixTime::from_seconds(second),
            entropy: &Nowhere,
            connection: &Nowhere,
            store: self.store,
            crypto: &NoProxyCrypto,
            meter: &self.meter,
        };
        match decide_with(self.stage.as_ref(), &self.routes, &case, &env) {
            Verdict::Forward(forward) => Said::Allow(forward.evidence),
            Verdict::Refuse(refusal) => Said::Deny(refusal.reason, refusal.evidence),
            Verdict::Wait(wait) => Said::Wait(wait.otherwise.reason),
            other @ (Verdict::Ask(_) | Verdict::Answer(_)) => panic!("{other:?}"),
        }
    }

    pub(super) fn gauge(&self, name: &str) -> Option<u64> {
        self.meter.0.borrow().get(name).copied()
    }

    pub(super) fn counted(&self, name: &str) -> u64 {
        self.gauge(name).unwrap_or_default()
    }

    pub(super) fn notices(&self) -> Vec<String> {
        self.notices.borrow().clone()
    }

    fn env(&self, second: u64) -> BackgroundEnv<'_> {
        BackgroundEnv {
            now: UnixTime::from_seconds(second),
            entropy: &Nowhere,
            store: self.store,
            meter: &self.meter,
        }
    }
}
