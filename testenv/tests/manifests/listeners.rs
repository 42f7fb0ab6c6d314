//! A proxy that only has to load plugins: a listener for each, and the clusters that they name.

use serde_json::{Value, json};

use crate::extension::Extension;

/// As Istio and Envoy Gateway call them.
const CLUSTERS: [&str; 3] =
    ["outbound|80||issuer.example.com", "outbound|8080||payments.shop.svc.cluster.local", "issuer"];

/// A bootstrap.
pub fn bootstrap(extensions: &[Extension]) -> Value {
    let listeners: Vec<_> =
        extensions.iter().enumerate().map(|(at, extension)| listener(at, extension)).collect();
    json!({
        "node": node(),
        "static_resources": { "listeners": listeners, "clusters": CLUSTERS.map(cluster) },
    })
}

/// A node as Istio's agent describes one.
pub fn node() -> Value {
    json!({
        "id": "router~10.0.0.1~ingressgateway-0.istio-ingress~istio-ingress.svc.cluster.local",
        "cluster": "ingressgateway.istio-ingress",
        "metadata": {
            "NAMESPACE": "istio-ingress", "ISTIO_VERSION": "1.30.0", "MESH_ID": "cluster.local",
            "LABELS": { "istio": "ingressgateway" },
        },
    })
}

fn listener(at: usize, extension: &Extension) -> Value {
    let types = "type.googleapis.com/envoy.extensions.filters";
    // Envoy keeps plugins apart by their names, and two of the extensions are alternatives of one name.
    let name = format!("{at}-{}", extension.name());
    let mut plugin = extension.plugin().clone();
    plugin["name"] = name.clone().into();
    let wasm = json!({ "@type": format!("{types}.http.wasm.v3.Wasm"), "config": plugin });
    let manager = json!({
        "@type": format!("{types}.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": name,
        "route_config": { "virtual_hosts": [] },
        "http_filters": [
            { "name": "watchword", "typed_config": wasm },
            { "name": "router", "typed_config": { "@type": format!("{types}.http.router.v3.Router") } },
        ],
    });
    json!({
        "name": name,
        "address": { "socket_address": { "address": "127.0.0.1", "port_value": 0 } },
        "filter_chains": [{ "filters": [{ "name": "manager", "typed_config": manager }] }],
    })
}

/// With nobody in it: this proxy calls nobody.
fn cluster(name: &str) -> Value {
    json!({ "name": name, "type": "STATIC", "load_assignment": { "cluster_name": name } })
}
