//! Bursts at the edge of the shop, where limits stand between the other stages.

use std::io;
use std::thread;

use serde_json::{Value, json};
use testenv::client::{Connection, Request, exchange};
use testenv::{Bootstrap, Mesh, Options, Side};

/// Requests that the limit lets pass at once. It refills one in an hour, so that time plays no part.
const BURST: usize = 200;

/// Connections that compete. The kernel spreads them over both workers.
const CONNECTIONS: usize = 16;

/// Requests on each: four times as many in all as may pass.
const REQUESTS: usize = BURST * 4 / CONNECTIONS;

/// An edge whose users have this burst, and where addresses may send more than any test does.
fn edge(label: &str, burst: usize) -> Mesh {
    let options = Options::new(label).only(&[Side::Edge]).change(Side::Edge, move |bootstrap| {
        let per_user = json!({ "requests": 1, "per_seconds": 3600, "burst": burst, "key": ["subject"] });
        set_limit(bootstrap, "per-user", per_user)?;
        set_limit(bootstrap, "per-address", per_address(4_000))?;
        bootstrap.balance()
    });
    Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"))
}

fn per_address(burst: usize) -> Value {
    let key = ["client_address"];
    json!({ "requests": 1, "per_seconds": 600, "burst": burst, "key": key, "before_auth": true })
}

fn set_limit(bootstrap: &mut Bootstrap, name: &str, limit: Value) -> io::Result<()> {
    bootstrap.configuration("clients")?["ratelimit"]["limits"][name] = limit;
    Ok(())
}

/// How many of `requests` requests for each of `tokens`, on a connection of its own, get each status.
fn statuses(mesh: &Mesh, tokens: &[String], requests: usize) -> Vec<u16> {
    let address = mesh.reach.edge;
    let client = |token: &String| {
        let request = Request::get("/orders").bearer(token);
        thread::spawn(move || {
            let mut connection = Connection::plain(address).unwrap();
            (0..requests).map(|_| connection.exchange(&request).unwrap().status).collect::<Vec<_>>()
        })
    };
    let clients: Vec<_> = tokens.iter().map(client).collect();
    clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
}

#[test]
fn one_hot_key_is_limited_exactly_across_two_workers() {
    let mesh = edge("limits-hot", BURST);
    let tokens = vec![mesh.token("greedy").unwrap(); CONNECTIONS];
    let statuses = statuses(&mesh, &tokens, REQUESTS);

    let count = |status| statuses.iter().filter(|candidate| **candidate == status).count();
    let envoy = mesh.envoy(Side::Edge);
    for worker in ["worker_0.downstream_cx_total", "worker_1.downstream_cx_total"] {
        assert!(envoy.stat(worker).unwrap() > 0, "{worker} has served nobody: the test shows nothing");
    }
    assert_eq!(count(200) + count(429), CONNECTIONS * REQUESTS, "no other answers");
    assert_eq!(mesh.orders.received().len(), count(200), "what was admitted has arrived");
    assert_eq!(count(200), BURST);
}

#[test]
fn a_hundred_keys_do_not_share_a_limit() {
    let burst = 5;
    let mesh = edge("limits-hundred", burst);
    let tokens: Vec<_> = (0..100).map(|user| mesh.token(&format!("user-{user}")).unwrap()).collect();
    let statuses = statuses(&mesh, &tokens, burst * 2);
    let admitted = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(admitted, tokens.len() * burst);
}

#[test]
fn a_flood_of_bad_tokens_is_refused_before_their_signatures_are_checked() {
    let burst = 5;
    let options = Options::new("limits-flood")
        .only(&[Side::Edge])
        .change(Side::Edge, move |bootstrap| set_limit(bootstrap, "per-address", per_address(burst)));
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let bad = Request::get("/orders/42").bearer(&mesh.reach.token("flaw=wrong_key").unwrap());
    let good = Request::get("/orders/42").bearer(&mesh.token("alice").unwrap());
    let log = mesh.envoy(Side::Edge).access_log();
    let details = |request: &Request| {
        let answer = exchange(mesh.reach.edge, request).unwrap();
        let entry = log.by_request_id(answer.request_id().unwrap()).unwrap();
        (answer.status, entry.details.unwrap_or_default())
    };

    let checked = (401, "watchword_jwt_signature_invalid".to_owned());
    let limited = (429, "watchword_ratelimit_limit_reached".to_owned());
    let flood: Vec<_> = (0..burst * 2).map(|_| details(&bad)).collect();
    let expected = [vec![checked; burst], vec![limited.clone(); burst]].concat();
    assert_eq!(flood, expected);
    for request in [&good, &Request::get("/healthz")] {
        assert_eq!(details(request), limited, "the address has used up what it had, whatever it sends");
    }
    assert_eq!(mesh.orders.received(), []);
}
