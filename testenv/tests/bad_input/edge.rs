//! The shipped edge, with routes for what is asked here and a second listener whose bounds are wide.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use serde_json::{Value, json};
use testenv::report::Checked;
use testenv::{Behaviour, Bootstrap, Options, Side, free_ports};

/// How long requests wait for keys here, in milliseconds: well below what counts as hanging.
const WAIT_MS: u64 = 300;

/// The path at which the keys of the cold issuer never come.
const COLD_KEYS: &str = "/jwks/cold";

/// How to start it, and where its wide listener is. `places` are the ports of the service, the streamer and the
/// engine.
pub fn options(places: [u16; 3]) -> Checked<(Options, SocketAddr)> {
    let ([wide], held) = free_ports()?;
    drop(held);
    let options = Options::new("bad-input")
        .only(&[Side::Edge])
        .issuer_at(COLD_KEYS, Behaviour::Fail(500))
        .change(Side::Edge, move |bootstrap| change(bootstrap, places, wide));
    Ok((options, SocketAddr::from((Ipv4Addr::LOCALHOST, wide))))
}

fn change(bootstrap: &mut Bootstrap, [service, streamer, engine]: [u16; 3], wide: u16) -> io::Result<()> {
    bootstrap.without_limits("clients")?;
    bootstrap.copy_cluster("orders", "streams")?;
    bootstrap.copy_cluster("issuer", "quota")?;
    bootstrap.send_to("orders", service)?;
    bootstrap.send_to("streams", streamer)?;
    bootstrap.send_to("quota", engine)?;
    bootstrap.speak_http2("quota")?;
    bootstrap.forward_trailers("clients", "orders")?;
    bootstrap.forward_trailers("clients", "streams")?;
    configure(bootstrap.configuration("clients")?);
    manage(bootstrap.connection_manager("clients")?);
    add_wide(bootstrap, wide)?;
    bootstrap.balance()
}

/// What the proxy itself does otherwise.
fn manage(manager: &mut Value) {
    // By the id that a row brings its entry in the log is found, and what arrives of it.
    manager["preserve_external_request_id"] = json!(true);
    // A connection that is ended for what a row has sent is closed at once.
    manager["delayed_close_timeout"] = json!("0s");
    let routes = manager.pointer_mut("/route_config/virtual_hosts/0/routes").and_then(Value::as_array_mut);
    let streams = json!({
        "match": { "prefix": "/streams/" }, "route": { "cluster": "streams", "timeout": "0s" },
    });
    routes.into_iter().for_each(|routes| routes.insert(0, streams.clone()));
}

fn configure(configuration: &mut Value) {
    let jwt = &mut configuration["jwt"];
    jwt["sources"] = json!([
        { "header": "authorization", "scheme": "Bearer" },
        { "cookie": "session" },
        { "query": "access_token" },
    ]);
    jwt["wait"] = json!({ "cold_keys_ms": WAIT_MS, "unknown_key_ms": WAIT_MS });
    let mut cold = jwt["providers"]["corp"].clone();
    cold["issuer"] = json!("https://cold.test");
    cold["keys"]["remote"]["path"] = json!(COLD_KEYS);
    jwt["providers"]["cold"] = cold;
    tell_issuers_apart(&mut configuration["authz"]);
    configuration["ratelimit"] = limits();
    configuration["routes"].as_array_mut().into_iter().for_each(|shipped| shipped.extend(routes()));
}

/// With several issuers, policies must know whose user it is.
fn tell_issuers_apart(authz: &mut Value) {
    let schema = authz["schema"].as_str().unwrap_or_default();
    authz["schema"] = json!(schema.replace("tenant: String,", "tenant: String, issuer: String,"));
    authz["principals"][0]["attributes"]["issuer"] = json!({ "claim": "iss" });
}

/// One request for each route in a day; and engines that are asked with patience, and with none.
fn limits() -> Value {
    let engine = |domain: &str, timeout: u64| {
        json!({
            "cluster": "quota", "domain": domain, "timeout_ms": timeout, "breaker": { "failures": 1000 },
        })
    };
    let asks = |service: &str, when_down: &str| {
        json!({
            "key": ["route"], "global": { "service": service, "mode": "check", "when_down": when_down },
        })
    };
    json!({
        "headers": ["standard", "legacy"],
        "services": { "patient": engine("patient", 1000), "hasty": engine("hasty", 200) },
        "limits": {
            "once": { "requests": 1, "per_seconds": 86_400, "burst": 1, "key": ["route"] },
            "patient": asks("patient", "refuse"),
            "closed": asks("hasty", "refuse"),
            "open": asks("hasty", "allow"),
        },
    })
}

fn routes() -> Vec<Value> {
    let open = json!("none");
    let of = |provider: &str| json!({ "any_of": [provider] });
    let listed = json!({ "action": "listOrders", "resource": { "type": "Order", "id": "all" } });
    let route = |name: &str, path: &str, authenticate: &Value, limits: &[&str]| {
        json!({
            "name": name, "match": { "path": path }, "authenticate": authenticate, "authorize": "none", "limits": limits,
        })
    };
    let mut guarded = route("grpc-guarded", "/shop.Orders/{method}", &of("corp"), &[]);
    guarded["authorize"] = listed;
    let mut bounded = route("grpc-bounded", "/shop.Bounded/{method}", &open, &[]);
    bounded["accepts"] = json!({ "content_types": ["application/x-none"], "body_bytes": 10 });
    vec![
        guarded,
        bounded,
        route("grpc-open", "/shop.Open/{method}", &open, &[]),
        route("grpc-once", "/shop.Once/{method}", &open, &["once"]),
        route("grpc-cold", "/shop.Cold/{method}", &of("cold"), &[]),
        route("grpc-closed", "/shop.Closed/{method}", &open, &["closed"]),
        route("cold", "/cold", &of("cold"), &[]),
        route("once", "/once", &open, &["once"]),
        route("patient", "/patient", &open, &["patient"]),
        route("closed", "/closed", &open, &["closed"]),
        route("open", "/open", &open, &["open"]),
        route("echo", "/echo", &open, &[]),
        route("streams", "/streams/{*rest}", &open, &[]),
        route("streams-guarded", "/streams/guarded/{*rest}", &of("corp"), &[]),
    ]
}

/// The same listener on another port, which takes heads so large that our own bounds are met, and upgrades; and
/// which does not wait long for a head.
fn add_wide(bootstrap: &mut Bootstrap, port: u16) -> io::Result<()> {
    let document = bootstrap.document()?;
    let listeners = document.pointer_mut("/static_resources/listeners").and_then(Value::as_array_mut);
    let listeners = listeners.ok_or_else(|| io::Error::other("no listeners"))?;
    let mut wide =
        listeners.iter().find(|listener| listener["name"] == "clients").cloned().unwrap_or_default();
    wide["name"] = json!("wide");
    wide["address"]["socket_address"]["port_value"] = json!(port);
    listeners.push(wide);
    let manager = bootstrap.connection_manager("wide")?;
    manager["stat_prefix"] = json!("wide");
    manager["max_request_headers_kb"] = json!(96);
    manager["common_http_protocol_options"]["max_headers_count"] = json!(2000);
    manager["request_headers_timeout"] = json!("0.4s");
    manager["upgrade_configs"] = json!([{ "upgrade_type": "websocket" }]);
    bootstrap.plugin("wide")?["name"] = json!("watchword.wide");
    Ok(())
}
