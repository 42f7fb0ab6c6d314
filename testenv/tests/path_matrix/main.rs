//! The path that is decided on is the path that the service gets, byte for byte, or there is no path: with
//! Envoy's own normalization, and without any of it.

mod judge;
mod reading;
mod rows;
mod send;
mod tricks;

use std::collections::{BTreeMap, HashMap};
use std::io;

use judge::Outcome;
use rows::Row;
use serde_json::{Value, json};
use testenv::client::End;
use testenv::{Arrived, Bootstrap, Entry, Mesh, Options, RawService, Side, gate};

/// The fewest rows.
const ROWS: usize = 300;

/// So many must arrive at least in each run: a proxy that refuses everything never disagrees.
const ARRIVING: usize = 200;

/// The edge before a raw service, with a table of guarded and open routes.
fn start(upstream: &RawService, normalizes: bool) -> Mesh {
    let port = upstream.address().port();
    let label = if normalizes { "paths-normalized" } else { "paths-raw" };
    let options = Options::new(label).only(&[Side::Edge]);
    let options = options.change(Side::Edge, move |bootstrap| change(bootstrap, port, normalizes));
    Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"))
}

fn change(bootstrap: &mut Bootstrap, port: u16, normalizes: bool) -> io::Result<()> {
    let manager = bootstrap.connection_manager("clients")?;
    // By the id that a row brings its decision is found.
    manager["preserve_external_request_id"] = json!(true);
    // A connection that is ended for what a row has sent is closed at once.
    manager["delayed_close_timeout"] = json!("0s");
    if !normalizes {
        manager["normalize_path"] = json!(false);
        manager["merge_slashes"] = json!(false);
        manager["path_with_escaped_slashes_action"] = json!("KEEP_UNCHANGED");
    }
    let configuration = bootstrap.configuration("clients")?;
    configuration["routes"] = routes();
    configuration.as_object_mut().map(|members| members.remove("ratelimit"));
    configuration["jwt"].as_object_mut().map(|members| members.remove("api_keys"));
    bootstrap.send_to("orders", port)?;
    if !normalizes {
        bootstrap.document()?["layered_runtime"] = json!({ "layers": [{ "name": "raw", "static_layer": {
            "envoy.reloadable_features.http_reject_path_with_fragment": false,
        }}]});
    }
    Ok(())
}

fn routes() -> Value {
    let open = |name: &str, pattern: Value| json!({ "name": name, "match": pattern, "authenticate": "none", "authorize": "none" });
    let guarded = |name: &str, pattern: Value| json!({ "name": name, "match": pattern, "authenticate": { "any_of": ["corp"] }, "authorize": "none" });
    json!([
        open("public", json!({ "path": "/public/{*rest}" })),
        guarded("admin-root", json!({ "path": "/admin" })),
        guarded("admin", json!({ "path": "/admin/{*rest}" })),
        guarded("host-admin", json!({ "path": "/host/{id}", "hosts": ["admin.test"] })),
        open("host-open", json!({ "path": "/host/{id}", "hosts": ["shop.test"] })),
    ])
}

/// Run all rows through one proxy. Gives what is wrong.
fn run(rows: &[Row], normalizes: bool) -> Vec<String> {
    let upstream = RawService::start().unwrap();
    let mesh = start(&upstream, normalizes);
    let token = mesh.token("alice").unwrap();
    let ends: Vec<End> = rows
        .iter()
        .map(|row| {
            send::send(row, mesh.reach.edge, &token).unwrap_or_else(|error| panic!("{row:?}: {error}"))
        })
        .collect();
    let arrived = upstream.take();
    let arrived = by_row(&arrived);
    let entries = entries(&mesh, rows);
    let (mut outcomes, mut complaints) = (BTreeMap::<Outcome, usize>::new(), Vec::new());
    for (row, end) in rows.iter().zip(ends) {
        let id = send::request_id(row);
        let arrived = arrived.get(id.as_str()).map(Vec::as_slice).unwrap_or_default();
        match judge::judge(row, end, entries.get(&id), arrived) {
            Ok(outcome) => *outcomes.entry(outcome).or_default() += 1,
            Err(complaint) => complaints.push(format!(
                "normalizes={normalizes} {:?} token={} {} {} at {}: {complaint}",
                row.protocol,
                row.has_token,
                row.method,
                row.target.escape_ascii(),
                row.hosts.concat().escape_ascii()
            )),
        }
    }
    println!("with Envoy's normalization: {normalizes}: {outcomes:?}");
    let arrived = outcomes.get(&Outcome::Arrived).copied().unwrap_or_default();
    assert!(arrived >= ARRIVING, "too little arrived to show anything");
    complaints
}

fn by_row(arrived: &[Arrived]) -> HashMap<String, Vec<&Arrived>> {
    let mut found = HashMap::<String, Vec<&Arrived>>::new();
    for one in arrived {
        let row = one.field(send::ROW).unwrap_or_default();
        found.entry(format!("row-{}", String::from_utf8_lossy(row))).or_default().push(one);
    }
    found
}

/// The entries by request id, once the last has been written.
fn entries(mesh: &Mesh, rows: &[Row]) -> HashMap<String, Entry> {
    let log = mesh.envoy(Side::Edge).access_log();
    if let Some(last) = rows.last() {
        let id = send::request_id(last);
        log.wait_for(|entry| entry.request_id.as_deref() == Some(&id));
    }
    log.entries().into_iter().filter_map(|entry| Some((entry.request_id.clone()?, entry))).collect()
}

#[test]
fn what_is_decided_on_is_what_arrives() {
    let rows = rows::all();
    let complaints = [run(&rows, true), run(&rows, false)].concat();
    complaints.iter().for_each(|complaint| println!("{complaint}"));
    let all = rows.len() * 2;
    assert!(gate::count("identity.path_matrix", all - complaints.len(), all, ROWS));
}
