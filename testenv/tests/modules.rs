//! Each module loads in a real Envoy and answers; four of them in a chain do what the one does.

use std::io;

use serde_json::{Value, json};
use testenv::client::{Request, exchange};
use testenv::{Bootstrap, Mesh, Options, Side, gate, module};

/// A module, the sections of the shipped configuration that it gets, and what it answers to a request for
/// an order without a token.
const MODULES: [(&str, &[&str], u16, &str); 5] = [
    ("watchword", &["jwt", "identity", "authz", "ratelimit"], 401, "watchword_jwt_credential_missing"),
    ("jwt-verify", &["jwt"], 401, "watchword_jwt_credential_missing"),
    ("identity-propagation", &["identity"], 401, "watchword_route_identity_missing"),
    ("abac-authz", &["authz"], 401, "watchword_route_identity_missing"),
    ("rate-limit", &["ratelimit"], 401, "watchword_route_identity_missing"),
];

/// The shipped configuration for a module that has only these stages.
fn configuration(shipped: &Value, sections: &[&str]) -> Value {
    let mut configuration = json!({ "realm": "shop", "unknown_route": "deny" });
    configuration["routes"] = shipped["routes"].clone();
    for section in sections {
        configuration[section] = shipped[section].clone();
    }
    if !sections.contains(&"jwt") {
        configuration["verified_elsewhere"] = json!(["corp"]);
    }
    configuration
}

fn plugin(shipped: &Value, name: &str, sections: &[&str]) -> io::Result<Value> {
    let mut plugin = shipped.clone();
    plugin["name"] = json!(format!("watchword.{name}"));
    plugin["vm_config"]["code"]["local"]["filename"] = json!(module(name)?);
    // Modules of different code must not share a VM.
    plugin["vm_config"]["vm_id"] = json!(name);
    plugin["configuration"]["value"] = configuration(&shipped["configuration"]["value"], sections);
    Ok(plugin)
}

fn edge_with(name: &'static str, sections: &'static [&str]) -> io::Result<Mesh> {
    let options = Options::new(name).only(&[Side::Edge]).change(Side::Edge, move |bootstrap| {
        let shipped = bootstrap.plugin("clients")?;
        *shipped = plugin(shipped, name, sections)?;
        Ok(())
    });
    Mesh::start(&options)
}

/// What is wrong with a module, if anything.
fn complaint(name: &'static str, sections: &'static [&str], status: u16, details: &str) -> io::Result<()> {
    let mesh = edge_with(name, sections)?;
    let open = exchange(mesh.reach.edge, &Request::get("/healthz"))?;
    if open.status != 200 {
        return Err(io::Error::other(format!("/healthz: {}", open.status)));
    }
    let refused = exchange(mesh.reach.edge, &Request::get("/orders/42"))?;
    let id = refused.request_id().unwrap_or_default();
    let entry = mesh.envoy(Side::Edge).access_log().by_request_id(id);
    let got = entry.and_then(|entry| entry.details).unwrap_or_default();
    if (refused.status, got.as_str()) != (status, details) {
        return Err(io::Error::other(format!("/orders/42: {} {got}", refused.status)));
    }
    match mesh.orders.received().len() {
        1 => Ok(()),
        arrived => Err(io::Error::other(format!("{arrived} requests reached the service"))),
    }
}

#[test]
fn every_module_loads_and_answers() {
    let good = MODULES.into_iter().filter(|(name, sections, status, details)| {
        let done = complaint(name, sections, *status, details);
        done.inspect_err(|error| println!("{name}: {error}")).is_ok()
    });
    assert!(gate::count("modules.load", good.count(), MODULES.len(), 5));
}

fn chain(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let shipped = bootstrap.plugin("clients")?.clone();
    let filters = &mut bootstrap.connection_manager("clients")?["http_filters"];
    let router = filters[1].take();
    let mut chained = Vec::new();
    for (name, sections, ..) in &MODULES[1..] {
        let config = plugin(&shipped, name, sections)?;
        let wasm = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
        chained.push(json!({ "name": name, "typed_config": { "@type": wasm, "config": config } }));
    }
    chained.push(router);
    *filters = json!(chained);
    Ok(())
}

#[test]
fn in_a_chain_each_module_acts_on_the_identity_that_the_first_has_verified() {
    let options = Options::new("chain").only(&[Side::Edge]).change(Side::Edge, chain);
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let refusal = |request: &Request| {
        let answer = exchange(mesh.reach.edge, request).unwrap();
        let entry =
            mesh.envoy(Side::Edge).access_log().by_request_id(answer.request_id().unwrap()).unwrap();
        entry.details.unwrap_or_default()
    };
    let reader = Request::get("/orders/42").bearer(&mesh.token("alice").unwrap());
    let nobody = Request::get("/orders/42").bearer(&mesh.reach.token("sub=bob&roles=[]").unwrap());
    assert_eq!(refusal(&Request::get("/orders/42")), "watchword_jwt_credential_missing");
    assert_eq!(refusal(&nobody), "watchword_authz_no_policy_permits");
    assert_eq!(refusal(&reader), "via_upstream");
    assert_eq!(mesh.orders.received().len(), 1);
    assert_eq!(mesh.orders.received()[0].header("txn-token").len(), 1, "the internal token was minted");
    let limited = (0..100).map(|_| refusal(&reader)).find(|details| details != "via_upstream");
    assert_eq!(limited.as_deref(), Some("watchword_ratelimit_limit_reached"));
}
