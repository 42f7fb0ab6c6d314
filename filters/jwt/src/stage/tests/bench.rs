//! A stage and the route it is asked about.

use super::super::*;
use super::NOW;
use super::world::{NoStore, Nowhere};
use crate::Jwt;
use contract::{
    Compile, Connection, Demands, Head, MemoryStore, Meter, NoMeter, NoProxyCrypto, Reply, Route, RouteId,
    RouteMatch, Section, SettledPath, StageKind, UnixTime,
};
use serde_json::{Value, json};

pub(super) struct Bench {
    pub(super) stage: Box<dyn Stage>,
    pub(super) route: Route,
}

/// One request, plain in everything that is not said of it.
pub(super) struct Asked<'a> {
    pub(super) fields: &'a [(&'a str, &'a str)],
    pub(super) path: &'a str,
    /// Who was verified before.
    pub(super) identity: Option<&'a Rc<Identity>>,
    pub(super) connection: &'a dyn Connection,
    pub(super) meter: &'a dyn Meter,
    pub(super) now: UnixTime,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self {
            fields: &[],
            path: "/orders",
            identity: None,
            connection: &Nowhere,
            meter: &NoMeter,
            now: UnixTime::from_seconds(NOW),
        }
    }
}

/// The world beside the requests.
pub(super) fn backstage(now: UnixTime) -> BackgroundEnv<'static> {
    static STORE: NoStore = NoStore;
    BackgroundEnv { now, entropy: &Nowhere, store: &STORE, meter: &NoMeter }
}

impl Bench {
    pub(super) fn new(providers: Value, authenticate: Authenticate) -> Self {
        let wait = json!({"cold_keys_ms": 700, "unknown_key_ms": 800});
        Self::of(&json!({"providers": providers, "wait": wait}), authenticate)
    }

    pub(super) fn of(section: &Value, authenticate: Authenticate) -> Self {
        let route = Route {
            name: "read".into(),
            authenticate,
            demands: Demands::default(),
            credential: None,
            accepts: contract::Accepts::default(),
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
        let mut stages = Jwt.compile(&Section::new("jwt", section), &with).unwrap();
        Self { stage: stages.remove(0), route }
    }

    pub(super) fn request(&self, asked: &Asked<'_>) -> Verdict {
        let pairs = asked.fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let head = Head::from_pairs(pairs).unwrap();
        let path = SettledPath::settle(asked.path.as_bytes()).unwrap();
        let route = RouteMatch { id: RouteId(0), route: &self.route, parameters: Vec::new() };
        let request =
            Request { head: &head, path: &path, route: &route, identity: asked.identity, peer: None };
        let store = MemoryStore::default();
        let Asked { connection, meter, now, .. } = *asked;
        let env = Env { now, entropy: &Nowhere, connection, store: &store, crypto: &NoProxyCrypto, meter };
        self.stage.decide(&request, &env)
    }

    pub(super) fn decide(&self, authorization: &[&str], now: UnixTime) -> Verdict {
        self.decide_after(None, authorization, now)
    }

    /// Decide on a request whose caller may have been verified before.
    pub(super) fn decide_after(
        &self,
        identity: Option<&Rc<Identity>>,
        authorization: &[&str],
        now: UnixTime,
    ) -> Verdict {
        let fields: Vec<_> = authorization.iter().map(|value| ("authorization", *value)).collect();
        self.request(&Asked { fields: &fields, identity, now, ..Asked::default() })
    }

    pub(super) fn ask(&self, token: &str) -> Verdict {
        self.ask_at(token, UnixTime::from_seconds(NOW))
    }

    pub(super) fn ask_at(&self, token: &str, now: UnixTime) -> Verdict {
        self.decide(&[&format!("Bearer {token}")], now)
    }

    pub(super) fn load(&self, jwks: &Value, now: UnixTime) -> bool {
        let background = self.stage.background().unwrap();
        let jwks = jwks.to_string();
        background.fetched(FetchId(0), Ok(Reply::untagged(jwks.as_bytes())), &backstage(now)) == Ok(true)
    }
}
