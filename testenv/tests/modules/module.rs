//! A module by itself on the edge: what it gets of the shipped configuration, and what it must answer.

use std::io;

use serde_json::{Value, json};
use testenv::client::{Request, exchange};
use testenv::{Mesh, Options, Side, module};

/// A module, the sections of the shipped configuration that it gets, and what it answers to a request for
/// an order without a token.
pub const MODULES: [(&str, &[&str], u16, &str); 5] = [
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

/// The plugin of the shipped bootstrap, with this module and the sections that it has.
pub fn plugin(shipped: &Value, name: &str, sections: &[&str]) -> io::Result<Value> {
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
///
/// # Errors
/// With what is wrong.
pub fn complaint(
    name: &'static str,
    sections: &'static [&str],
    status: u16,
    details: &str,
) -> io::Result<()> {
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
