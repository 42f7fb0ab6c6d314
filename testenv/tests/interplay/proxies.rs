//! The example of `envoy/interplay.yaml` as it is shipped, before the sidecar of orders, in which an RBAC
//! filter permits by the calling workload.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use serde_json::json;
use testenv::{Bootstrap, Envoy, EnvoyOptions, Mesh, Options, Side, Words, free_ports, module};

use crate::collector::Collector;

/// Everything that runs.
pub struct Proxies {
    /// Dropped first: it calls the others.
    pub edge: Envoy,
    /// Where it listens.
    pub address: SocketAddr,
    /// Issuer, service and its sidecar.
    pub mesh: Mesh,
}

impl Proxies {
    pub fn start(collector: &Collector) -> io::Result<Self> {
        let options = Options::new("interplay").only(&[Side::Orders]).change(Side::Orders, sidecar);
        let mesh = Mesh::start(&options)?;
        let ([port, admin], held) = free_ports()?;
        let mut bootstrap = Bootstrap::read("interplay.yaml", &words(&mesh, port, admin, collector)?)?;
        bootstrap.own_ports()?;
        drop(held);
        let environment = mesh.edge_secrets().environment().to_vec();
        let options = EnvoyOptions { environment, ..EnvoyOptions::default() };
        let mut edge = Envoy::start("interplay", &bootstrap, mesh.directory(), admin, &options)?;
        edge.ready()?;
        Ok(Self { edge, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), mesh })
    }
}

fn words(mesh: &Mesh, port: u16, admin: u16, collector: &Collector) -> io::Result<Words> {
    let loopback = Ipv4Addr::LOCALHOST.to_string();
    Ok(Words::from([
        ("LISTEN", loopback.clone()),
        ("PORT", port.to_string()),
        ("ADMIN_PORT", admin.to_string()),
        ("WASM", module("watchword")?.display().to_string()),
        ("CERTIFICATES", mesh.reach.certificates.directory().display().to_string()),
        ("ACCESS_LOG", mesh.directory().join("interplay.access.json").display().to_string()),
        ("ISSUER", loopback.clone()),
        ("ISSUER_PORT", mesh.issuer.address().port().to_string()),
        ("ORDERS", loopback.clone()),
        ("ORDERS_PORT", mesh.reach.orders.port().to_string()),
        ("COLLECTOR", loopback),
        ("COLLECTOR_PORT", collector.port.to_string()),
    ]))
}

/// Two workloads may call as far as Watchword is concerned; RBAC permits one of them.
fn sidecar(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let configuration = bootstrap.configuration("inbound")?;
    configuration["identity"]["filter_state"] = json!(true);
    configuration["identity"]["verify"]["callers"] =
        json!(["spiffe://shop.test/edge", "spiffe://shop.test/stranger"]);
    let manager = bootstrap.connection_manager("inbound")?;
    let format = &mut manager["access_log"][0]["typed_config"]["log_format"]["json_format"];
    for name in ["subject", "provider", "caller", "txn"] {
        format[name] = json!(format!("%FILTER_STATE(wasm.watchword.{name}:PLAIN)%"));
    }
    let is_edge = json!({ "filter_state": {
        "key": "wasm.watchword.caller", "string_match": { "exact": "spiffe://shop.test/edge" },
    } });
    let rbac = json!({ "name": "envoy.filters.http.rbac", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
        "rules": { "action": "ALLOW", "policies": {
            "edge": { "permissions": [{ "any": true }], "principals": [is_edge] },
        } },
    } });
    let filters = manager["http_filters"].as_array_mut();
    filters.ok_or_else(|| io::Error::other("no filters"))?.insert(1, rbac);
    Ok(())
}
