//! The shop, with the configurations of the manifests for Istio in place of its own.
//!
//! Changed is what a user replaces: the issuer, the keys, and the names of workloads, which are those of the
//! certificates here.

use std::io;

use serde_json::Value;
use testenv::{Bootstrap, Options, Side};

use crate::extension::{self, Extension};
use crate::{handover, listeners};

/// What a user replaces, and by what.
const REPLACED: [(&str, &str); 4] = [
    ("https://issuer.example.com", "https://issuer.test"),
    ("spiffe://cluster.local/ns/istio-ingress/sa/ingressgateway", "spiffe://shop.test/edge"),
    ("spiffe://cluster.local/ns/shop/sa/orders", "spiffe://shop.test/orders"),
    ("\"trust_domain\":\"cluster.local\"", "\"trust_domain\":\"shop.test\""),
];

const ISSUER: &str = "outbound|80||issuer.example.com";
const PAYMENTS: &str = "outbound|8080||payments.shop.svc.cluster.local";

/// All proxies, configured by the manifests. On the port `handover` the edge has the listener to which Istio's
/// filter hands over.
pub fn options(handover: u16) -> io::Result<Options> {
    let [gateway, inbound, outbound] =
        ["istio/gateway.yaml", "istio/inbound.yaml", "istio/outbound.yaml"].map(extension::only);
    let (gateway, inbound, outbound) = (gateway?, inbound?, outbound?);
    let at_payments = inbound.clone();
    Ok(Options::new("manifests")
        .change(Side::Edge, move |bootstrap| {
            edge(bootstrap, &gateway)?;
            handover::add(bootstrap, handover)
        })
        .change(Side::Orders, move |bootstrap| {
            place(bootstrap, "inbound", &inbound, ("", ""))?;
            attach(bootstrap, &outbound)
        })
        // Orders asks payments below a path of its own.
        .change(Side::Payments, move |bootstrap| {
            place(bootstrap, "inbound", &at_payments, ("/orders/", "/payments/"))
        }))
}

fn edge(bootstrap: &mut Bootstrap, gateway: &Extension) -> io::Result<()> {
    bootstrap.document()?["node"] = listeners::node();
    bootstrap.copy_cluster("issuer", ISSUER)?;
    place(bootstrap, "clients", gateway, ("", ""))
}

fn attach(bootstrap: &mut Bootstrap, outbound: &Extension) -> io::Result<()> {
    place(bootstrap, "outbound", outbound, ("", ""))?;
    bootstrap.copy_cluster("payments", PAYMENTS)?;
    let manager = bootstrap.connection_manager("outbound")?;
    manager["route_config"]["virtual_hosts"][0]["routes"][0]["route"]["cluster"] = PAYMENTS.into();
    Ok(())
}

/// Put an extension in the place of the plugin on a listener, and the edge's real keys into it.
pub fn place(
    bootstrap: &mut Bootstrap,
    listener: &str,
    extension: &Extension,
    and: (&str, &str),
) -> io::Result<()> {
    let plugin = bootstrap.plugin(listener)?;
    let shipped = plugin["configuration"]["value"]["identity"].clone();
    let mut extension = extension.clone();
    extension.edit(|configuration| {
        *configuration = replaced(configuration, and);
        for role in ["verify", "attach"] {
            if configuration["identity"].get(role).is_some() {
                configuration["identity"][role]["keys"] = shipped[role]["keys"].clone();
            }
        }
    });
    *plugin = extension.plugin().clone();
    Ok(())
}

fn replaced(configuration: &Value, and: (&str, &str)) -> Value {
    let all = REPLACED.into_iter().chain((!and.0.is_empty()).then_some(and));
    let text = all.fold(configuration.to_string(), |text, (shipped, here)| text.replace(shipped, here));
    serde_json::from_str(&text).unwrap_or(Value::Null)
}
