//! What real proxies serve after the demo, and what a real Prometheus makes of it.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use testenv::client::{Request, exchange};
use testenv::metrics::{Prometheus, Scraped, missing, served, unlisted};
use testenv::{Behaviour, Mesh, Options, Side, gate, table};

/// What the demo has: neither a bundle nor a rate limit engine. The tests of those two look for the rest.
const OF_THE_DEMO: [&str; 9] = [
    "watchword_requests",
    "watchword_refused",
    "watchword_peer",
    "watchword_stage",
    "watchword_jwt",
    "watchword_identity",
    "watchword_authz_cache",
    "watchword_fetch",
    "watchword_limit_",
];

/// Where a metric belongs to the engine after all.
const OF_AN_ENGINE: &str = "watchword_limit_engine";

/// Until Envoy has merged its histograms, which it does every five seconds, and Prometheus has come by.
const PATIENCE: Duration = Duration::from_secs(25);

#[test]
fn proxies_serve_what_is_asked_for_and_nothing_that_is_not_listed() {
    let mesh = Mesh::start(&Options::new("metrics")).unwrap_or_else(|error| panic!("{error}"));
    let rows = table::run(&mesh.reach);
    assert!(rows.iter().all(|row| row.outcome.complaint.is_none()), "the demo is not as it should be");
    let mut all = BTreeMap::new();
    for side in Side::ALL {
        all.extend(served(mesh.envoy(side)).unwrap());
    }
    all.extend(of_an_edge_without_keys());
    assert_eq!(unlisted(&all).unwrap(), Vec::<String>::new());

    let (asked, absent) = missing(&all, &OF_THE_DEMO).unwrap();
    let (of_engines, absent_engines) = missing(&all, &[OF_AN_ENGINE]).unwrap();
    let absent: Vec<_> = absent.difference(&absent_engines).collect();
    let asked = asked - of_engines;
    assert!(gate::count("ship.metrics", asked - absent.len(), asked, 15), "{absent:?}");
    is_scraped_and_judged(&mesh);
}

/// A fetch that fails counts what none in the demo does.
fn of_an_edge_without_keys() -> BTreeMap<String, Scraped> {
    let options = Options::new("metrics-cold").only(&[Side::Edge]).issuer(Behaviour::Close);
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let start = Instant::now();
    loop {
        let all = served(mesh.envoy(Side::Edge)).unwrap();
        if all.contains_key("watchword_fetch_failed") {
            return all;
        }
        assert!(start.elapsed() < PATIENCE, "nothing was fetched");
        thread::sleep(Duration::from_millis(200));
    }
}

fn is_scraped_and_judged(mesh: &Mesh) {
    if !Prometheus::is_there() {
        return gate::absent("ship.scraped", "14/14", "prometheus is not installed");
    }
    let targets = Side::ALL.map(|side| (side.name(), mesh.envoy(side).admin_address()));
    let prometheus =
        Prometheus::start(mesh.directory(), &targets).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(exchange(mesh.reach.edge, &Request::get("/readyz")).unwrap().status, 200);
    let scraped = |query: &str| !prometheus.query(query).unwrap().is_empty();
    eventually("the edge is not scraped", || {
        scraped(r#"watchword_refused{job="edge",stage="jwt",reason="expired"} > 0"#)
            && scraped(r#"watchword_peer{job="sidecar",protection="mtls",route="read-order"} > 0"#)
            && scraped(r#"watchword_stage_us_bucket{job="edge",stage="authz",le="1000"} > 0"#)
            && scraped(r#"watchword_requests{outcome="answered",route="ready"} > 0"#)
    });
    let mut judged = (0, 0);
    eventually("not all rules are evaluated", || {
        judged = evaluated(&prometheus.ask("/api/v1/rules").unwrap());
        judged.0 == judged.1
    });
    assert!(gate::count("ship.scraped", judged.0, judged.1, 14));
}

fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(250));
    }
}

/// How many rules were evaluated without an error, and how many there are.
fn evaluated(rules: &Value) -> (usize, usize) {
    let groups = rules["groups"].as_array().into_iter().flatten();
    let rules: Vec<_> = groups.flat_map(|group| group["rules"].as_array().into_iter().flatten()).collect();
    (rules.iter().filter(|rule| rule["health"] == "ok").count(), rules.len())
}
