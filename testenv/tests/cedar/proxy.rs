//! An Envoy with a listener for each of some sets. The plugins share a VM in each of its workers, as they would in
//! a proxy that serves several teams.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use serde_json::{Value, json};
use testenv::{AccessLog, Bootstrap, Envoy, EnvoyOptions, RunDirectory, free_ports, module};

use crate::plan::Plan;

const TYPES: &str = "type.googleapis.com/envoy.extensions";

/// A running proxy. Dropping it ends it.
pub struct Proxy {
    /// Where it listens, in the order of the plans.
    pub addresses: Vec<SocketAddr>,
    envoy: Envoy,
    _directory: RunDirectory,
}

impl Proxy {
    /// Start one for `plans`, and wait until it accepts requests.
    ///
    /// # Errors
    /// When the module or Envoy is missing, or a plugin refuses its configuration; the message holds the end of the
    /// log.
    pub fn start(plans: &[&Plan]) -> io::Result<Self> {
        let directory = RunDirectory::create("cedar")?;
        let mut held = Vec::new();
        let mut port = || {
            let ([port], listener) = free_ports()?;
            held.push(listener);
            io::Result::Ok(port)
        };
        let admin = port()?;
        let ports = plans.iter().map(|_| port()).collect::<Result<Vec<_>, _>>()?;
        let (wasm, log) = (module("watchword")?, directory.path().join("envoy.access.json"));
        let listeners = plans.iter().zip(&ports).map(|(plan, port)| listener(plan, *port, &wasm, &log));
        let mut bootstrap = Bootstrap::new(json!({
            "admin": { "address": loopback(admin) },
            "static_resources": { "listeners": listeners.collect::<Value>() },
        }));
        bootstrap.own_ports()?;
        drop(held);
        let mut envoy =
            Envoy::start("envoy", &bootstrap, directory.path(), admin, &EnvoyOptions::default())?;
        envoy.ready()?;
        let addresses = ports.into_iter().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Ok(Self { addresses: addresses.collect(), envoy, _directory: directory })
    }

    /// Its access log.
    pub const fn access_log(&self) -> &AccessLog {
        self.envoy.access_log()
    }
}

fn loopback(port: u16) -> Value {
    json!({ "socket_address": { "address": "127.0.0.1", "port_value": port } })
}

fn listener(plan: &Plan, port: u16, wasm: &Path, log: &Path) -> Value {
    let manager = json!({
        "@type": format!("{TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "cedar",
        "preserve_external_request_id": true,
        "access_log": [access_log(log)],
        "route_config": { "virtual_hosts": [{
            "name": "all", "domains": ["*"],
            // So that what passes is told from what is refused.
            "routes": [{ "match": { "prefix": "/" }, "direct_response": { "status": 200 } }],
        }] },
        "http_filters": [plugin(plan, wasm), {
            "name": "router", "typed_config": { "@type": format!("{TYPES}.filters.http.router.v3.Router") },
        }],
    });
    json!({
        "name": plan.name, "address": loopback(port),
        "filter_chains": [{ "filters": [{ "name": "manager", "typed_config": manager }] }],
    })
}

/// As text: the numbers of a `Struct` are no integers of 64 bits, and entities have such.
fn plugin(plan: &Plan, wasm: &Path) -> Value {
    json!({ "name": "watchword", "typed_config": {
        "@type": format!("{TYPES}.filters.http.wasm.v3.Wasm"),
        "config": {
            "name": plan.name,
            "root_id": plan.name,
            "vm_config": {
                "vm_id": "watchword", "runtime": "envoy.wasm.runtime.v8",
                "code": { "local": { "filename": wasm } },
            },
            "allow_on_headers_stop_iteration": true,
            "configuration": {
                "@type": "type.googleapis.com/google.protobuf.StringValue", "value": plan.configuration,
            },
        },
    } })
}

fn access_log(path: &Path) -> Value {
    json!({ "name": "file", "typed_config": {
        "@type": format!("{TYPES}.access_loggers.file.v3.FileAccessLog"),
        "path": path,
        "log_format": { "json_format": {
            "request_id": "%REQ(X-REQUEST-ID)%",
            "status": "%RESPONSE_CODE%",
            "details": "%RESPONSE_CODE_DETAILS%",
            "decision": "%FILTER_STATE(wasm.watchword.decision:PLAIN)%",
        } },
    } })
}
