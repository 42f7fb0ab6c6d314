//! The same module with the same configuration decides the same at the edge and at a sidecar, whatever
//! carries the request.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use serde_json::{Value, json};
use testenv::client::{Answer, Connection, Http2, Request};
use testenv::issuer::{Algorithm, Flaw, TokenRequest};
use testenv::{AccessLog, EdgeSecrets, Mesh, Options, Side, gate};

/// What the edge was given, for the sidecar to be given too.
type Shared = Rc<RefCell<(Value, Value)>>;

/// An edge and a sidecar before the same service, with one configuration. No limits: they count, and so
/// would tell the second request from the first.
fn options() -> io::Result<Options> {
    let shared = Shared::default();
    let given = Rc::clone(&shared);
    let secrets = EdgeSecrets::generate()?.environment();
    let names = secrets.each_ref().map(|(name, _)| *name);
    let options = Options::new("parity").only(&[Side::Edge, Side::Orders]).direct();
    let options = options.change(Side::Edge, move |bootstrap| {
        bootstrap.without_limits("clients")?;
        let configuration = bootstrap.configuration("clients")?.clone();
        *shared.borrow_mut() = (configuration, bootstrap.cluster("issuer")?.clone());
        Ok(())
    });
    let options = options.change(Side::Orders, move |bootstrap| {
        let (configuration, issuer) = given.borrow().clone();
        *bootstrap.configuration("inbound")? = configuration;
        let environment = json!({ "host_env_keys": names });
        for listener in ["inbound", "outbound"] {
            bootstrap.plugin(listener)?["vm_config"]["environment_variables"] = environment.clone();
        }
        let clusters = &mut bootstrap.document()?["static_resources"]["clusters"];
        clusters.as_array_mut().into_iter().for_each(|clusters| clusters.push(issuer.clone()));
        Ok(())
    });
    let give = |options: Options, (name, value)| options.environment(Side::Orders, name, value);
    Ok(secrets.into_iter().fold(options, give))
}

/// The ways to a decision.
struct Ways {
    edge: Connection,
    edge_http2: Http2,
    sidecar: Connection,
    sidecar_http2: Http2,
}

impl Ways {
    fn open(mesh: &Mesh) -> io::Result<Self> {
        let reach = &mesh.reach;
        Ok(Self {
            edge: Connection::plain(reach.edge)?,
            edge_http2: Http2::plain(reach.edge)?,
            sidecar: Connection::tls(reach.orders, &reach.certificates, Some("edge"))?,
            sidecar_http2: Http2::tls(reach.orders, &reach.certificates, "edge")?,
        })
    }
}

/// A decision as the logs tell it.
#[derive(Debug, PartialEq)]
struct Decision {
    status: u16,
    refusal: Option<(String, String)>,
    route: Value,
    evidence: Value,
}

impl Decision {
    /// `None` when Envoy refused before it gave the request an id.
    fn of(answer: &Answer, log: &AccessLog) -> Self {
        let entry = answer.request_id().and_then(|id| log.by_request_id(id));
        let record = entry.as_ref().map(|entry| entry.decision()).unwrap_or_default();
        let refusal = entry.as_ref().and_then(|entry| entry.refusal());
        Self {
            status: answer.status,
            refusal: refusal.map(|(stage, reason)| (stage.to_owned(), reason.to_owned())),
            route: record["route"].clone(),
            evidence: record["evidence"].clone(),
        }
    }

    fn pinned(&self) -> (u16, Option<(&str, &str)>) {
        let refusal = self.refusal.as_ref().map(|(stage, reason)| (stage.as_str(), reason.as_str()));
        (self.status, refusal)
    }
}

/// A request for which edge and sidecar could disagree.
struct Case {
    what: String,
    request: Request,
    /// What both must say, where agreeing is not enough.
    pinned: Option<Pinned>,
}

/// Status, and stage and reason of a refusal.
type Pinned = (u16, Option<(&'static str, &'static str)>);

