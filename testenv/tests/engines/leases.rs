//! Leases: an edge asks ahead, and spends by itself what it got.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testenv::client::Connection;
use testenv::engine::{Conduct, RateLimitRequest, Refused, Windows};
use testenv::{Mesh, Side, gate};

use crate::edge::{Edge, LIMIT};
use crate::load::{Client, steady};
use crate::shop::{Shop, WINDOW, engine};

/// Connections that share a load.
const CONNECTIONS: usize = 4;

/// Requests in a second.
const RATE: usize = 1_000;

/// For how long, in seconds.
const SECONDS: usize = 12;

/// Calls for a hundred requests at most.
const MOST_PERCENT: f64 = 2.0;

/// The same where all connections ask at once, at each of the first steps in which a lease grows: of the 12,000 requests
/// that is 32 for six steps, and then hardly any.
const MOST_PERCENT_AT_ONCE: f64 = 4.0;

#[test]
fn at_a_steady_load_far_from_the_limit_hardly_anything_is_asked() {
    hardly_anything_is_asked(("limit.lease_calls", MOST_PERCENT), CONNECTIONS, Conduct::Count);
}

/// While a question is under way, more requests come than a lease is large at first.
#[test]
fn nor_is_it_of_an_engine_that_takes_its_time_while_many_ask_at_once() {
    hardly_anything_is_asked(
        ("limit.lease_calls_far", MOST_PERCENT_AT_ONCE),
        32,
        Conduct::Late(Duration::from_millis(5)),
    );
}

fn hardly_anything_is_asked((gate_name, most): (&str, f64), connections: usize, conduct: Conduct) {
    let shop = Shop::open(gate_name, |edge| edge.lease(1000));
    shop.engine.behave(conduct);
    let client = Client { edge: shop.mesh.reach.edge, request: shop.request() };
    let pause = Duration::from_secs(1) * connections as u32 / RATE as u32;
    let start = Instant::now();
    let statuses = steady(&vec![client; connections], RATE * SECONDS / connections, pause);
    let rate = statuses.len() as f64 / start.elapsed().as_secs_f64();
    let refused = statuses.iter().filter(|status| **status != 200).count();
    assert_eq!(refused, 0, "of {} that are far from the limit", statuses.len());
    let calls = shop.engine.calls();
    assert!(calls > 0, "nobody has counted anything");
    let percent = 100.0 * calls as f64 / statuses.len() as f64;
    println!("{calls} calls for {} requests at {rate:.0} in a second", statuses.len());
    let want = format!("<={most:.1}");
    assert!(gate::line(gate_name, format!("{percent:.2}"), want, percent <= most));
    let spent: usize = shop.engine.take().iter().map(|question| question.hits_addend.max(1) as usize).sum();
    assert!(spent >= statuses.len(), "{spent} were asked for, and {} let pass", statuses.len());
    shop.is_unharmed().unwrap();
}

/// Requests within which leases have grown beyond one.
const GROWTH: usize = 2000;

/// What is asked for when it is not one request.
fn is_lease(question: &RateLimitRequest) -> bool {
    question.hits_addend > 1
}

#[test]
fn who_does_not_get_a_lease_asks_for_one_request() {
    let shop = Shop::open("engines-last", |edge| edge.lease(100));
    shop.engine.count_in(Windows::new(10_000, WINDOW, Refused::Free));
    let mut connection = Connection::plain(shop.mesh.reach.edge).unwrap();
    let mut status = || connection.exchange(&shop.request()).unwrap().status;
    let mut lease = None;
    for _ in 0..GROWTH {
        assert_eq!(status(), 200);
        lease = shop.engine.take().into_iter().find(is_lease).or(lease);
    }
    let lease = lease.expect("leases do not grow");

    // Other proxies get all but one of what is left.
    shop.engine.leave(&lease, 1);
    let admitted = (0..GROWTH).take_while(|_| status() == 200).count();
    assert!(admitted < GROWTH, "there is no limit");
    let hits: Vec<_> = shop.engine.take().iter().map(|question| question.hits_addend).collect();
    let asked_again = hits.windows(2).any(|pair| pair[0] > 1 && pair[1] <= 1);
    assert!(asked_again, "the last one was left, and asked was for {hits:?}");
    println!("{admitted} requests after the others had all but one; asked was for {hits:?}");
    shop.is_unharmed().unwrap();
}

#[test]
fn an_edge_never_lets_pass_more_than_it_got() {
    let most = 300;
    for refused in [Refused::Free, Refused::Count] {
        let shop = Shop::open("engines-got", |edge| edge.lease(100));
        shop.engine.count_in(Windows::new(most, WINDOW, refused));
        let client = Client { edge: shop.mesh.reach.edge, request: shop.request() };
        let statuses = crate::load::burst(&vec![client; CONNECTIONS], 2 * most as usize / CONNECTIONS);
        let admitted = statuses.iter().filter(|status| **status == 200).count();
        println!("{admitted} of {most}, where refused hits: {refused:?}");
        assert!(admitted <= most as usize, "{admitted} of {most}, {refused:?}");
        assert!(
            admitted >= most as usize * 9 / 10,
            "{admitted} of {most}, {refused:?}: too much was wasted"
        );
        assert!(statuses.iter().all(|status| [200, 429].contains(status)), "{statuses:?}");
    }
}

#[test]
fn what_anybody_can_say_of_himself_is_no_key_for_leases() {
    let engine = engine();
    for (key, accepted) in [
        (json!(["subject"]), true),
        (json!([{ "header": "x-plan" }]), false),
        (json!(["client_address"]), false),
    ] {
        let edge = Edge::of(engine.address()).lease(100).limit("key", key.clone());
        let (ok, said) = check(edge);
        assert_eq!(ok, accepted, "{key}: {said}");
        assert!(ok || said.contains(&format!("ratelimit.limits.{LIMIT}")), "{key}: {said}");
    }
}

#[test]
fn a_global_limit_has_no_quota_of_its_own() {
    let engine = engine();
    let wrong: [(&str, Value); 4] =
        [("requests", json!(1)), ("per_seconds", json!(1)), ("burst", json!(1)), ("slots", json!(1024))];
    for (field, value) in wrong {
        let (ok, said) = check(Edge::of(engine.address()).limit(field, value));
        assert!(!ok && said.contains(&format!("ratelimit.limits.{LIMIT}")), "{field}: {said}");
    }
    let (ok, said) = check(Edge::of(engine.address()).global("service", json!("nobody")));
    assert!(!ok && said.contains("nobody"), "{said}");
}

/// Whether the proxy accepts it, and its complaint.
fn check(edge: Edge) -> (bool, String) {
    let (accepted, said) = Mesh::check(&edge.options("engines-refused"), Side::Edge).unwrap();
    let complaint = said.lines().find(|line| line.contains("configuration refused"));
    (accepted, complaint.unwrap_or_default().to_owned())
}
