//! A small world around the limiter: a route table, callers, and a store.

#[cfg(not(target_family = "wasm"))]
pub(crate) mod engine;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use contract::{
    Authenticate, Compile, ConfigError, Connection, CredentialKind, Demands, Edit, Entropy, EntropyError,
    Env, Head, Identity, IdentityFacts, Meter, NoProxyCrypto, Peer, Request, Route, RouteId, RouteMatch,
    Secrets, Section, SettledPath, SpiffeId, Stage, StageKind, Store, UnixTime, Verdict,
};
use ratelimit::Ratelimit;
use serde_json::{Map, Value, json};

/// A moment, in nanoseconds, from which tests count.
pub(crate) const NOW: u64 = 1_700_000_000 * SECOND;

/// Subjects, as many as a bucket has places.
pub(crate) const FIFTEEN: [&str; 15] =
    ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o"];

/// Nanoseconds.
pub(crate) const SECOND: u64 = 1_000_000_000;

/// Randomness that is the same in every run.
pub(crate) struct Fixed;

impl Entropy for Fixed {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(7);
        Ok(())
    }
}

/// Counts events by limit, such as `limit.admitted per-user`.
#[derive(Default)]
pub(crate) struct Counts(RefCell<BTreeMap<String, u64>>);

impl Counts {
    /// What was counted, and how often.
    pub(crate) fn all(&self) -> Vec<(String, u64)> {
        self.0.borrow().clone().into_iter().collect()
    }
}

impl Meter for Counts {
    fn count(&self, event: &'static str) {
        self.count_of(event, "", 1);
    }

    fn count_of(&self, event: &'static str, of: &str, events: u64) {
        let mut counts = self.0.borrow_mut();
        let count = counts.entry(format!("{event} {of}")).or_default();
        *count = count.saturating_add(events);
    }
}

struct NoSecrets;

impl Secrets for NoSecrets {
    fn secret(&self, _: &str) -> Option<String> {
        None
    }
}

struct From(Option<IpAddr>);

impl Connection for From {
    fn source_address(&self) -> Option<IpAddr> {
        self.0
    }
}

/// A route for callers of the provider `corp`.
pub(crate) fn route(name: &str, limits: &[&str]) -> Route {
    Route {
        name: name.into(),
        authenticate: Authenticate::AnyOf(vec!["corp".into()]),
        demands: Demands::default(),
        credential: None,
        accepts: contract::Accepts::default(),
        authorize: None,
        limits: limits.iter().map(|&limit| limit.into()).collect(),
        parameters: Vec::new(),
    }
}

/// A route for anybody.
pub(crate) fn open_route(name: &str, limits: &[&str]) -> Route {
    Route { authenticate: Authenticate::None, ..route(name, limits) }
}

/// A section with one limit, `burst` at once and one per second, under `key`.
pub(crate) fn one_limit(name: &str, burst: u64, key: Value) -> Value {
    json!({"slots": 16, "limits": {name: {"requests": 1, "per_seconds": 1, "burst": burst, "key": key}}})
}

/// The stages of `section` for `routes`.
pub(crate) fn compile(
    section: &Value,
    routes: &[Route],
    store: &dyn Store,
) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
    let with = Compile { routes, secrets: &NoSecrets, store, entropy: &Fixed, crypto: &NoProxyCrypto };
    Ratelimit.compile(&Section::new("ratelimit", section), &with)
}

/// The one stage of `section` for `routes`.
pub(crate) fn stage(section: &Value, routes: &[Route], store: &dyn Store) -> Box<dyn Stage> {
    let mut stages = compile(section, routes, store).unwrap();
    assert_eq!(stages.len(), 1);
    stages.remove(0)
}

/// One request; what a test does not say is that alice of `https://issuer.test` calls the first route.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) now: u64,
    pub(crate) route: usize,
    pub(crate) subject: Option<&'static str>,
    pub(crate) issuer: &'static str,
    pub(crate) claims: Value,
    pub(crate) address: Option<&'static str>,
    pub(crate) workload: Option<&'static str>,
    pub(crate) kind: CredentialKind,
    pub(crate) head: &'static [(&'static str, &'static [u8])],
}

