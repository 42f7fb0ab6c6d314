//! Resources of Istio and of Envoy Gateway.
//!
//! Kubernetes drops fields that it does not know, without a word. So the types here know all fields there are, and
//! refuse others. Kinds of other groups are somebody else's and passed over.

mod envoy_extension_policy;
mod envoy_filter;
mod istio_wasm;
mod metadata;
mod targets;
mod traffic_extension;
mod wasm_plugin;

use contract::{ConfigError, Section};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::configuration::place;
use super::finding::Findings;
use super::rule::Rule;
use crate::sources::{Node, Written};

use envoy_extension_policy::EnvoyExtensionPolicy;
use envoy_filter::EnvoyFilter;
use metadata::Metadata;
use traffic_extension::TrafficExtension;
use wasm_plugin::WasmPlugin;

/// What can be wrong with a field although its type is right: its path and why.
type Wrong = (String, String);

/// What all resources have around what is of their kind.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "that they are of their type is all that is asked of most fields")]
struct Resource<S> {
    api_version: String,
    kind: String,
    metadata: Metadata,
    spec: S,
    status: Option<Value>,
}

/// What a kind of resource says.
trait Spec: DeserializeOwned {
    /// What is wrong with it.
    fn wrong(&self) -> Vec<Wrong>;
}

/// Kinds of Istio's group for extensions.
const EXTENSIONS: [&str; 2] = ["TrafficExtension", "WasmPlugin"];
/// Kinds of Istio's group for networks.
const NETWORKING: [&str; 8] = [
    "EnvoyFilter",
    "ServiceEntry",
    "DestinationRule",
    "VirtualService",
    "Gateway",
    "Sidecar",
    "WorkloadEntry",
    "WorkloadGroup",
];
/// `ProxyConfig` is of Istio's group for networks, too.
const PROXY_CONFIG: &str = "ProxyConfig";
/// Kinds of Envoy Gateway.
const ENVOY_GATEWAY: [&str; 9] = [
    "EnvoyExtensionPolicy",
    "EnvoyProxy",
    "EnvoyPatchPolicy",
    "EnvoyGateway",
    "ClientTrafficPolicy",
    "BackendTrafficPolicy",
    "SecurityPolicy",
    "Backend",
    "HTTPRouteFilter",
];

/// Say what is wrong with a resource.
pub(super) fn judge(findings: &mut Findings, written: &Written) {
    let text = |name: &str| written.node.member(name).and_then(|node| node.text()).unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    let group = version.split('/').next().unwrap_or_default();
    match (version, kind) {
        ("extensions.istio.io/v1alpha1", "TrafficExtension") => read::<TrafficExtension>(findings, written),
        ("extensions.istio.io/v1alpha1", "WasmPlugin") => read::<WasmPlugin>(findings, written),
        ("networking.istio.io/v1alpha3", "EnvoyFilter") => read::<EnvoyFilter>(findings, written),
        ("gateway.envoyproxy.io/v1alpha1", "EnvoyExtensionPolicy") => {
            read::<EnvoyExtensionPolicy>(findings, written);
        }
        _ => check_kind(findings, &written.node, group, kind),
    }
}

/// The kind must be one of its group, and ours of the version that we know.
fn check_kind(findings: &mut Findings, node: &Node, group: &str, kind: &str) {
    let wanted = match kind {
        "TrafficExtension" | "WasmPlugin" => Some("extensions.istio.io/v1alpha1"),
        "EnvoyFilter" => Some("networking.istio.io/v1alpha3"),
        "EnvoyExtensionPolicy" => Some("gateway.envoyproxy.io/v1alpha1"),
        _ => None,
    };
    let at = |name: &str| node.member(name).map_or(node, |node| node);
    if let Some(wanted) = wanted {
        let message = format!("`{kind}` is of `{wanted}`");
        return findings.node(Rule::KindUnknown, at("apiVersion"), "apiVersion", message);
    }
    let kinds: &[&str] = match group {
        "extensions.istio.io" => &EXTENSIONS,
        "networking.istio.io" => &NETWORKING,
        "gateway.envoyproxy.io" => &ENVOY_GATEWAY,
        _ => return,
    };
    if !kinds.contains(&kind) && kind != PROXY_CONFIG {
        let message = format!("`{group}` has no kind `{kind}`; it has {}", kinds.join(", "));
        findings.node(Rule::KindUnknown, at("kind"), "kind", message);
    }
}

fn read<T: Spec>(findings: &mut Findings, written: &Written) {
    let value = written.node.json();
    let read = Section::new("", &value).read::<Resource<T>>();
    let wrong = match read {
        Ok(resource) => resource.metadata.wrong().into_iter().chain(resource.spec.wrong()).collect(),
        Err(error) => vec![(error.path().to_owned(), error.message().to_owned())],
    };
    for (path, message) in wrong {
        let at = place(written, &ConfigError::at(&path, &message));
        findings.at(Rule::ResourceMalformed, at, &path, message);
    }
}

/// A field and why it is wrong.
fn wrong(path: impl Into<String>, message: impl Into<String>) -> Wrong {
    (path.into(), message.into())
}
