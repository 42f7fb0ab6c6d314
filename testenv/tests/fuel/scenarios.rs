//! What is counted. Each scenario asserts that what it counts is what its name says.

use serde_json::json;
use testenv_worker::issuer::{self, Algorithm, NOW};
use testenv_worker::requests::{from_edge, get, with_fields, with_token};
use testenv_worker::shipped::{self, only};
use testenv_worker::{Seen, Signatures, Worker};
use wasmhost::{Cost, Request};

use crate::cast::Cast;

use Algorithm::{EdDsa, Es256, Rs256};
use Signatures::{ByProxy, InModule};

/// A scenario: its name, and how it is played.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) play: fn(&Cast) -> Cost,
    /// Whether the module itself computes signatures.
    pub(crate) computes: bool,
}

const fn scenario(name: &'static str, play: fn(&Cast) -> Cost) -> Scenario {
    Scenario { name, play, computes: false }
}

impl Scenario {
    const fn computes(self) -> Self {
        Self { computes: true, ..self }
    }
}

/// All of them, in the order of the table.
pub(crate) const SCENARIOS: &[Scenario] = &[
    scenario("edge_known_es256", |cast| known(cast, Es256)),
    scenario("edge_known_rs256", |cast| known(cast, Rs256)),
    scenario("edge_known_eddsa", |cast| known(cast, EdDsa)),
    scenario("edge_known_new_order", |cast| {
        edge(cast)
            .warmed(|number| with_token(&format!("/orders/{number}"), &zoe()))
            .forwarded()
            .counted("jwt.cache.hit", 1)
            .counted("authz.cache.hit", 1)
            .cost
    }),
    scenario("edge_known_new_question", |cast| {
        let mut configuration = shipped::edge();
        shipped::add_policies(&mut configuration, 1);
        Worker::start(&cast.module("watchword"), &configuration, ByProxy)
            .warmed(|number| with_token(&format!("/orders/{number}"), &zoe()))
            .forwarded()
            .counted("jwt.cache.hit", 1)
            .counted("authz.cache.miss", 1)
            .cost
    }),
    scenario("edge_known_23_fields", |cast| fields(cast, 23)),
    scenario("edge_known_43_fields", |cast| fields(cast, 43)),
    scenario("edge_known_with_body", |cast| {
        let mut worker = edge(cast);
        let order = || posted(with_token("/orders", &zoe()));
        (0..3).for_each(|_| drop(worker.request_with_body(order(), ORDER)));
        is_known(worker.request_with_body(order(), ORDER))
    }),
    scenario("edge_api_key", |cast| {
        let request = get("/exports/orders").header("x-api-key", shipped::PARTNER_KEY);
        edge(cast).warm(&request).forwarded().cost
    }),
    scenario("edge_open_route", |cast| edge(cast).warm(&get("/healthz")).forwarded().cost),
    scenario("edge_mint_by_proxy", |cast| mint(cast, ByProxy).counted("jwt.sign.host", 1).cost),
    scenario("edge_mint_in_module", |cast| mint(cast, InModule).counted("jwt.sign.wasm", 1).cost)
        .computes(),
    scenario("first_rs256_by_proxy", |cast| first(cast, Rs256, ByProxy).cost),
    scenario("first_es256_by_proxy", |cast| first(cast, Es256, ByProxy).cost),
    scenario("first_rs256_in_module", |cast| first(cast, Rs256, InModule).cost).computes(),
    scenario("first_es256_in_module", |cast| first(cast, Es256, InModule).cost).computes(),
    scenario("first_eddsa_in_module", |cast| first(cast, EdDsa, InModule).cost).computes(),
    scenario("policies_10", |cast| policies(cast, 10)),
    scenario("policies_100", |cast| policies(cast, 100)),
    scenario("policies_1000", |cast| policies(cast, 1_000)),
    scenario("refused_no_token", |cast| {
        let seen = edge(cast).warm(&get("/orders/42"));
        seen.refused(401, "watchword_jwt_credential_missing").cost
    }),
    scenario("refused_bad_signature", |cast| {
        edge(cast)
            .warmed(|number| with_token("/orders/42", &issuer::forged(Es256, &format!("eve-{number}"))))
            .refused(401, "watchword_jwt_signature_invalid")
            .cost
    }),
    scenario("refused_bad_signature_again", |cast| {
        edge(cast)
            .warm(&with_token("/orders/42", &issuer::forged(Es256, "eve")))
            .refused(401, "watchword_jwt_signature_invalid")
            .counted("jwt.cache.negative_hit", 1)
            .cost
    }),
    scenario("refused_expired", |cast| {
        let mut claims = issuer::claims("zoe");
        claims["exp"] = json!(NOW - 3600);
        claims["iat"] = json!(NOW - 7200);
        let request = with_token("/orders/42", &issuer::sign(Es256, "ES256", &claims));
        edge(cast).warm(&request).refused(401, "watchword_jwt_expired").cost
    }),
    scenario("refused_unknown_key", |cast| {
        let token = |number| issuer::sign(Es256, "unknown", &issuer::claims(&format!("zoe-{number}")));
        edge(cast)
            .warmed(|number| with_token("/orders/42", &token(number)))
            .refused(401, "watchword_jwt_key_unknown")
            .cost
    }),
    scenario("refused_by_policy", |cast| {
        let mut claims = issuer::claims("zoe");
        claims["roles"] = json!(["nobody"]);
        let request = with_token("/orders/42", &issuer::sign(Es256, "ES256", &claims));
        edge(cast).warm(&request).refused(403, "watchword_authz_no_policy_permits").cost
    }),
    scenario("refused_unknown_route", |cast| {
        edge(cast).warm(&get("/nothing")).refused(404, "watchword_route_route_unknown").cost
    }),
    scenario("limited_by_user", |cast| limited(edge(cast), &known_request(Es256))),
    scenario("limited_by_address", |cast| limited(before_authentication(cast), &get("/orders/42"))),
    scenario("jwt_verify_known", |cast| {
        jwt_verify(cast).warm(&known_request(Es256)).forwarded().counted("jwt.cache.hit", 1).cost
    }),
    scenario("identity_propagation_known", |cast| link(cast, "identity-propagation", "identity")),
    scenario("abac_authz_known", |cast| link(cast, "abac-authz", "authz")),
    scenario("rate_limit_known", |cast| link(cast, "rate-limit", "ratelimit")),
    scenario("sidecar_known", |cast| sidecar(cast).warm(&internal(cast, "zoe")).forwarded().cost),
    scenario("sidecar_first", |cast| {
        sidecar(cast).warmed(|number| internal(cast, &format!("zoe-{number}"))).forwarded().cost
    }),
    scenario("sidecar_attach", |cast| attach(cast).forwarded().counted("identity.attach.attached", 1).cost),
    scenario("start_edge", |cast| edge(cast).start).computes(),
    scenario("start_sidecar", |cast| sidecar(cast).start),
    scenario("fetch_keys", |cast| edge(cast).fetching),
    scenario("fetch_bundle", |cast| {
        let configuration = shipped::bundled(only(shipped::edge(), &["jwt", "authz"]));
        let mut worker = Worker::start(&cast.module("watchword"), &configuration, ByProxy);
        worker.request(known_request(Es256)).forwarded().counted("authz.cache.miss", 1);
        worker.fetching
    })
    .computes(),
];

