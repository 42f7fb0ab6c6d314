//! Limits are exact for the whole proxy, although its workers share nothing but a table.

use std::thread;

use serde_json::json;
use testenv::client::{Connection, Request};
use testenv::{Mesh, Options, Side, gate};

/// Requests that the limit lets pass at once. It refills one in an hour, so that time plays no part.
const BURST: usize = 200;

/// Connections that compete. The kernel spreads them over both workers.
const CONNECTIONS: usize = 16;

/// Requests on each: four times as many in all as may pass.
const REQUESTS: usize = BURST * 4 / CONNECTIONS;

/// An edge whose users have this burst, and where addresses are not limited.
fn edge(label: &str, burst: usize) -> Mesh {
    let options = Options::new(label).only(&[Side::Edge]).change(Side::Edge, move |bootstrap| {
        let limits = &mut bootstrap.configuration("clients")?["ratelimit"]["limits"];
        *limits = json!({
            "per-user": { "requests": 1, "per_seconds": 3600, "burst": burst, "key": ["subject"] },
        });
        Ok(())
    });
    Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"))
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

fn percent_off(got: usize, want: usize) -> f64 {
    100.0 * got.abs_diff(want) as f64 / want as f64
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
    let off = percent_off(count(200), BURST);
    assert!(gate::line("limit.hot_key", format!("{off:.1}"), "<=1.0", off <= 1.0));
}

#[test]
fn a_hundred_keys_do_not_share_a_limit() {
    let burst = 5;
    let mesh = edge("limits-hundred", burst);
    let tokens: Vec<_> = (0..100).map(|user| mesh.token(&format!("user-{user}")).unwrap()).collect();
    let statuses = statuses(&mesh, &tokens, burst * 2);
    let admitted = statuses.iter().filter(|status| **status == 200).count();
    let off = percent_off(admitted, tokens.len() * burst);
    assert!(gate::line("limit.hundred_keys", format!("{off:.1}"), "<=1.0", off <= 1.0));
}
