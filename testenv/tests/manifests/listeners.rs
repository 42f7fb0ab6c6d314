//! A proxy with a listener for each plugin, and the clusters that their configurations name.

use std::io;

use serde_json::{Value, json};

use crate::extension::Extension;

/// As Istio and Envoy Gateway call them.
const CLUSTERS: [&str; 3] =
    ["outbound|80||issuer.example.com", "outbound|8080||payments.shop.svc.cluster.local", "issuer"];

/// Where nobody listens: this proxy is only looked at.
const NOWHERE: u16 = 9;

/// A bootstrap.
pub fn bootstrap(extensions: &[Extension]) -> io::Result<Value> {
    let listeners: Vec<_> =
        extensions.iter().enumerate().map(|(at, extension)| listener(at, extension)).collect();
    Ok(json!({
        "node": node(),
        "static_resources": { "listeners": listeners, "clusters": CLUSTERS.map(cluster) },
    }))
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
    let wasm = json!({ "@type": format!("{types}.http.wasm.v3.Wasm"), "config": extension.plugin() });
    let manager = json!({
        "@type": format!("{types}.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": extension.name(),
        "route_config": { "virtual_hosts": [] },
        "http_filters": [
            { "name": "watchword", "typed_config": wasm },
            { "name": "router", "typed_config": { "@type": format!("{types}.http.router.v3.Router") } },
        ],
    });
    json!({
        // Two of the extensions are alternatives, and have one name.
        "name": format!("{at}-{}", extension.name()),
        "address": { "socket_address": { "address": "127.0.0.1", "port_value": 0 } },
        "filter_chains": [{ "filters": [{ "name": "manager", "typed_config": manager }] }],
    })
}

fn cluster(name: &str) -> Value {
    let address = json!({ "socket_address": { "address": "127.0.0.1", "port_value": NOWHERE } });
    json!({
        "name": name,
        "type": "STATIC",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": address } }] }],
        },
    })
}
