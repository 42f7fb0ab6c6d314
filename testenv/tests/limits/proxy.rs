//! An Envoy with `rate-limit.wasm` alone, which answers by itself what the limits let pass. Its filter comes by
//! discovery from a file, so that a test can push another configuration while requests come in.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::{fs, io};

use serde_json::{Value, json};
use testenv::{Bootstrap, Envoy, EnvoyOptions, RunDirectory, free_ports, module};

/// The name of the filter, and of the file that tells its configuration.
const FILTER: &str = "watchword";

/// The type of the filter.
const WASM: &str = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";

/// The proxy. Dropping it ends it.
#[derive(Debug)]
pub struct Proxy {
    /// The process.
    pub envoy: Envoy,
    /// Where it listens.
    pub address: SocketAddr,
    directory: RunDirectory,
}

impl Proxy {
    /// Start one whose only route has these limits, all of them, in the order of their names.
    pub fn start(label: &str, limits: &Value) -> io::Result<Self> {
        Self::configured(label, &configuration(limits))
    }

    /// Start one with this configuration of Watchword.
    pub fn configured(label: &str, configuration: &Value) -> io::Result<Self> {
        let directory = RunDirectory::create(label)?;
        write(directory.path(), configuration)?;
        let ([port, admin], held) = free_ports()?;
        let mut bootstrap = Bootstrap::new(bootstrap(port, admin, directory.path()));
        bootstrap.own_ports()?;
        bootstrap.balance()?;
        drop(held);
        let mut envoy =
            Envoy::start("limits", &bootstrap, directory.path(), admin, &EnvoyOptions::default())?;
        envoy.ready()?;
        // It serves all the same, and refuses every request.
        if let Some(line) = envoy.log().lines().find(|line| line.contains("configuration refused")) {
            return Err(io::Error::other(line.to_owned()));
        }
        Ok(Self { envoy, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), directory })
    }

    /// Have it take in another configuration. It does so a little later, each worker for itself.
    pub fn push(&self, configuration: &Value) -> io::Result<()> {
        write(self.directory.path(), configuration)
    }

    /// Whether both workers have got connections: otherwise a test of what they share shows nothing.
    pub fn both_workers_have_served(&self) -> io::Result<bool> {
        let served = |worker: &str| self.envoy.stat(&format!("{worker}.downstream_cx_total"));
        Ok(served("worker_0")? > 0 && served("worker_1")? > 0)
    }
}

/// One route for anybody, which has all of `limits`.
pub fn configuration(limits: &Value) -> Value {
    let names: Vec<&String> = limits.as_object().into_iter().flatten().map(|(name, _)| name).collect();
    json!({
        "routes": [route("all", "/", &names)],
        "ratelimit": { "limits": limits },
    })
}

/// A route for anybody.
pub fn route(name: &str, path: &str, limits: &[impl AsRef<str>]) -> Value {
    let limits: Vec<&str> = limits.iter().map(AsRef::as_ref).collect();
    json!({ "name": name, "match": { "path": path }, "authenticate": "none", "limits": limits })
}

/// The file is moved to its place: Envoy must not read half of it.
fn write(directory: &Path, configuration: &Value) -> io::Result<()> {
    let config = json!({
        "@type": WASM,
        "config": {
            "name": FILTER,
            "failure_policy": "FAIL_RELOAD",
            "vm_config": {
                "vm_id": "watchword",
                "runtime": "envoy.wasm.runtime.v8",
                "code": { "local": { "filename": module("rate-limit")? } },
            },
            "configuration": {
                "@type": "type.googleapis.com/google.protobuf.StringValue",
                "value": configuration.to_string(),
            },
        },
    });
    let resource = json!({
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": FILTER,
        "typed_config": config,
    });
    let aside = directory.join("filter.new");
    fs::write(&aside, json!({ "resources": [resource] }).to_string())?;
    fs::rename(aside, directory.join("filter.json"))
}

fn bootstrap(port: u16, admin: u16, directory: &Path) -> Value {
    let at = |port: u16| json!({ "socket_address": { "address": "127.0.0.1", "port_value": port } });
    let types = "type.googleapis.com/envoy.extensions.filters";
    let source = json!({
        "path_config_source": { "path": directory.join("filter.json"), "watched_directory": { "path": directory } },
        "resource_api_version": "V3",
    });
    let answer = json!({ "match": { "prefix": "/" }, "direct_response": { "status": 200 } });
    let manager = json!({
        "@type": format!("{types}.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "limits",
        "route_config": { "virtual_hosts": [{ "name": "all", "domains": ["*"], "routes": [answer] }] },
        "http_filters": [
            { "name": FILTER, "config_discovery": { "config_source": source, "type_urls": [WASM] } },
            { "name": "router", "typed_config": { "@type": format!("{types}.http.router.v3.Router") } },
        ],
    });
    let filter = json!({ "name": "manager", "typed_config": manager });
    json!({
        "node": { "id": "limits", "cluster": "limits" },
        "admin": { "address": at(admin) },
        "static_resources": { "listeners": [
            { "name": "limits", "address": at(port), "filter_chains": [{ "filters": [filter] }] },
        ] },
    })
}