impl Default for Call {
    fn default() -> Self {
        Self {
            now: NOW,
            route: 0,
            subject: Some("alice"),
            issuer: "https://issuer.test",
            claims: json!({}),
            address: Some("192.0.2.1"),
            workload: None,
            kind: CredentialKind::AccessToken,
            head: &[],
        }
    }
}

impl Call {
    /// What `stage` says about it.
    pub(crate) fn ask(&self, stage: &dyn Stage, routes: &[Route], store: &dyn Store) -> Verdict {
        self.ask_counted(stage, routes, store, &Counts::default())
    }

    /// What `stage` says about it, and to `meter`.
    pub(crate) fn ask_counted(
        &self,
        stage: &dyn Stage,
        routes: &[Route],
        store: &dyn Store,
        meter: &Counts,
    ) -> Verdict {
        self.with_meter(routes, store, meter, |request, env| stage.decide(request, env))
    }

    /// What `decide` says about it.
    pub(crate) fn with<T>(
        &self,
        routes: &[Route],
        store: &dyn Store,
        decide: impl FnOnce(&Request<'_>, &Env<'_>) -> T,
    ) -> T {
        self.with_meter(routes, store, &Counts::default(), decide)
    }

    fn with_meter<T>(
        &self,
        routes: &[Route],
        store: &dyn Store,
        meter: &Counts,
        decide: impl FnOnce(&Request<'_>, &Env<'_>) -> T,
    ) -> T {
        let identity = self.subject.map(|subject| Rc::new(self.identity(subject)));
        let peer = self.workload.map(|id| Rc::new(peer(id)));
        let connection = From(self.address.map(|address| address.parse().unwrap()));
        let route =
            RouteMatch { id: RouteId(self.route), route: &routes[self.route], parameters: Vec::new() };
        let request = Request {
            head: &Head::from_pairs(self.head.iter().map(|(name, value)| (name.as_bytes(), *value)))
                .unwrap(),
            path: &SettledPath::settle(b"/").unwrap(),
            route: &route,
            identity: identity.as_ref(),
            peer: peer.as_ref(),
        };
        let now = UnixTime::from_nanos(self.now);
        decide(
            &request,
            &Env { now, entropy: &Fixed, connection: &connection, store, crypto: &NoProxyCrypto, meter },
        )
    }
    #[expect(clippy::disallowed_methods, reason = "a caller for a test")]
    fn identity(&self, subject: &str) -> Identity {
        Identity::from_verified(IdentityFacts {
            provider: "corp".into(),
            kind: self.kind,
            issuer: self.issuer.into(),
            subject: subject.into(),
            audience: Vec::new(),
            scopes: Vec::new(),
            expires: u64::MAX,
            transaction: None,
            claims: self.claims.as_object().map_or_else(Map::new, Clone::clone),
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "a workload for a test")]
fn peer(id: &str) -> Peer {
    Peer::from_verified(SpiffeId::parse(id).unwrap())
}

/// The reason of a refusal, or `forwarded`.
pub(crate) fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Forward(_) => "forwarded",
        Verdict::Refuse(refusal) => refusal.reason,
        Verdict::Ask(_) | Verdict::Wait(_) => "waits",
        Verdict::Answer(_) => "answered",
    }
}

/// What the verdict rests on.
pub(crate) fn evidence(verdict: &Verdict) -> &[String] {
    match verdict {
        Verdict::Forward(forward) => &forward.evidence,
        Verdict::Refuse(refusal) => &refusal.evidence,
        Verdict::Ask(_) | Verdict::Wait(_) | Verdict::Answer(_) => &[],
    }
}

/// The headers that the client gets with the verdict.
pub(crate) fn headers(verdict: &Verdict) -> Vec<(&str, &str)> {
    let edits = match verdict {
        Verdict::Forward(forward) => &forward.response,
        Verdict::Refuse(refusal) => &refusal.headers,
        Verdict::Ask(_) | Verdict::Wait(_) | Verdict::Answer(_) => return Vec::new(),
    };
    let pairs = edits.iter().filter_map(|edit| match edit {
        Edit::Set(name, value) | Edit::Append(name, value) => Some((name.as_str(), value.as_str())),
        Edit::Remove(_) => None,
    });
    pairs.collect()
}
