//! A load balancer asks whether a proxy can decide.

#![expect(clippy::disallowed_methods, reason = "waiting is measured with a real clock")]

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testenv::client::{Answer, Connection, Request, exchange};
use testenv::{Behaviour, Mesh, Options, Side};

/// A failed fetch of first keys is tried again within seconds.
const PATIENCE: Duration = Duration::from_secs(40);

fn ask(edge: SocketAddr) -> Answer {
    exchange(edge, &Request::get("/readyz")).unwrap()
}

#[test]
fn an_edge_is_not_ready_before_its_keys_have_come_and_stays_so_when_they_cannot_be_fetched_again() {
    let options = Options::new("readiness").only(&[Side::Edge]).issuer(Behaviour::Close);
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let cold = ask(mesh.reach.edge);
    assert_eq!((cold.status, cold.header("retry-after")), (503, Some("1")));
    assert_eq!(cold.header("content-type"), Some("application/problem+json"));
    let text = cold.text();
    for secret in ["corp", "issuer", "keys_never_loaded", "jwt"] {
        assert!(!text.contains(secret), "{text}");
    }
    let id = cold.request_id().unwrap();
    let entry = mesh.envoy(Side::Edge).access_log().by_request_id(id).unwrap();
    assert_eq!(entry.refusal(), Some(("jwt", "keys_never_loaded")), "the operator is told");
    let proxied = exchange(mesh.reach.edge, &Request::get("/healthz")).unwrap();
    assert_eq!(proxied.status, 200, "the service behind is another matter");

    mesh.issuer.behave(Behaviour::Serve);
    let start = Instant::now();
    // Each worker answers for itself, and connections go to any of them.
    let mut in_a_row = 0;
    while in_a_row < 20 {
        assert!(start.elapsed() < PATIENCE, "the issuer is there, the edge is not ready");
        in_a_row = if ask(mesh.reach.edge).status == 200 { in_a_row + 1 } else { 0 };
        thread::sleep(Duration::from_millis(20));
    }
    let ready = ask(mesh.reach.edge);
    let body: Value = serde_json::from_str(&ready.text()).unwrap();
    assert_eq!(body, json!({"status": "ready"}));
    mesh.issuer.behave(Behaviour::Close);
    assert_eq!(ask(mesh.reach.edge).status, 200);
    let answered = mesh.envoy(Side::Edge).stat("watchword.requests.answered.ready").unwrap();
    assert!(answered >= 22, "{answered}");
}

#[test]
fn a_sidecar_without_the_keys_of_its_edge_is_not_ready_whoever_asks() {
    let options =
        Options::new("readiness-sidecar").only(&[Side::Orders]).change(Side::Orders, |bootstrap| {
            bootstrap.configuration("inbound")?["identity"]["verify"]["keys"] = json!({"remote": {
                "cluster": "edge_keys", "authority": "edge", "path": "/keys", "refresh_seconds": 60,
            }});
            Ok(())
        });
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let ask = |workload| {
        let mut connection =
            Connection::tls(mesh.reach.orders, &mesh.reach.certificates, Some(workload)).unwrap();
        connection.exchange(&Request::get("/readyz")).unwrap().status
    };
    // Of these two only the edge may call this service.
    assert_eq!([ask("edge"), ask("payments")], [503, 503]);
}
