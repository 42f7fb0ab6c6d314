//! Envoy's own filter gets on with our engines: what they speak is the protocol, and not what we think it is.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use testenv::client::{Connection, Request, exchange};
use testenv::engine::{Conduct, Refused, Windows, question};
use testenv::{Bootstrap, Mesh, Options, Side};

use crate::edge::{CLUSTER, DOMAIN, Edge};
use crate::real::{Real, limit};
use crate::shop::{WINDOW, engine};

/// What is let pass.
const LIMIT: u32 = 3;

/// Envoy's filter in the place of ours.
fn edge(label: &str, engine: SocketAddr) -> Mesh {
    let native = move |bootstrap: &mut Bootstrap| {
        Edge::of(engine).add_cluster(bootstrap)?;
        replace(bootstrap)
    };
    let options = Options::new(label).only(&[Side::Edge]).change(Side::Edge, native);
    Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"))
}

fn replace(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let manager = bootstrap.connection_manager("clients")?;
    manager["http_filters"][0] = json!({ "name": "envoy.filters.http.ratelimit", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.ratelimit.v3.RateLimit",
        "domain": DOMAIN,
        "failure_mode_deny": true,
        "timeout": "1s",
        "enable_x_ratelimit_headers": "DRAFT_VERSION_03",
        "rate_limit_service": {
            "transport_api_version": "V3",
            "grpc_service": { "envoy_grpc": { "cluster_name": CLUSTER } },
        },
    } });
    manager["route_config"]["virtual_hosts"][0]["rate_limits"] = json!([{ "actions": [{ "request_headers": { "header_name": "x-user", "descriptor_key": "user" } }] }]);
    Ok(())
}

/// The answers to more requests of one user than may pass.
fn ask(mesh: &Mesh) -> Vec<(u16, Option<String>)> {
    let mut connection = Connection::plain(mesh.reach.edge).unwrap();
    let request = Request::get("/orders").header("x-user", "alice");
    let mut answer = || {
        let answer = connection.exchange(&request).unwrap();
        (answer.status, answer.header("x-ratelimit-remaining").map(ToOwned::to_owned))
    };
    (0..=LIMIT).map(|_| answer()).collect()
}

/// What is left is said as envoyproxy/ratelimit says it, and Envoy tells the client.
fn counted_down() -> Vec<(u16, Option<String>)> {
    [(200, 2), (200, 1), (200, 0), (429, 0)].map(|(status, left)| (status, Some(left.to_string()))).to_vec()
}

#[test]
fn envoys_own_filter_understands_the_scripted_engine() {
    let engine = engine();
    // Envoy tells of windows that have a name.
    engine.count_in(Windows::new(LIMIT, WINDOW, Refused::Free));
    let mesh = edge("engines-native", engine.address());
    assert_eq!(ask(&mesh), counted_down());
    assert_eq!(engine.take()[0].descriptors, question("", &[("user", "alice")], 0).descriptors);
    for conduct in
        [Conduct::Truncated, Conduct::Fail(13), Conduct::Reset, Conduct::Late(Duration::from_secs(2))]
    {
        engine.behave(conduct.clone());
        let answer = exchange(mesh.reach.edge, &Request::get("/orders").header("x-user", "bob"));
        assert_eq!(answer.unwrap().status, 500, "{conduct:?}");
    }
}

#[test]
fn envoys_own_filter_understands_the_real_engine() {
    let limit = limit(LIMIT as usize, WINDOW.as_secs(), "user");
    let Some(real) = Real::start("engines-native-real", &limit, ("limit.engine_native", "4/4")) else {
        return;
    };
    let mesh = edge("engines-native-edge", real.engine.address());
    let (got, want) = (ask(&mesh), counted_down());
    let right = got.iter().zip(&want).filter(|(got, want)| got == want).count();
    assert!(testenv::gate::count("limit.engine_native", right, want.len(), 4), "{got:?}");
}
