//! An Envoy with a listener for each of some sets. The plugins share a VM in each of its workers, as they would in
//! a proxy that serves several teams.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
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
    /// The port of all listeners, at the address that none of them has: nobody else gets it.
    _held: Vec<TcpListener>,
}

impl Proxy {
    /// Start one for `plans`, and wait until it accepts requests.
    ///
    /// # Errors
    /// When the module or Envoy is missing, or a plugin refuses its configuration; the message holds the end of the
    /// log.
    pub fn start(plans: &[&Plan]) -> io::Result<Self> {
        let directory = RunDirectory::create("cedar")?;
        let ([admin], released) = free_ports()?;
        let ([port], held) = free_ports()?;
        let addresses: Vec<_> = (1..).map(|place| address(place, port)).take(plans.len()).collect();
        let (wasm, log) = (module("watchword")?, directory.path().join("envoy.access.json"));
        let listeners = plans.iter().zip(&addresses).map(|(plan, at)| listener(plan, *at, &wasm, &log));
        let mut bootstrap = Bootstrap::new(json!({
            "admin": { "address": socket(SocketAddr::from((Ipv4Addr::LOCALHOST, admin))) },
            "static_resources": { "listeners": listeners.collect::<Value>() },
        }));
        bootstrap.own_ports()?;
        drop(released);
        let mut envoy =
            Envoy::start("envoy", &bootstrap, directory.path(), admin, &EnvoyOptions::default())?;
        envoy.ready()?;
        Ok(Self { addresses, envoy, _directory: directory, _held: held })
    }

    /// Its access log.
    pub const fn access_log(&self) -> &AccessLog {
        self.envoy.access_log()
    }
}

/// An address of the loopback that no connection starts from. With a port of its own at one address, a listener
/// would lose it to some connection while so many are started.
fn address(place: u16, port: u16) -> SocketAddr {
    let [high, low] = place.to_be_bytes();
    SocketAddr::from((Ipv4Addr::new(127, 1, high, low), port))
}

fn socket(address: SocketAddr) -> Value {
    json!({ "socket_address": { "address": address.ip(), "port_value": address.port() } })
}

fn listener(plan: &Plan, at: SocketAddr, wasm: &Path, log: &Path) -> Value {
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
        "name": plan.name, "address": socket(at),
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
