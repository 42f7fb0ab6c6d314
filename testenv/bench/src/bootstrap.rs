//! The shipped edge, with other filters and without what is behind it: a proxy that answers by itself.

use std::io;
use std::path::Path;

use serde_json::{Value, json};
use testenv::{Bootstrap, EdgeSecrets, Words, repository};

use crate::filters::Filters;

/// What a proxy needs to know of what runs beside it.
#[derive(Debug)]
pub(crate) struct Around<'a> {
    /// The port of the issuer of tokens.
    pub(crate) issuer: u16,
    /// The port of the external authorizer, where it runs.
    pub(crate) authorizer: Option<u16>,
    /// What the environment of the proxy holds.
    pub(crate) secrets: &'a EdgeSecrets,
}

/// Where requests go that the filters let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behind {
    /// Nowhere: the proxy answers 200 by itself, as cheaply as it can.
    Nothing,
    /// To the proxy at this port.
    Proxy(u16),
}

/// The bootstrap of a proxy at `port`. All that the shipped edge says of connections and requests stays as it is; its
/// access log goes, which costs any filter the same, and its listener for keys.
///
/// # Errors
/// When a module or a shipped file is missing.
pub(crate) fn bootstrap(
    [port, admin]: [u16; 2],
    filters: &Filters,
    behind: Behind,
    around: &Around<'_>,
) -> io::Result<Bootstrap> {
    let mut bootstrap = Bootstrap::read("edge.yaml", &words(port, admin, around)?)?;
    let shipped = bootstrap.plugin("clients")?.clone();
    let manager = bootstrap.connection_manager("clients")?;
    remove(manager, "access_log");
    let router = manager["http_filters"][1].take();
    let mut chain = filters.build(&shipped)?;
    chain.push(router);
    manager["http_filters"] = json!(chain);
    manager["route_config"] = routes(behind);
    let document = bootstrap.document()?;
    keep(&mut document["static_resources"]["listeners"], "clients");
    keep(&mut document["static_resources"]["clusters"], "issuer");
    add_clusters(&mut document["static_resources"]["clusters"], behind, around);
    bootstrap.own_ports()?;
    bootstrap.balance()?;
    Ok(bootstrap)
}

fn words(port: u16, admin: u16, around: &Around<'_>) -> io::Result<Words> {
    let file = |name: &str| std::fs::read_to_string(repository().join("envoy/policies").join(name));
    let mut words = around.secrets.words();
    let loopback = || "127.0.0.1".to_owned();
    let unused = || "unused".to_owned();
    words.extend([
        ("LISTEN", loopback()),
        ("PORT", port.to_string()),
        ("ADMIN_PORT", admin.to_string()),
        ("KEYS_PORT", "1".to_owned()),
        ("WASM", unused()),
        ("CERTIFICATES", unused()),
        ("ACCESS_LOG", Path::new("/dev/null").display().to_string()),
        ("ISSUER", loopback()),
        ("ISSUER_PORT", around.issuer.to_string()),
        ("ORDERS", loopback()),
        ("ORDERS_PORT", "1".to_owned()),
        ("SCHEMA", file("shop.cedarschema")?),
        ("POLICIES", file("shop.cedar")?),
    ]);
    Ok(words)
}

fn routes(behind: Behind) -> Value {
    let action = match behind {
        Behind::Nothing => {
            json!({ "direct_response": { "status": 200, "body": { "inline_string": "ok" } } })
        }
        Behind::Proxy(_) => json!({ "route": { "cluster": "next", "timeout": "5s" } }),
    };
    let mut route = action;
    route["match"] = json!({ "prefix": "/" });
    json!({ "name": "shop", "virtual_hosts": [{ "name": "shop", "domains": ["*"], "routes": [route] }] })
}

fn add_clusters(clusters: &mut Value, behind: Behind, around: &Around<'_>) {
    let Some(clusters) = clusters.as_array_mut() else { return };
    if let Behind::Proxy(port) = behind {
        clusters.push(cluster("next", port));
    }
    if let Some(port) = around.authorizer {
        let mut authorizer = cluster("authorizer", port);
        authorizer["typed_extension_protocol_options"] = json!({
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                "explicit_http_config": { "http2_protocol_options": {} },
            },
        });
        clusters.push(authorizer);
    }
}

fn cluster(name: &str, port: u16) -> Value {
    let address = json!({ "socket_address": { "address": "127.0.0.1", "port_value": port } });
    json!({
        "name": name,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{ "lb_endpoints": [{ "endpoint": { "address": address } }] }],
        },
    })
}

/// Leave only what is called so.
fn keep(list: &mut Value, name: &str) {
    if let Value::Array(entries) = list {
        entries.retain(|entry| entry["name"] == name);
    }
}

fn remove(object: &mut Value, member: &str) {
    if let Value::Object(members) = object {
        members.remove(member);
    }
}