fn cases(mesh: &Mesh) -> io::Result<Vec<Case>> {
    let good = mesh.token("alice")?;
    let order = |token: &str| Request::get("/orders/42").bearer(token);
    let mut cases = Vec::new();
    let mut add = |what: String, request, pinned| cases.push(Case { what, request, pinned });
    for (flaw, name) in Flaw::ALL {
        let token = mesh.issuer.token(&TokenRequest::new("alice").flaw(flaw))?;
        add(format!("token: {name}"), order(&token), Some(verdict(flaw)));
    }
    for algorithm in Algorithm::ALL {
        let token = mesh.issuer.token(&TokenRequest::new("alice").algorithm(algorithm))?;
        add(format!("token: {}", algorithm.name()), order(&token), Some((200, None)));
    }
    for path in PATHS {
        add(format!("path: {path}"), Request::get(path).bearer(&good), None);
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"] {
        add(format!("method: {method}"), Request::new(method, "/orders").bearer(&good), None);
    }
    for (name, value) in HEADERS {
        let text = String::from_utf8_lossy(value);
        add(format!("header: {name}: {text}"), order(&good).header(name, value), None);
    }
    let missing = (401, Some(("jwt", "credential_missing")));
    add("no token".to_owned(), Request::get("/orders/42"), Some(missing));
    let duplicated = (400, Some(("jwt", "credential_duplicated")));
    add("two tokens".to_owned(), order(&good).bearer(&good), Some(duplicated));
    Ok(cases)
}

const fn verdict(flaw: Flaw) -> Pinned {
    let reason = match flaw {
        Flaw::None => return (200, None),
        Flaw::AlgNone => "algorithm_unknown",
        Flaw::HsWithPublicKey => "algorithm_not_allowed",
        Flaw::Crit => "extension_critical",
        Flaw::EmbeddedJwk | Flaw::EmptySignature | Flaw::Tampered | Flaw::WrongKey => "signature_invalid",
        Flaw::Expired => "expired",
        Flaw::ExpString => "expiry_malformed",
        Flaw::NoExp => "expiry_missing",
        Flaw::NoSub => "subject_missing",
        Flaw::NotYet => "not_yet_valid",
        Flaw::DuplicateClaim | Flaw::PayloadNotJson => "claims_malformed",
        Flaw::TwoParts => "token_not_compact",
        Flaw::UnknownKid => "key_unknown",
        Flaw::WrongAudience => "audience_wrong",
        Flaw::WrongIssuer => "issuer_unknown",
        Flaw::WrongTyp => "type_wrong",
    };
    (401, Some(("jwt", reason)))
}

const PATHS: [&str; 22] = [
    "/orders",
    "/orders/",
    "/orders/42",
    "/orders/42/",
    "/orders/42/lines",
    "/Orders/42",
    "//orders/42",
    "/orders//42",
    "/orders/./42",
    "/orders/x/../42",
    "/orders/..;/42",
    "/orders/42;v=1",
    "/orders/%34%32",
    "/orders/zo%C3%AB",
    "/orders/%c0%af",
    "/orders/%2e%2e/healthz",
    "/orders%2f42",
    "/orders/4%5C2",
    "/orders/42%00",
    "/orders/42%3Fa",
    "/orders/42?a=b&a=c",
    "/healthz",
];

const HEADERS: [(&str, &[u8]); 6] = [
    ("x-watchword-subject", b"admin"),
    ("X_Watchword_Subject", b"admin"),
    ("txn-token", b"a.b.c"),
    ("x-note", b"\xff\xfe"),
    ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("connection", b"authorization"),
];

#[test]
fn edge_and_sidecar_decide_alike() {
    let mesh = Mesh::start(&options().unwrap()).unwrap_or_else(|error| panic!("{error}"));
    let [edge_log, sidecar_log, _] = &mesh.reach.logs;
    let (mut alike, mut compared) = (0, 0);
    for Case { what, request, pinned } in cases(&mesh).unwrap() {
        // A connection of its own for each request: a refused one may have closed it.
        let mut ways = Ways::open(&mesh).unwrap();
        let over_http1 = [ways.edge.exchange(&request), ways.sidecar.exchange(&request)];
        let over_http2 = [ways.edge_http2.exchange(&request), ways.sidecar_http2.exchange(&request)];
        for (version, answers) in [("HTTP/1.1", over_http1), ("HTTP/2", over_http2)] {
            let [Ok(edge), Ok(sidecar)] = &answers else {
                panic!("{what} over {version}: {answers:?}");
            };
            let decisions = [Decision::of(edge, edge_log), Decision::of(sidecar, sidecar_log)];
            compared += 1;
            let as_pinned = pinned.is_none_or(|pinned| decisions[0].pinned() == pinned);
            match decisions[0] == decisions[1] && as_pinned {
                true => alike += 1,
                false => println!("{what} over {version}, expected {pinned:?}: {decisions:#?}"),
            }
        }
    }
    assert!(gate::count("parity.decisions", alike, compared, 40));
}