/// What is ordered.
const ORDER: &[u8] = br#"{"item":"tea","quantity":2}"#;

/// The edge as it is shipped.
fn edge(cast: &Cast) -> Worker {
    Worker::start(&cast.module("watchword"), &shipped::edge(), ByProxy)
}

fn zoe() -> String {
    issuer::token(Es256, "zoe")
}

fn known_request(algorithm: Algorithm) -> Request {
    with_token("/orders/42", &issuer::token(algorithm, "zoe"))
}

/// A user who was here a moment ago, for the same order.
fn known(cast: &Cast, algorithm: Algorithm) -> Cost {
    is_known(edge(cast).warm(&known_request(algorithm)))
}

fn fields(cast: &Cast, fields: usize) -> Cost {
    let request = with_fields(fields, "/orders/42", &zoe());
    assert_eq!(request.headers.len(), fields);
    is_known(edge(cast).warm(&request))
}

/// That nothing was verified, minted or decided anew, and that the token was exchanged all the same.
fn is_known(seen: Seen) -> Cost {
    let seen = seen.forwarded().counted("jwt.cache.hit", 1).counted("authz.cache.hit", 1);
    let headers = seen.outcome.forwarded().unwrap();
    assert_eq!((headers.all("authorization").len(), headers.all("txn-token").len()), (0, 1));
    assert_eq!(seen.cost.hostcalls().get("proxy_call_foreign_function"), None);
    seen.cost
}

/// All stages on a token that nobody has seen, and one minted for it.
fn mint(cast: &Cast, signatures: Signatures) -> Seen {
    let mut worker = Worker::start(&cast.module("watchword"), &shipped::edge(), signatures);
    let token = |number| issuer::token(Es256, &format!("zoe-{number}"));
    worker
        .warmed(|number| with_token("/orders/42", &token(number)))
        .forwarded()
        .counted("jwt.cache.miss", 1)
}

