//! A manifest as the plugin that its control plane makes of it.

use std::{fs, io};

use serde::Deserialize as _;
use serde_json::{Value, json};
use testenv::{module, repository};

/// Istio's agent puts the version of the resource into the environment of the VM. No two resources have the
/// same one, so no two of them share a VM.
const VERSION: &str = "ISTIO_META_WASM_PLUGIN_RESOURCE_VERSION";

/// One plugin.
#[derive(Debug, Clone)]
pub struct Extension {
    /// As Envoy has it in `config` of its filter.
    plugin: Value,
}

impl Extension {
    /// Envoy's configuration of the plugin.
    pub const fn plugin(&self) -> &Value {
        &self.plugin
    }

    /// Its name in Envoy.
    pub fn name(&self) -> &str {
        self.plugin["name"].as_str().unwrap_or_default()
    }

    /// Change Watchword's own configuration.
    pub fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let value = &mut self.plugin["configuration"]["value"];
        match value.as_str().map(serde_json::from_str::<Value>) {
            Some(Ok(mut configuration)) => {
                change(&mut configuration);
                *value = configuration.to_string().into();
            }
            _ => change(value),
        }
    }
}

/// The plugins of the manifests in `envoy/FILE`, in their order.
pub fn read(file: &str) -> io::Result<Vec<Extension>> {
    let text = fs::read_to_string(repository().join("envoy").join(file))?;
    let mut plugins = Vec::new();
    for (at, document) in serde_norway::Deserializer::from_str(&text).enumerate() {
        let document = Value::deserialize(document).map_err(io::Error::other)?;
        plugins.extend(made_of(&document, at)?);
    }
    Ok(plugins.into_iter().map(|plugin| Extension { plugin }).collect())
}

/// The one in `envoy/FILE`.
pub fn only(file: &str) -> io::Result<Extension> {
    read(file)?.pop().ok_or_else(|| io::Error::other(format!("{file} has no extension")))
}

fn made_of(document: &Value, at: usize) -> io::Result<Vec<Value>> {
    let spec = &document["spec"];
    match document["kind"].as_str() {
        Some("TrafficExtension") => Ok(vec![by_istiod(document, &spec["wasm"], at)?]),
        Some("EnvoyFilter") => {
            spec["configPatches"].as_array().into_iter().flatten().map(patched).collect()
        }
        Some("EnvoyExtensionPolicy") => {
            let wasm = spec["wasm"].as_array().into_iter().flatten().enumerate();
            wasm.map(|(index, wasm)| by_envoy_gateway(document, wasm, index)).collect()
        }
        _ => Ok(Vec::new()),
    }
}

fn by_istiod(document: &Value, wasm: &Value, at: usize) -> io::Result<Value> {
    let metadata = &document["metadata"];
    let name = format!("{}.{}", text(&metadata["namespace"]), text(&metadata["name"]));
    let variables = wasm["vmConfig"]["env"].as_array().into_iter().flatten();
    let keys: Vec<_> = variables.map(|variable| &variable["name"]).collect();
    let version = format!("{name}-{at}");
    Ok(json!({
        "name": name,
        "root_id": wasm["pluginName"],
        "failure_policy": wasm["failStrategy"],
        "vm_config": {
            "runtime": "envoy.wasm.runtime.v8",
            "code": code()?,
            "environment_variables": { "host_env_keys": keys, "key_values": { VERSION: version } },
        },
        "configuration": json_text(&wasm["pluginConfig"]),
    }))
}

/// Envoy Gateway gives each plugin a VM of its own.
fn by_envoy_gateway(document: &Value, wasm: &Value, index: usize) -> io::Result<Value> {
    let metadata = &document["metadata"];
    let policy = format!("{}/{}", text(&metadata["namespace"]), text(&metadata["name"]));
    Ok(json!({
        "name": wasm["name"],
        "root_id": wasm["rootID"],
        "vm_config": {
            "vm_id": format!("envoyextensionpolicy/{policy}/wasm/{index}"),
            "runtime": "envoy.wasm.runtime.v8",
            "code": code()?,
            "environment_variables": { "host_env_keys": wasm["env"]["hostKeys"] },
        },
        "configuration": json_text(&wasm["config"]),
        "fail_open": wasm["failOpen"],
    }))
}

/// An EnvoyFilter is Envoy's own configuration. Only where the module comes from is another place here.
fn patched(patch: &Value) -> io::Result<Value> {
    let mut plugin = patch["patch"]["value"]["typed_config"]["config"].clone();
    plugin["name"] = format!("{}.patched", text(&plugin["name"])).into();
    plugin["vm_config"]["code"] = code()?;
    Ok(plugin)
}

fn json_text(configuration: &Value) -> Value {
    json!({ "@type": "type.googleapis.com/google.protobuf.StringValue", "value": configuration.to_string() })
}

/// What an agent leaves of an image: a file.
fn code() -> io::Result<Value> {
    Ok(json!({ "local": { "filename": module("watchword")? } }))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
