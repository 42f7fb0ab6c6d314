//! The limiter's own stage, with one limit, as the pipeline would ask it.

use contract::{
    Accepts, Authenticate, Compile, Demands, Env, Head, NoProxyCrypto, Nowhere, Request, Route, RouteId,
    RouteMatch, Section, SettledPath, Stage, StageKind, UnixTime, Verdict,
};
use ratelimit::Ratelimit;
use serde_json::json;

use crate::proxy::{Metrics, Same, SharedData};

/// A request as browsers send them, under a key of its own.
const HEAD: [(&[u8], &[u8]); 12] = [
    (b":method", b"GET"),
    (b":path", b"/orders/42"),
    (b":authority", b"shop.test"),
    (b":scheme", b"https"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip, deflate, br"),
    (b"accept-language", b"en"),
    (b"x-forwarded-proto", b"https"),
    (b"x-request-id", b"7c7d9a0e-7c5b-4b5c-9d0f-0d7f2f6c3a11"),
    (b"x-key", b"somebody-who-asks-a-lot"),
    (b"x-envoy-internal", b"true"),
];

/// A route with one limit, and the stage that was compiled for it.
pub(crate) struct Limited {
    stage: Box<dyn Stage>,
    route: Route,
    head: Head,
    path: SettledPath,
    metrics: Metrics,
}

impl Limited {
    /// Compile it. The limit is so high that whatever is measured is admitted.
    pub(crate) fn compile() -> Option<Self> {
        let section = json!({ "limits": { "per-key": {
            "requests": 1_000_000, "per_seconds": 1, "key": [{ "header": "x-key" }],
        } } });
        let routes = [route()];
        let with = Compile {
            routes: &routes,
            secrets: &Nowhere,
            store: &SharedData,
            entropy: &Same,
            crypto: &NoProxyCrypto,
        };
        let stages = Ratelimit.compile(&Section::new("ratelimit", &section), &with).ok()?;
        let [route] = routes;
        Some(Self {
            stage: stages.into_iter().next()?,
            route,
            head: Head::from_pairs(HEAD).ok()?,
            path: SettledPath::settle(b"/orders/42").ok()?,
            metrics: Metrics::default(),
        })
    }

    /// Decide on one request at `now`. Returns whether it was admitted, with the fields that tell the client.
    pub(crate) fn pass(&self, now: UnixTime) -> bool {
        let route = RouteMatch { id: RouteId(0), route: &self.route, parameters: Vec::new() };
        let request =
            Request { head: &self.head, path: &self.path, route: &route, identity: None, peer: None };
        let env = Env {
            now,
            entropy: &Same,
            connection: &Nowhere,
            store: &SharedData,
            crypto: &NoProxyCrypto,
            meter: &self.metrics,
        };
        match self.stage.decide(&request, &env) {
            Verdict::Forward(forward) => !forward.response.is_empty() && forward.evidence.is_empty(),
            Verdict::Wait(_) | Verdict::Ask(_) | Verdict::Answer(_) | Verdict::Refuse(_) => false,
        }
    }
}

fn route() -> Route {
    Route {
        name: "read-order".to_owned(),
        authenticate: Authenticate::None,
        demands: Demands::default(),
        credential: None,
        accepts: Accepts::default(),
        authorize: None,
        limits: vec!["per-key".into()],
        parameters: Vec::new(),
    }
}
