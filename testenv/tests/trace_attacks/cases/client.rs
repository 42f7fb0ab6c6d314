//! A client outside chooses trace ids.

use std::io;

use serde_json::{Value, json};
use testenv::{Bootstrap, Options, Side};

use crate::report::{Checked, Report, ensure, same};
use crate::shop::{Carried, Field, Shop, add, parent};

/// The trace that clients choose.
const CHOSEN: &str = "0af7651916cd43dd8448eb211c80319c";

/// The same in formats that the trust domain does not use.
const OTHER_FORMATS: [Field<'_>; 5] = [
    ("b3", "0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-1"),
    ("X-B3-TraceId", "0af7651916cd43dd8448eb211c80319c"),
    ("x_b3_traceid", "0af7651916cd43dd8448eb211c80319c"),
    ("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:1:0:1"),
    ("ot-tracer-traceid", "8448eb211c80319c"),
];

/// Those against the shop as shipped.
pub fn run(report: &mut Report, shop: &Shop) {
    report.case("no attack: each call carries the user of its request", || controls(shop));
    report.case("two clients choose one traceparent at once", || one_id_for_two(shop));
    report.case("a client chooses ids in other formats", || other_formats(shop));
    report.case("a client sends two traceparents", || two_parents(shop));
}

/// Where the edge's proxy traces by itself, into a collector that is dead.
pub fn run_traced(report: &mut Report) -> io::Result<()> {
    let traced =
        Options::new("trace-attacks-traced").change(Side::Edge, |bootstrap| trace(bootstrap, false));
    let shop = Shop::open(traced)?;
    report.case("Envoy's tracer takes a client's id in: no wrong identity", || traced_ids(&shop));
    report.case("the shop with a tracer is unharmed", || shop.is_unharmed());
    drop(shop);
    let cleaned =
        Options::new("trace-attacks-cleaned").change(Side::Edge, |bootstrap| trace(bootstrap, true));
    let shop = Shop::open(cleaned)?;
    report.case("Envoy's tracer, ids removed early: no id of a client gets in", || one_id_for_two(&shop));
    Ok(())
}

fn controls(shop: &Shop) -> Checked {
    let [alice, bob] = [shop.enter("alice", &[])?, shop.enter("bob", &[])?];
    // Each call is a connection of its own, which either of the two workers may get.
    for _ in 0..16 {
        same("alice's call", shop.call(&alice.trace())?, Carried::User("alice".into()))?;
        same("bob's call", shop.call(&bob.trace())?, Carried::User("bob".into()))?;
    }
    alice.end()?;
    bob.end()
}

fn one_id_for_two(shop: &Shop) -> Checked {
    let theirs = parent(CHOSEN);
    let chosen = [("traceparent", theirs.as_str())];
    let [alice, mallory] = [shop.enter("alice", &chosen)?, shop.enter("mallory", &chosen)?];
    for open in [&alice, &mallory] {
        let parents = open.received.header("traceparent");
        let [ours] = parents.as_slice() else {
            return Err(format!("the application has {parents:?}").into());
        };
        ensure(!ours.contains(CHOSEN), || "the application has the client's id".to_owned())?;
    }
    ensure(alice.trace() != mallory.trace(), || "two requests have one trace".to_owned())?;
    same("a call under the chosen id", shop.call(&chosen)?, Carried::Nothing)?;
    same("alice's call", shop.call(&alice.trace())?, Carried::User("alice".into()))?;
    same("mallory's call", shop.call(&mallory.trace())?, Carried::User("mallory".into()))?;
    alice.end()?;
    mallory.end()
}

fn other_formats(shop: &Shop) -> Checked {
    let mallory = shop.enter("mallory", &OTHER_FORMATS)?;
    let names = mallory.received.names();
    for (name, _) in OTHER_FORMATS {
        ensure(!names.iter().any(|got| got.eq_ignore_ascii_case(name)), || {
            format!("{name} has come through")
        })?;
    }
    same("mallory's call", shop.call(&mallory.trace())?, Carried::User("mallory".into()))?;
    mallory.end()
}

fn two_parents(shop: &Shop) -> Checked {
    let theirs = [parent(CHOSEN), parent("0af7651916cd43dd8448eb211c80319d")];
    let mallory = shop.enter("mallory", &[("traceparent", &theirs[0]), ("Traceparent", &theirs[1])])?;
    same("traceparents", mallory.received.header("traceparent").len(), 1)?;
    same("mallory's call", shop.call(&mallory.trace())?, Carried::User("mallory".into()))?;
    mallory.end()
}

/// The tracer has read the client's id before Watchword sees the request, and writes it over Watchword's when
/// the request leaves. What is left is what the sidecar does with ids that are not secret.
fn traced_ids(shop: &Shop) -> Checked {
    let theirs = parent(CHOSEN);
    let chosen = [("traceparent", theirs.as_str())];
    let alice = shop.enter("alice", &chosen)?;
    let has_clients_id = alice.received.header("traceparent").iter().any(|got| got.contains(CHOSEN));
    ensure(has_clients_id, || {
        "the tracer does not write ids back: say so in the documentation".to_owned()
    })?;
    same("alice's call", shop.call(&chosen)?, Carried::User("alice".into()))?;
    let mallory = shop.enter("mallory", &chosen)?;
    same("a call under an id of two", shop.call(&chosen)?, Carried::Nothing)?;
    alice.end()?;
    same("after alice's end", shop.call(&chosen)?, Carried::Nothing)?;
    mallory.end()
}

/// Switch the tracer on; `early` has headers with traces removed before it reads them.
fn trace(bootstrap: &mut Bootstrap, early: bool) -> io::Result<()> {
    let manager = bootstrap.connection_manager("clients")?;
    manager["tracing"] = json!({ "provider": {
        "name": "envoy.tracers.opentelemetry",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig",
            "service_name": "edge",
            "grpc_service": { "envoy_grpc": { "cluster_name": "collector" }, "timeout": "0.25s" },
        },
    } });
    if early {
        manager["early_header_mutation_extensions"] = early_removals();
    }
    let nobody = json!({ "endpoint": { "address": { "socket_address": {
        "address": "127.0.0.1", "port_value": 1,
    } } } });
    let collector = json!({
        "name": "collector", "type": "STATIC", "connect_timeout": "0.25s",
        "typed_extension_protocol_options": { "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": { "http2_protocol_options": {} },
        } },
        "load_assignment": { "cluster_name": "collector", "endpoints": [{ "lb_endpoints": [nobody] }] },
    });
    add(bootstrap.document()?, "/static_resources/clusters", collector)
}

fn early_removals() -> Value {
    json!([{ "name": "envoy.http.early_header_mutation.header_mutation", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        "mutations": [{ "remove": "traceparent" }, { "remove": "tracestate" }],
    } }])
}
