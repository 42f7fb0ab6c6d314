//! Watchword between Envoy's own filters, as `envoy/interplay.yaml` has them: what `jwt_authn` has verified is
//! minted, and what was verified is read by RBAC, by the access log and by spans.

#![expect(clippy::disallowed_methods, reason = "tokens and spans live by a real clock")]

mod collector;
mod proxies;
mod rows;

use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use collector::Collector;
use proxies::Proxies;
use rows::{Row, Want};
use serde_json::{Value, json};
use testenv::client::{Answer, Connection, Request, exchange};
use testenv::{Entry, Received, Side, gate};

/// How long the first keys may take.
const FIRST_KEYS: Duration = Duration::from_secs(10);

/// The rows that are sent to the sidecar.
const AT_SIDECAR: usize = 2;

#[test]
fn native_filters_and_watchword_act_on_one_identity() {
    let collector = Collector::start().unwrap();
    let proxies = Proxies::start(&collector).unwrap_or_else(|error| panic!("{error}"));
    await_keys(&proxies);

    let rows = rows::all(&proxies.mesh.issuer).unwrap();
    let mut complaints: Vec<_> = rows.iter().filter_map(|row| complaint(row, &proxies)).collect();
    complaints.extend(at_sidecar(&proxies));
    complaints.iter().for_each(|complaint| println!("{complaint}"));
    let all = rows.len() + AT_SIDECAR;
    assert!(gate::count("identity.interplay", all - complaints.len(), all, all));

    minted(&proxies);
    assert!(collector.is_told(&["watchword.subject", "staff-alice", "watchword.provider"]), "no such span");
    assert!(
        collector.is_told(&["watchword.route", "list-orders", "watchword.reason", "route_unknown"]),
        "no tags"
    );
    assert!(!collector.has("staff-eve"), "a forged name is in a span");
    assert_eq!(proxies.edge.stat("vm_reload").unwrap(), 0, "a VM has trapped");
}

fn await_keys(proxies: &Proxies) {
    let start = Instant::now();
    let token = proxies.mesh.token("staff-first").unwrap();
    let request = Request::get("/orders").bearer(&token);
    while !exchange(proxies.address, &request).is_ok_and(|answer| answer.status == 200) {
        assert!(start.elapsed() < FIRST_KEYS, "a good token is refused: {}", proxies.edge.log());
        thread::sleep(Duration::from_millis(100));
    }
}

/// The answer, its entry in the edge's log, and what the service has received of it.
fn send(proxies: &Proxies, request: &Request) -> (Answer, Entry, Vec<Received>) {
    let before = proxies.mesh.orders.received().len();
    let answer = exchange(proxies.address, request).unwrap_or_else(|error| panic!("{error}"));
    let entry = proxies.edge.access_log().by_request_id(answer.request_id().unwrap_or_default());
    let arrived = proxies.mesh.orders.received().split_off(before);
    (answer, entry.expect("every request is in the access log"), arrived)
}

fn complaint(row: &Row, proxies: &Proxies) -> Option<String> {
    let (answer, entry, arrived) = send(proxies, &row.request);
    let details = entry.details.as_deref().unwrap_or_default();
    let told: Vec<_> = arrived.iter().flat_map(|request| request.header("x-watchword-subject")).collect();
    let good = match &row.want {
        Want::Service(subject) => answer.status == 200 && arrived.len() == 1 && told == [*subject],
        Want::Open => answer.status == 200 && arrived.len() == 1 && told.is_empty(),
        Want::Refused(status, begins) => {
            answer.status == *status && details.starts_with(begins) && arrived.is_empty()
        }
    };
    let hidden = arrived.iter().all(|request| request.header("authorization").is_empty());
    let logged =
        entry.subject.as_deref() == row.logged && entry.provider.as_deref() == row.logged.map(|_| "corp");
    (!(good && hidden && logged)).then(|| {
        format!("{}: {} {details}, told {told:?}, logged {:?}", row.name, answer.status, entry.subject)
    })
}

/// A listed workload that RBAC does not permit, and one that it does, with the token of the edge.
fn at_sidecar(proxies: &Proxies) -> Vec<String> {
    let mesh = &proxies.mesh;
    let expected = [("edge", 200, "via_upstream"), ("stranger", 403, "rbac_access_denied")];
    let complaints = expected.into_iter().filter_map(|(workload, status, details)| {
        let mut connection =
            Connection::tls(mesh.reach.orders, &mesh.reach.certificates, Some(workload)).unwrap();
        let answer = connection.exchange(&Request::get("/healthz")).unwrap();
        let entry =
            mesh.envoy(Side::Orders).access_log().by_request_id(answer.request_id().unwrap_or_default())?;
        let caller = format!("spiffe://shop.test/{workload}");
        let good = answer.status == status
            && entry.details.as_deref().is_some_and(|got| got.starts_with(details))
            && entry.caller == Some(caller)
            && entry.subject.is_none();
        (!good).then(|| format!("{workload} at the sidecar: {entry:?}"))
    });
    complaints.collect()
}

/// The service knows what `jwt_authn` has read, and the sidecar's log names the same transaction.
fn minted(proxies: &Proxies) {
    let token = proxies.mesh.token("staff-alice").unwrap();
    let theirs = "0af7651916cd43dd8448eb211c80319c";
    let request = Request::get("/orders")
        .bearer(&token)
        .header("traceparent", format!("00-{theirs}-b7ad6b7169203331-01"));
    let (_, _, arrived) = send(proxies, &request);
    let received = &arrived[0];
    let claims = URL_SAFE_NO_PAD.decode(received.header("x-watchword-claims")[0]).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(
        claims,
        json!({
            "sub": "staff-alice", "scope": "orders:read orders:write",
            "tctx": { "iss": "https://issuer.test", "tenant": "north", "level": 1, "roles": ["reader"] },
        })
    );
    assert_eq!(received.header("x-watchword-caller"), ["spiffe://shop.test/edge"]);
    let trace = received.header("traceparent")[0].split('-').nth(1).unwrap();
    assert_ne!(trace, theirs, "the tracer starts a trace of its own");
    let transaction = received.header("x-watchword-txn")[0];
    let log = proxies.mesh.envoy(Side::Orders).access_log();
    let entry = log
        .wait_for(|entry| entry.traceparent.as_deref().is_some_and(|text| text.contains(trace)))
        .unwrap();
    assert_eq!(entry.txn.as_deref(), Some(transaction));
    assert_eq!(
        (entry.subject.as_deref(), entry.provider.as_deref()),
        (Some("staff-alice"), Some("internal"))
    );
}
