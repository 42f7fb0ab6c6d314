//! A stage with its route, asked as the pipeline asks it.

mod credentials;
mod keys;
mod tokens;

use super::*;
use crate::Jwt;
use crate::test_issuer::Issuer;
use contract::{
    Compile, Conflict, Connection, Demands, Entropy, EntropyError, Entry, Head, MemoryStore, NoMeter,
    NoProxyCrypto, PeerFacts, Route, RouteId, RouteMatch, Secrets, Section, SettledPath, StageKind, Store,
    StoreError, UnixTime, Version,
};
use serde_json::{Value, json};
use std::net::IpAddr;

const NOW: u64 = 2_000_000_000;
const ISSUER: &str = "https://issuer.test";

/// A world without anything but time.
struct Nowhere;

impl Secrets for Nowhere {
    fn secret(&self, _name: &str) -> Option<String> {
        None
    }
}

impl Entropy for Nowhere {
    fn fill(&self, _buffer: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError)
    }
}

impl Connection for Nowhere {
    fn source_address(&self) -> Option<IpAddr> {
        None
    }

    fn peer(&self) -> Option<PeerFacts> {
        None
    }

    fn upstream_cluster(&self) -> Option<String> {
        None
    }
}

/// The world beside the requests.
fn backstage(now: UnixTime) -> BackgroundEnv<'static> {
    static STORE: NoStore = NoStore;
    BackgroundEnv { now, entropy: &Nowhere, store: &STORE, meter: &NoMeter }
}

/// A store that always fails.
struct NoStore;

impl Store for NoStore {
    fn read(&self, _key: &str) -> Result<Option<Entry>, StoreError> {
        Err(StoreError::Failed)
    }

    fn swap(&self, _key: &str, _value: &[u8], _expected: Version) -> Result<(), Conflict> {
        Err(Conflict::Failed)
    }
}

/// A stage and the route it is asked about.
struct Bench {
    stage: Box<dyn Stage>,
    route: Route,
}

impl Bench {
    fn new(providers: Value, authenticate: Authenticate) -> Self {
        let route = Route {
            name: "read".into(),
            authenticate,
            demands: Demands::default(),
            authorize: None,
            limits: Vec::new(),
            parameters: Vec::new(),
        };
        let store = MemoryStore::default();
        let routes = [route.clone()];
        let with = Compile {
            routes: &routes,
            secrets: &Nowhere,
            store: &store,
            entropy: &Nowhere,
            crypto: &NoProxyCrypto,
        };
        let section = json!({"providers": providers, "wait": {"cold_keys_ms": 700}});
        let mut stages = Jwt.compile(&Section::new("jwt", &section), &with).unwrap();
        Self { stage: stages.remove(0), route }
    }

    fn decide(&self, authorization: &[&str], now: UnixTime) -> Verdict {
        self.decide_after(None, authorization, now)
    }

    /// Decide on a request whose caller may have been verified before.
    fn decide_after(
        &self,
        identity: Option<&Rc<Identity>>,
        authorization: &[&str],
        now: UnixTime,
    ) -> Verdict {
        let pairs = authorization.iter().map(|value| (b"authorization".as_slice(), value.as_bytes()));
        let head = Head::from_pairs(pairs).unwrap();
        let path = SettledPath::settle(b"/orders").unwrap();
        let route = RouteMatch { id: RouteId(0), route: &self.route, parameters: Vec::new() };
        let request = Request { head: &head, path: &path, route: &route, identity, peer: None };
        let store = MemoryStore::default();
        self.stage.decide(
            &request,
            &Env {
                now,
                entropy: &Nowhere,
                connection: &Nowhere,
                store: &store,
                crypto: &NoProxyCrypto,
                meter: &NoMeter,
            },
        )
    }

    fn ask(&self, token: &str) -> Verdict {
        self.ask_at(token, UnixTime::from_seconds(NOW))
    }

    fn ask_at(&self, token: &str, now: UnixTime) -> Verdict {
        self.decide(&[&format!("Bearer {token}")], now)
    }

    fn load(&self, jwks: &Value, now: UnixTime) -> bool {
        let background = self.stage.background().unwrap();
        background.fetched(FetchId(0), Ok(jwks.to_string().as_bytes()), &backstage(now)) == Ok(true)
    }
}

fn any_of(names: &[&str]) -> Authenticate {
    Authenticate::AnyOf(names.iter().map(ToString::to_string).collect())
}

fn provider(kind: &str, keys: Value) -> Value {
    json!({
        "kind": kind, "issuer": ISSUER, "audiences": ["shop-api", "shop-web"], "algorithms": ["EdDSA"],
        "keys": keys,
    })
}

fn inline(kind: &str, issuer: &Issuer) -> Value {
    json!({"corp": provider(kind, json!({"inline": issuer.jwks()}))})
}

fn remote() -> Value {
    let keys = json!({"cluster": "issuer", "authority": "issuer.test", "path": "/jwks"});
    json!({"corp": provider("access_token", json!({"remote": keys}))})
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "shop-api", "sub": "alice", "client_id": "app", "jti": "1",
        "iat": NOW - 10, "exp": NOW + 300, "scope": "orders:read orders:write",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn reason(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Refuse(refusal) => refusal.reason,
        Verdict::Forward(_) => "forwarded",
        Verdict::Wait(_) => "waits",
    }
}

fn forwarded(verdict: Verdict) -> Forward {
    let Verdict::Forward(forward) = verdict else { panic!("{verdict:?}") };
    forward
}
