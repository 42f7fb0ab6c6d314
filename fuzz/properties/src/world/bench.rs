//! A token stage with one provider, asked as the pipeline asks it.

use std::rc::Rc;

use contract::{
    Authenticate, Compile, Demands, Env, Head, Identity, MemoryStore, NoMeter, NoProxyCrypto, Nowhere,
    Request, Route, RouteId, RouteMatch, Section, SettledPath, Stage, StageKind, UnixTime, Verdict,
};
use jwt::Jwt;
use serde_json::{Value, json};

use super::{AUDIENCE, ISSUER};

/// By how much the clock of the provider under test may differ.
pub const LEEWAY_SECONDS: u64 = 60;

/// A stage and the route it is asked about.
pub struct Bench {
    stage: Box<dyn Stage>,
    route: Route,
}

impl Bench {
    /// A stage that takes tokens of `kind` under the keys of `jwks`, and remembers none yet.
    pub fn new(kind: &str, jwks: &Value) -> Self {
        let section = json!({"providers": {"corp": {
            "kind": kind, "issuer": ISSUER, "audiences": [AUDIENCE], "algorithms": ["EdDSA"],
            "keys": {"inline": jwks}, "leeway_seconds": LEEWAY_SECONDS,
        }}});
        let route = Route {
            name: "read".into(),
            authenticate: Authenticate::AnyOf(vec!["corp".into()]),
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
        let mut stages = Jwt.compile(&Section::new("jwt", &section), &with).expect("a good configuration");
        Self { stage: stages.remove(0), route }
    }

    /// The caller that a request with `token` has at `now`; nothing when it is refused.
    pub fn ask(&self, token: &str, now: UnixTime) -> Option<Rc<Identity>> {
        let value = format!("Bearer {token}");
        let head = Head::from_pairs([(b"authorization".as_slice(), value.as_bytes())]).ok()?;
        let path = SettledPath::settle(b"/").expect("a good path");
        let route = RouteMatch { id: RouteId(0), route: &self.route, parameters: Vec::new() };
        let request = Request { head: &head, path: &path, route: &route, identity: None, peer: None };
        let store = MemoryStore::default();
        let env = Env {
            now,
            entropy: &Nowhere,
            connection: &Nowhere,
            store: &store,
            crypto: &NoProxyCrypto,
            meter: &NoMeter,
        };
        match self.stage.decide(&request, &env) {
            Verdict::Forward(forward) => Some(forward.identity.expect("forwarded without a caller")),
            Verdict::Refuse(_) => None,
            Verdict::Wait(_) => panic!("waits for keys that it has"),
            Verdict::Ask(_) => panic!("the token stage asks nobody"),
            Verdict::Answer(_) => panic!("the token stage answers nobody"),
        }
    }
}
