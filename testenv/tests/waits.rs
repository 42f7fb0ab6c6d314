//! What happens to requests while the issuer's keys are not there.

#![expect(clippy::disallowed_methods, reason = "waiting is measured with a real clock")]

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use testenv::client::{Answer, Request, exchange, post_with_trailer};
use testenv::{Behaviour, Mesh, Options, Side};

/// How long a request may wait for the first keys, as the shipped configuration says.
const COLD_KEYS: Duration = Duration::from_millis(1000);

/// How often keys are fetched at most, as the configuration allows.
const SHORTEST_REFRESH: Duration = Duration::from_secs(10);

/// Added to deadlines for a machine that has other things to do.
const SLACK: Duration = Duration::from_millis(1500);

/// An edge that takes and forwards trailers, which Envoy drops from HTTP/1.1 unless told otherwise.
fn edge(label: &str, issuer: Behaviour, cold_keys: Duration) -> Mesh {
    let options =
        Options::new(label).only(&[Side::Edge]).issuer(issuer).change(Side::Edge, move |bootstrap| {
            let wait = &mut bootstrap.configuration("clients")?["jwt"]["wait"];
            wait["cold_keys_ms"] = json!(u64::try_from(cold_keys.as_millis()).map_err(io::Error::other)?);
            bootstrap.forward_trailers("clients", "orders")
        });
    Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"))
}

fn buyer(mesh: &Mesh) -> String {
    mesh.reach.token(r#"sub=carol&roles=["buyer"]&level=2"#).unwrap()
}

fn assert_unavailable(mesh: &Mesh, what: &str, send: impl Fn() -> io::Result<Answer>) {
    let start = Instant::now();
    let answer = send().unwrap_or_else(|error| panic!("{what}: {error}"));
    let waited = start.elapsed();
    assert_eq!(answer.status, 503, "{what}");
    assert!(answer.header("retry-after").is_some(), "{what}: says when to come again");
    assert!(waited < COLD_KEYS + SLACK, "{what}: waited {waited:?}");
    let id = answer.request_id().unwrap_or_else(|| panic!("{what}: no request id"));
    let entry = mesh.envoy(Side::Edge).access_log().by_request_id(id).unwrap();
    assert_eq!(entry.refusal(), Some(("jwt", "keys_never_loaded")), "{what}");
}

#[test]
fn without_any_keys_requests_are_refused_in_time_and_whole() {
    let mesh = edge("waits-down", Behaviour::Close, COLD_KEYS);
    let token = buyer(&mesh);
    let get = Request::get("/orders/42").bearer(&token);
    let post = Request::post("/orders", vec![b'x'; 100_000]).bearer(&token);
    assert_unavailable(&mesh, "GET", || exchange(mesh.reach.edge, &get));
    assert_unavailable(&mesh, "POST with a body", || exchange(mesh.reach.edge, &post));
    assert_unavailable(&mesh, "POST with a trailer", || post_with_trailer(mesh.reach.edge, &token));
    assert_eq!(mesh.orders.received(), [], "nothing of them reached the service");

    let health = exchange(mesh.reach.edge, &Request::get("/healthz")).unwrap();
    assert_eq!(health.status, 200, "routes without authentication need no keys");

    mesh.issuer.behave(Behaviour::Serve);
    let start = Instant::now();
    let recovered = || exchange(mesh.reach.edge, &post).is_ok_and(|answer| answer.status == 200);
    while !recovered() {
        assert!(start.elapsed() < Duration::from_secs(40), "the issuer is back, the edge is not");
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_request_that_waits_for_slow_keys_is_forwarded_whole() {
    let delay = Duration::from_millis(1500);
    let mesh = edge("waits-slow", Behaviour::Delay(delay), Duration::from_millis(4000));
    let token = buyer(&mesh);
    let start = Instant::now();
    let answer = post_with_trailer(mesh.reach.edge, &token).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let waited = start.elapsed();
    assert!(waited > delay / 3, "answered after {waited:?}: it did not wait, so this shows nothing");
    let received = mesh.orders.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body_bytes, "hello world".len());
    assert_eq!(received[0].trailers, [("x-checksum".to_owned(), "11".to_owned())]);
}

#[test]
fn keys_that_fail_once_loaded_are_used_on() {
    let options = Options::new("waits-later").only(&[Side::Edge]).change(Side::Edge, |bootstrap| {
        let provider = &mut bootstrap.configuration("clients")?["jwt"]["providers"]["corp"];
        provider["keys"]["remote"]["refresh_seconds"] = json!(SHORTEST_REFRESH.as_secs());
        Ok(())
    });
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let good = Request::post("/orders", "{}").bearer(&buyer(&mesh));
    assert_eq!(exchange(mesh.reach.edge, &good).unwrap().status, 200);
    mesh.issuer.behave(Behaviour::Fail(500));
    let start = Instant::now();
    // The counter exists once it counts.
    while mesh.envoy(Side::Edge).stat("wasmcustom.watchword.fetch.failed").is_err() {
        assert!(start.elapsed() < SHORTEST_REFRESH + Duration::from_secs(10), "nothing was fetched again");
        thread::sleep(Duration::from_millis(200));
    }
    // A key id that nobody has is no reason to forget the others.
    let unknown = mesh.reach.token("flaw=unknown_kid").unwrap();
    assert_eq!(exchange(mesh.reach.edge, &Request::get("/orders").bearer(&unknown)).unwrap().status, 401);
    assert_eq!(exchange(mesh.reach.edge, &good).unwrap().status, 200);
}
