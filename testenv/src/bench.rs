//! The smallest Envoy that can be asked what it tells a module: the module for tests answers every request.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::client::{Answer, Request, exchange};
use crate::{Bootstrap, Envoy, EnvoyOptions, RunDirectory, free_ports, repository};

/// An Envoy with the module for tests in its only listener. Dropping it ends it.
#[derive(Debug)]
pub struct Bench {
    _envoy: Envoy,
    _directory: RunDirectory,
    address: SocketAddr,
}

impl Bench {
    /// Start one with these filters before the module, and wait until it accepts requests. `label` names
    /// the directory of its logs.
    ///
    /// # Errors
    /// When the module does not build, Envoy is missing, or refuses its bootstrap.
    pub fn start(label: &str, before: &[Value]) -> io::Result<Self> {
        Self::of_module(label, before, &guest()?)
    }

    /// The same for another module that answers every request.
    ///
    /// # Errors
    /// When Envoy is missing, or refuses its bootstrap.
    pub fn of_module(label: &str, before: &[Value], module: &Path) -> io::Result<Self> {
        let directory = RunDirectory::create(label)?;
        let ([port, admin_port], held) = free_ports()?;
        let bootstrap = Bootstrap::new(bootstrap(port, admin_port, before, module));
        drop(held);
        let options = EnvoyOptions { concurrency: 1, ..EnvoyOptions::default() };
        let mut envoy = Envoy::start("guest", &bootstrap, directory.path(), admin_port, &options)?;
        envoy.ready()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Ok(Self { _envoy: envoy, _directory: directory, address })
    }

    /// What the module answers.
    ///
    /// # Errors
    /// When it does not.
    pub fn ask(&self, question: &Request) -> io::Result<Answer> {
        exchange(self.address, question)
    }
}

fn bootstrap(port: u16, admin_port: u16, before: &[Value], module: &Path) -> Value {
    let at = |port: u16| json!({"socket_address": {"address": "127.0.0.1", "port_value": port}});
    let types = "type.googleapis.com/envoy.extensions.filters";
    let wasm = json!({
        "@type": format!("{types}.http.wasm.v3.Wasm"),
        "config": {
            "vm_config": {"runtime": "envoy.wasm.runtime.v8", "code": {"local": {"filename": module}}},
            // Without it Envoy keeps the body from a module that holds the headers.
            "allow_on_headers_stop_iteration": true,
        },
    });
    let mut filters = before.to_vec();
    filters.push(json!({"name": "guest", "typed_config": wasm}));
    filters.push(
        json!({"name": "router", "typed_config": {"@type": format!("{types}.http.router.v3.Router")}}),
    );
    let manager = json!({
        "@type": format!("{types}.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "guest",
        "route_config": {"virtual_hosts": [{"name": "none", "domains": ["*"], "routes": []}]},
        "http_filters": filters,
    });
    let filter = json!({"name": "manager", "typed_config": manager});
    json!({
        "admin": {"address": at(admin_port)},
        "static_resources": {"listeners": [
            {"name": "guest", "address": at(port), "filter_chains": [{"filters": [filter]}]},
        ]},
    })
}

/// The module, built with the cargo that builds this test.
fn guest() -> io::Result<PathBuf> {
    let target = repository().join("target");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--package", "testenv-guest", "--target", "wasm32-wasip1", "--target-dir"]);
    match cargo.arg(&target).current_dir(repository()).status()?.success() {
        true => Ok(target.join("wasm32-wasip1/debug/testenv_guest.wasm")),
        false => Err(io::Error::other("the module for tests does not build")),
    }
}
