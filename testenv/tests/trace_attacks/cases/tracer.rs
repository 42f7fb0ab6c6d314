//! The proxies trace by themselves, into a collector that is dead. A tracer of Envoy reads a request before
//! Watchword does, and writes its trace into it when it leaves, over what Watchword has written.

use std::io;

use serde_json::{Value, json};
use testenv::{Bootstrap, Options, Side};

use super::client::{CHOSEN, controls, one_id_for_two};
use crate::report::{Checked, Report, ensure, same};
use crate::shop::{Carried, Shop, add, parent};

/// One that carries traces as the shop does, and one that does not.
#[derive(Clone, Copy)]
enum Tracer {
    OpenTelemetry,
    Zipkin,
}

/// All of them.
pub fn run(report: &Report) -> io::Result<()> {
    let shop = Shop::open(
        Options::new("trace-attacks-traced")
            .change(Side::Edge, |bootstrap| switch_on(bootstrap, "clients", Tracer::OpenTelemetry)),
    )?;
    report.case("a tracer at the edge takes a client's id in: no wrong identity", || clients_id(&shop));
    report.case("the shop with a tracer is unharmed", || shop.is_unharmed());
    drop(shop);

    let everywhere = Options::new("trace-attacks-cleaned")
        .change(Side::Edge, |bootstrap| {
            switch_on(bootstrap, "clients", Tracer::OpenTelemetry)?;
            remove_early(bootstrap, "clients")
        })
        .change(Side::Orders, |bootstrap| {
            switch_on(bootstrap, "inbound", Tracer::OpenTelemetry)?;
            switch_on(bootstrap, "outbound", Tracer::OpenTelemetry)
        });
    let shop = Shop::open(everywhere)?;
    report
        .case("tracers everywhere, ids removed early at the edge: none gets in", || one_id_for_two(&shop));
    report.case("no attack: tracers everywhere leave ids as they are", || controls(&shop));
    drop(shop);

    let shop = Shop::open(
        Options::new("trace-attacks-zipkin")
            .change(Side::Orders, |bootstrap| switch_on(bootstrap, "inbound", Tracer::Zipkin)),
    )?;
    report
        .case("a known limit: a tracer of another format writes its headers back", || other_format(&shop));
    Ok(())
}

/// What is left is what the sidecar does with ids that are not secret.
fn clients_id(shop: &Shop) -> Checked {
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

/// Watchword removes `x-b3-traceid`, and the tracer writes it again: an application that reads B3 in a shop
/// of `traceparent` is led where a caller wants. An application that reads `traceparent` is not.
fn other_format(shop: &Shop) -> Checked {
    let id = "80f198ee56343ba864fe8b2a57d3eff7";
    let own = shop.chosen();
    let fields = [("traceparent", own.as_str()), ("x-b3-traceid", id), ("x-b3-spanid", "00f067aa0ba902b7")];
    let nobody = shop.intrude(&fields)?;
    same("what the tracer writes", nobody.received.header("x-b3-traceid"), vec![id])?;
    same("what counts", nobody.received.header("traceparent"), vec![own.as_str()])?;
    nobody.end()?;
    let alice = shop.enter("alice", &[])?;
    let trace = [("traceparent", *alice.received.header("traceparent").first().ok_or("no trace")?)];
    same("alice's call", shop.call(&trace)?, Carried::User("alice".into()))?;
    alice.end()
}

fn switch_on(bootstrap: &mut Bootstrap, listener: &str, tracer: Tracer) -> io::Result<()> {
    bootstrap.connection_manager(listener)?["tracing"] = json!({ "provider": tracer.provider() });
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
    match bootstrap.cluster("collector") {
        Ok(_) => Ok(()),
        Err(_) => add(bootstrap.document()?, "/static_resources/clusters", collector),
    }
}

impl Tracer {
    fn provider(self) -> Value {
        match self {
            Self::OpenTelemetry => json!({ "name": "envoy.tracers.opentelemetry", "typed_config": {
                "@type": "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig",
                "service_name": "shop",
                "grpc_service": { "envoy_grpc": { "cluster_name": "collector" }, "timeout": "0.25s" },
            } }),
            Self::Zipkin => json!({ "name": "envoy.tracers.zipkin", "typed_config": {
                "@type": "type.googleapis.com/envoy.config.trace.v3.ZipkinConfig",
                "collector_cluster": "collector",
                "collector_endpoint": "/api/v2/spans",
                "collector_endpoint_version": "HTTP_JSON",
                "trace_id_128bit": true,
            } }),
        }
    }
}

/// Have headers with traces removed before a tracer reads them.
fn remove_early(bootstrap: &mut Bootstrap, listener: &str) -> io::Result<()> {
    bootstrap.connection_manager(listener)?["early_header_mutation_extensions"] = json!([{
        "name": "envoy.http.early_header_mutation.header_mutation",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
            "mutations": [{ "remove": "traceparent" }, { "remove": "tracestate" }],
        },
    }]);
    Ok(())
}
