//! A listener before the admin interface, where Prometheus reads the metrics of a proxy in another container: whoever
//! reaches the interface itself can stop the proxy.

use std::io;

use serde_json::json;

use crate::Bootstrap;

/// The port of the admin interface, which is on the loopback of its container.
pub(super) const ADMIN_PORT: u16 = 9902;

/// The port that `envoy/observe/prometheus.yaml` asks.
const PORT: u16 = 9901;

/// The path that Prometheus asks for.
const PATH: &str = "/stats/prometheus";

/// Let the metrics be read, and nothing else.
pub(super) fn add(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let listener = json!({
        "name": "metrics",
        "address": { "socket_address": { "address": "0.0.0.0", "port_value": PORT } },
        "filter_chains": [{ "filters": [{
            "name": "envoy.filters.network.http_connection_manager",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                "stat_prefix": "metrics",
                "route_config": { "virtual_hosts": [{ "name": "metrics", "domains": ["*"], "routes": [{
                    "match": { "path": PATH, "headers": [{ "name": ":method", "string_match": { "exact": "GET" } }] },
                    "route": { "cluster": "admin" },
                }]}]},
                "http_filters": [{
                    "name": "envoy.filters.http.router",
                    "typed_config": { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
                }],
            },
        }]}],
    });
    let endpoint = json!({ "socket_address": { "address": "127.0.0.1", "port_value": ADMIN_PORT } });
    let cluster = json!({
        "name": "admin",
        "load_assignment": {
            "cluster_name": "admin",
            "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": endpoint } }] }],
        },
    });
    for (kind, one) in [("listeners", listener), ("clusters", cluster)] {
        let all = bootstrap.document()?["static_resources"][kind].as_array_mut();
        all.ok_or_else(|| io::Error::other(format!("no {kind}")))?.push(one);
    }
    Ok(())
}
