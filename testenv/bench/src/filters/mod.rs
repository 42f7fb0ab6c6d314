//! What stands in the way of a request: nothing, native filters, an external authorizer, or ours.

mod external;
mod native;
mod ours;
mod policies;

use std::io;
use std::path::PathBuf;

use serde_json::{Value, json};
use testenv::repository;

pub(crate) use native::Native;
pub(crate) use ours::{Ours, Stage};
pub(crate) use policies::policies;

/// Filters in front of whatever answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filters {
    /// None: what the proxy itself costs.
    None,
    /// One that does nothing, in WebAssembly.
    Empty,
    /// Envoy's own.
    Native(Native),
    /// Envoy's `ext_authz`, which asks another process by gRPC.
    External,
    /// One module of ours.
    Ours(Ours),
    /// The four modules with one stage each, one after the other.
    Chained,
}

impl Filters {
    /// As the connection manager wants them. `shipped` is the plugin of the shipped edge.
    ///
    /// # Errors
    /// When a module is missing.
    pub(crate) fn build(&self, shipped: &Value) -> io::Result<Vec<Value>> {
        match self {
            Self::None => Ok(Vec::new()),
            Self::Empty => Ok(vec![plugin(&empty(shipped)?)]),
            Self::Native(native) => Ok(native.build()),
            Self::External => Ok(vec![external::filter()]),
            Self::Ours(ours) => Ok(vec![plugin(&ours.plugin(shipped)?)]),
            Self::Chained => ours::CHAIN.iter().map(|ours| Ok(plugin(&ours.plugin(shipped)?))).collect(),
        }
    }
}

fn plugin(config: &Value) -> Value {
    filter("wasm", "wasm.v3.Wasm", json!({ "config": config }))
}

/// A filter of Envoy's, by its name and the end of its type.
fn filter(name: &str, kind: &str, mut config: Value) -> Value {
    config["@type"] = json!(format!("type.googleapis.com/envoy.extensions.filters.http.{kind}"));
    json!({ "name": format!("envoy.filters.http.{name}"), "typed_config": config })
}

/// The shipped plugin around the module that does nothing.
fn empty(shipped: &Value) -> io::Result<Value> {
    let mut plugin = shipped.clone();
    plugin["name"] = json!("empty");
    plugin["vm_config"]["code"]["local"]["filename"] = json!(empty_module()?);
    plugin["configuration"]["value"] = json!({});
    Ok(plugin)
}

/// The module of `testenv/empty`, which is built and shrunk like those that are shipped.
fn empty_module() -> io::Result<PathBuf> {
    let path = repository().join("target/bench/empty.wasm");
    match path.is_file() {
        true => Ok(path),
        false => Err(io::Error::other(format!("{} is missing: scripts/bench makes it", path.display()))),
    }
}
