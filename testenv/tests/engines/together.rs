//! Two edges have one limit, because they ask one engine.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use testenv::client::Request;
use testenv::{Mesh, Side, gate};

use crate::edge::Edge;
use crate::load::{Client, burst};
use crate::real::{Real, limit};

/// What both may let pass together in one window of the engine.
const LIMIT: usize = 1000;

/// The window, in seconds: longer than the requests take.
const WINDOW: u64 = 60;

/// A lease of one edge at most.
const LEASE: usize = 50;

/// The edges.
const EDGES: usize = 2;

/// Connections to each of them.
const CONNECTIONS: usize = 4;

/// Requests on each: twice as many in all as may pass.
const REQUESTS: usize = LIMIT * 2 / (EDGES * CONNECTIONS);

/// How many of twice the limit two edges let pass that are as `change` makes them, and how often the engine has
/// agreed.
fn admitted(label: &str, engine: SocketAddr, change: impl Fn(Edge) -> Edge) -> (usize, usize) {
    let mesh = |index: usize| {
        let edge = change(Edge::of(engine));
        Mesh::start(&edge.options(&format!("{label}-{index}"))).unwrap_or_else(|error| panic!("{error}"))
    };
    let meshes: [Mesh; EDGES] = [mesh(1), mesh(2)];
    let client = |mesh: &Mesh| {
        let request = Request::get("/orders").bearer(&mesh.token("greedy").unwrap());
        Client { edge: mesh.reach.edge, request }
    };
    let clients: Vec<_> = meshes.iter().flat_map(|mesh| vec![client(mesh); CONNECTIONS]).collect();
    let start = Instant::now();
    let statuses = burst(&clients, REQUESTS);
    assert!(start.elapsed() < Duration::from_secs(WINDOW), "another window has begun: this shows nothing");
    let count = |status| statuses.iter().filter(|candidate| **candidate == status).count();
    assert_eq!(count(200) + count(429), statuses.len(), "no other answers: {statuses:?}");
    let arrived: usize = meshes.iter().map(|mesh| mesh.orders.received().len()).sum();
    assert_eq!(arrived, count(200), "what was admitted has arrived");
    assert!(meshes.iter().all(|mesh| !mesh.orders.received().is_empty()), "one edge has served nobody");
    let counter = format!("limit.engine.ok.{}", crate::edge::LIMIT);
    let agreed = |mesh: &Mesh| mesh.envoy(Side::Edge).stat(&counter).unwrap();
    let agreed: u64 = meshes.iter().map(agreed).sum();
    (count(200), usize::try_from(agreed).unwrap())
}

#[test]
fn two_edges_that_check_every_request_have_exactly_one_limit() {
    let (name, want) = ("limit.two_edges", "<=1.0");
    let limit = limit(LIMIT, WINDOW, "subject");
    let Some(real) = Real::start("engines-check", &limit, (name, want)) else { return };
    let (admitted, agreed) = admitted("together-check", real.engine.address(), |edge| edge);
    assert_eq!(agreed, admitted, "every request has asked");
    let off = 100.0 * admitted.abs_diff(LIMIT) as f64 / LIMIT as f64;
    println!("two edges that check let pass {admitted} of {LIMIT}");
    assert!(gate::line(name, format!("{off:.1}"), want, off <= 1.0));
}

#[test]
fn two_edges_with_leases_stay_within_the_limit_and_waste_no_more_than_a_lease_each() {
    lease("statuses", "limit.two_edges_lease");
}

#[test]
fn two_edges_with_leases_understand_what_is_left_from_headers_alone() {
    lease("headers", "limit.two_edges_lease_headers");
}

fn lease(says: &'static str, gate_name: &str) {
    let least = LIMIT - EDGES * LEASE;
    let want = format!("{least}..={LIMIT}");
    let limit = limit(LIMIT, WINDOW, "subject");
    let label = format!("engines-{says}");
    let Some(real) = Real::that_says(says, &label, &limit, (gate_name, &want)) else { return };
    let (admitted, agreed) =
        admitted(&format!("together-{says}"), real.engine.address(), |edge| edge.lease(LEASE));
    println!("{agreed} answers for {admitted} requests");
    // Near the limit leases become small: fewer is for the test of a steady load.
    assert!(agreed < admitted * 3 / 4, "{agreed} answers for {admitted} requests: these are no leases");
    assert!(gate::line(gate_name, admitted, want, (least..=LIMIT).contains(&admitted)));
}
