//! What a service gets and a client sees of fields that only the proxies may write, in every way to forge them,
//! as it is on the wire behind a real Envoy.
//!
//! A row with trailers counts only when a harmless trailer beside the forged one arrives: by default Envoy
//! drops all of them. HTTP/2 has neither upper case nor `Connection`, so those rows are HTTP/1.1 alone.

#![expect(clippy::disallowed_methods, reason = "tokens are renewed by a real clock")]

mod judge;
mod responses;
mod rows;
mod send;
mod spelling;

use std::io;

use judge::Outcome;
use send::Sender;
use serde_json::{Value, json};
use testenv::{Bootstrap, Mesh, Options, RawService, Side, gate};

/// The fewest rows.
const ROWS: usize = 300;

/// Of ten rows, so many must arrive: a proxy that refuses everything is clean too.
const ARRIVING_OF_TEN: usize = 8;

/// The edge and a sidecar side by side, each before the same raw service.
fn options(upstream: &RawService) -> Options {
    let port = upstream.address().port();
    let options = Options::new("spoof").only(&[Side::Edge, Side::Orders]).direct();
    options
        .change(Side::Edge, move |bootstrap| change(bootstrap, "clients", "orders", port))
        .change(Side::Orders, move |bootstrap| change(bootstrap, "inbound", "app", port))
}

/// Trailers all the way, Envoy's own hygiene off, and no limit that a thousand requests would reach.
fn change(bootstrap: &mut Bootstrap, listener: &str, cluster: &str, port: u16) -> io::Result<()> {
    let manager = bootstrap.connection_manager(listener)?;
    manager["http_protocol_options"] = json!({ "enable_trailers": true });
    manager["forward_client_cert_details"] = json!("ALWAYS_FORWARD_ONLY");
    let configuration = bootstrap.configuration(listener)?;
    configuration["identity"]["headers"] = json!({ "subject": "x-user-id" });
    configuration.as_object_mut().map(|members| members.remove("ratelimit"));
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        route.as_object_mut().map(|members| members.remove("limits"));
    }
    bootstrap.send_to(cluster, port)?;
    bootstrap.cluster(cluster)?["typed_extension_protocol_options"] = http1_with_trailers();
    Ok(())
}

fn http1_with_trailers() -> Value {
    json!({ "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        "explicit_http_config": { "http_protocol_options": { "enable_trailers": true } },
    }})
}

#[test]
fn no_forged_field_reaches_a_service_and_no_reserved_one_a_client() {
    let upstream = RawService::start().unwrap();
    let mesh = Mesh::start(&options(&upstream)).unwrap_or_else(|error| panic!("{error}"));
    let mut sender = Sender::new(&mesh, &upstream).unwrap();
    let rows = rows::all();
    let (mut arrived, mut complaints) = (0, Vec::new());
    for row in &rows {
        let answer = sender.send(row).unwrap_or_else(|error| panic!("{row:?}: {error}"));
        match judge::judge(row, &answer, &upstream.take()) {
            Outcome::Clean => arrived += 1,
            Outcome::Refused => {}
            Outcome::Wrong(complaint) => complaints.push(format!(
                "{:?} {:?} {:?} {} {:?} token={}: {complaint}",
                row.place, row.protocol, row.position, row.name, row.spelling, row.has_token
            )),
        }
    }
    let (answers, wrong) = responses::run(&mut sender, &upstream).unwrap();
    println!("{} requests, {arrived} of them arrived, and {answers} responses", rows.len());
    complaints.extend(wrong);
    complaints.iter().for_each(|complaint| println!("{complaint}"));
    let all = rows.len() + answers;
    assert!(gate::count("identity.spoof_matrix", all - complaints.len(), all, ROWS));
    assert!(arrived * 10 >= rows.len() * ARRIVING_OF_TEN, "too little arrived to show anything");
    assert_counted(&mesh);
}

/// What was stripped stands in the counters.
fn assert_counted(mesh: &Mesh) {
    for side in [Side::Edge, Side::Orders] {
        for part in ["request", "request_trailers", "response", "response_trailers"] {
            let name = format!("watchword.identity.hygiene.{part}:");
            assert!(mesh.envoy(side).stat(&name).unwrap() > 100, "{side:?} {name}");
        }
    }
}