/// The same without minting.
fn first(cast: &Cast, algorithm: Algorithm, signatures: Signatures) -> Seen {
    let configuration = only(shipped::edge(), &["jwt", "authz", "ratelimit"]);
    let mut worker = Worker::start(&cast.module("watchword"), &configuration, signatures);
    let token = |number| issuer::token(algorithm, &format!("zoe-{number}"));
    let seen = worker.warmed(|number| with_token("/orders/42", &token(number)));
    let asked = seen.cost.hostcalls().get("proxy_call_foreign_function").copied();
    assert_eq!(asked, (signatures == ByProxy).then_some(1));
    seen.forwarded().counted("jwt.cache.miss", 1)
}

/// A question that was not asked before, under so many policies, of which those of the shop may apply.
fn policies(cast: &Cast, all: usize) -> Cost {
    let mut configuration = only(shipped::edge(), &["jwt", "authz"]);
    let shipped = configuration["authz"]["policies"].as_str().unwrap().matches("@id(").count();
    shipped::add_policies(&mut configuration, all.checked_sub(shipped).unwrap());
    let mut worker = Worker::start(&cast.module("watchword"), &configuration, ByProxy);
    let seen = worker.warmed(|number| with_token(&format!("/orders/{number}"), &zoe()));
    seen.forwarded().counted("authz.cache.miss", 1).cost
}

/// A request above the limit, when some before were, too.
fn limited(mut worker: Worker, request: &Request) -> Cost {
    worker.stop_the_clock();
    let over = |seen: &Seen| seen.outcome.status() == Some(429);
    while !over(&worker.request(request.clone())) {}
    worker.warm(request).refused(429, "watchword_ratelimit_limit_reached").cost
}

/// The edge with a limit by address that is soon reached.
fn before_authentication(cast: &Cast) -> Worker {
    let mut configuration = shipped::edge();
    configuration["ratelimit"]["limits"]["per-address"]["burst"] = json!(2);
    configuration["ratelimit"]["limits"]["per-address"]["requests"] = json!(1);
    Worker::start(&cast.module("watchword"), &configuration, ByProxy)
}

fn jwt_verify(cast: &Cast) -> Worker {
    Worker::start(&cast.module("jwt-verify"), &only(shipped::edge(), &["jwt"]), ByProxy)
}

/// A module of one stage, to which another one has handed who calls.
fn link(cast: &Cast, module: &str, section: &str) -> Cost {
    let request = known_request(Es256);
    let handoff = jwt_verify(cast).request(request.clone()).forwarded().handoff.unwrap();
    let mut worker = Worker::start(&cast.module(module), &only(shipped::edge(), &[section]), ByProxy);
    let request = request.property(&["filter_state", "wasm.watchword.identity"], handoff);
    worker.warm(&request).forwarded().cost
}

/// The sidecar of the orders service, as it is shipped.
fn sidecar(cast: &Cast) -> Worker {
    Worker::start(&cast.module("watchword"), &shipped::inbound(), ByProxy)
}

/// What the edge has made of a request of `subject`.
fn internal(cast: &Cast, subject: &str) -> Request {
    let forwarded =
        edge(cast).request(with_token("/orders/42", &issuer::token(Es256, subject))).forwarded();
    let mut request = from_edge(get("/orders/42"));
    request.headers = forwarded.outcome.forwarded().unwrap().clone();
    request
}

/// The same request as one that sends [`ORDER`].
fn posted(mut request: Request) -> Request {
    request.headers.replace(b":method", b"POST");
    request.header("content-type", "application/json").header("content-length", ORDER.len().to_string())
}

/// What the orders service sends on behalf of a request that it is busy with, at the other listener of its sidecar.
fn attach(cast: &Cast) -> Seen {
    let mut worker = sidecar(cast);
    let request = internal(cast, "zoe");
    // The edge has begun it.
    let trace = request.headers.first("traceparent").unwrap();
    let inbound = worker.vm.open(request).unwrap();
    worker.vm.request_headers(inbound, true).unwrap();
    worker.vm.create_root().unwrap();
    assert!(worker.vm.configure(shipped::as_struct(&shipped::outbound())).unwrap());
    let mut call = get("/payments/7").property(&["xds", "cluster_name"], "payments");
    call.headers.replace(b"traceparent", trace.as_bytes());
    let seen = worker.warm(&call);
    assert_eq!(seen.outcome.forwarded().unwrap().all("txn-token").len(), 1);
    seen
}
