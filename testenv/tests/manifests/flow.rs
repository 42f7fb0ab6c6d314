//! The shop, with the configurations of the manifests for Istio in place of its own.
//!
//! Changed is what a user replaces: the issuer, the keys, and the names of workloads, which are those of the
//! certificates here.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testenv::client::{Request, exchange};
use testenv::issuer::TokenRequest;
use testenv::{Bootstrap, Mesh, Options, Received, Side};

use crate::extension::{self, Extension};
use crate::listeners::node;

/// As many as there are: one that is gone must be noticed.
pub const ROWS: usize = 6;

/// How long the first keys may take.
const FIRST_KEYS: Duration = Duration::from_secs(10);

/// What a user replaces, and by what.
const REPLACED: [(&str, &str); 4] = [
    ("https://issuer.example.com", "https://issuer.test"),
    ("spiffe://cluster.local/ns/istio-ingress/sa/ingressgateway", "spiffe://shop.test/edge"),
    ("spiffe://cluster.local/ns/shop/sa/orders", "spiffe://shop.test/orders"),
    ("\"trust_domain\":\"cluster.local\"", "\"trust_domain\":\"shop.test\""),
];

const ISSUER: &str = "outbound|80||issuer.example.com";
const PAYMENTS: &str = "outbound|8080||payments.shop.svc.cluster.local";

/// A request, and what must become of it.
#[derive(Debug)]
pub struct Row {
    request: Request,
    status: u16,
    /// How the access log explains a refusal.
    details: Option<&'static str>,
    /// Whether it arrives at both services.
    arrives: bool,
}

/// All proxies, configured by the manifests.
pub fn options() -> io::Result<Options> {
    let [gateway, inbound, outbound] =
        ["istio/gateway.yaml", "istio/inbound.yaml", "istio/outbound.yaml"].map(only);
    let (gateway, inbound, outbound) = (gateway?, inbound?, outbound?);
    let at_payments = inbound.clone();
    Ok(Options::new("istio")
        .change(Side::Edge, move |bootstrap| edge(bootstrap, &gateway))
        .change(Side::Orders, move |bootstrap| {
            place(bootstrap, "inbound", &inbound, ("", ""))?;
            attach(bootstrap, &outbound)
        })
        // Orders asks payments below a path of its own.
        .change(Side::Payments, move |bootstrap| {
            place(bootstrap, "inbound", &at_payments, ("/orders/", "/payments/"))
        }))
}

fn only(file: &str) -> io::Result<Extension> {
    extension::read(file)?.pop().ok_or_else(|| io::Error::other(format!("{file} has no extension")))
}

fn edge(bootstrap: &mut Bootstrap, gateway: &Extension) -> io::Result<()> {
    bootstrap.document()?["node"] = node();
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
fn place(
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

pub fn await_keys(mesh: &Mesh) {
    let start = Instant::now();
    let request = Request::get("/orders/42").bearer(&mesh.token("first").unwrap());
    while !exchange(mesh.reach.edge, &request).is_ok_and(|answer| answer.status == 200) {
        assert!(start.elapsed() < FIRST_KEYS, "a good token is refused: {}", mesh.envoy(Side::Edge).log());
        thread::sleep(Duration::from_millis(100));
    }
}

pub fn rows(mesh: &Mesh) -> io::Result<Vec<Row>> {
    let reader = mesh.token("alice")?;
    let nobody = mesh.issuer.token(&TokenRequest::new("bob").claim("roles", json!([])))?;
    let order = Request::get("/orders/42");
    let refused =
        |request, status, details| Row { request, status, details: Some(details), arrives: false };
    Ok(vec![
        Row { request: Request::get("/healthz"), status: 200, details: None, arrives: false },
        Row { request: order.clone().bearer(&reader), status: 200, details: None, arrives: true },
        refused(order.clone(), 401, "watchword_jwt_credential_missing"),
        refused(order.clone().bearer(&format!("{reader}x")), 401, "watchword_jwt_"),
        refused(order.bearer(&nobody), 403, "watchword_authz_no_policy_permits"),
        refused(Request::get("/nowhere").bearer(&reader), 404, "watchword_route_route_unknown"),
    ])
}

impl Row {
    /// What is wrong, if anything.
    pub fn complaint(&self, mesh: &Mesh) -> Option<String> {
        let before = [&mesh.orders, &mesh.payments].map(|service| service.received().len());
        let answer = match exchange(mesh.reach.edge, &self.request) {
            Ok(answer) => answer,
            Err(error) => return Some(format!("{self:?}: {error}")),
        };
        let entry =
            mesh.envoy(Side::Edge).access_log().by_request_id(answer.request_id().unwrap_or_default());
        let details = entry.and_then(|entry| entry.details).unwrap_or_default();
        let orders = mesh.orders.received().split_off(before[0]);
        let payments = mesh.payments.received().split_off(before[1]);
        let explained = self.details.is_none_or(|begins| details.starts_with(begins));
        let told = told(&orders) == self.arrives.then_some(("alice", "spiffe://shop.test/edge"))
            && told(&payments) == self.arrives.then_some(("alice", "spiffe://shop.test/orders"));
        let good = answer.status == self.status && explained && told;
        (!good).then(|| format!("{self:?}: {} {details}\n{orders:?}\n{payments:?}", answer.status))
    }
}

/// For whom a service was called, and by which workload.
fn told(received: &[Received]) -> Option<(&str, &str)> {
    let one = |name| received.first()?.header(name).first().copied();
    Some((one("x-watchword-subject")?, one("x-watchword-caller")?))
}
