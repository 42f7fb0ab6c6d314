//! A shop whose orders are played by the test, and what its payments make of calls.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{io, thread};

use serde_json::{Value, json};
use testenv::client::{Answer, Connection, Request, exchange};
use testenv::{Bootstrap, Mesh, Options, Side};

use crate::app::{App, Received};
use crate::report::Checked;

/// Longer than any request is held here.
const LONG: &str = "60s";

/// A field of a request.
pub type Field<'a> = (&'a str, &'a str);

/// A running shop.
pub struct Shop {
    pub mesh: Mesh,
    /// Stands in the place of orders.
    pub app: App,
    /// Where it makes its calls.
    outbound: SocketAddr,
    counter: AtomicU64,
}

/// On whose behalf payments was called.
#[derive(Debug, PartialEq, Eq)]
pub enum Carried {
    User(String),
    /// Nobody's: there was no token.
    Nothing,
}

/// An inbound request that waits for its answer.
pub struct Open<'a> {
    app: &'a App,
    target: String,
    connection: Connection,
    /// As the application has it.
    pub received: Received,
}

impl Shop {
    /// Start one, with these changes.
    pub fn open(options: Options) -> io::Result<Self> {
        let app = App::start()?;
        let (address, outbound) = (app.address(), Rc::new(Cell::new(0)));
        let port = Rc::clone(&outbound);
        let options = options.change(Side::Edge, |bootstrap| be_patient(bootstrap, "clients")).change(
            Side::Orders,
            move |bootstrap| {
                be_patient(bootstrap, "inbound")?;
                port.set(play_orders(bootstrap, address)?);
                Ok(())
            },
        );
        let mesh = Mesh::start(&options)?;
        let outbound = SocketAddr::from(([127, 0, 0, 1], outbound.get()));
        Ok(Self { mesh, app, outbound, counter: AtomicU64::new(1) })
    }

    /// A word that was not used before.
    pub fn fresh(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// A trace that an attacker has chosen. No two are in one slot of a registry without a seal, unless there
    /// are very many.
    pub fn chosen(&self) -> String {
        parent(&format!("{:032x}", 0x0bad_0000_0000_0000_u64 + self.fresh()))
    }

    /// A request of `user` through the edge, which the application holds.
    pub fn enter(&self, user: &str, fields: &[Field<'_>]) -> Checked<Open<'_>> {
        let token = self.mesh.token(user)?;
        let connection = Connection::plain(self.mesh.reach.edge)?;
        self.hold(
            connection,
            "/orders/hold",
            &[&[("authorization", &*format!("Bearer {token}"))], fields].concat(),
        )
    }

    /// A request by a workload of the mesh, the edge, straight to the sidecar, which the application holds.
    pub fn intrude(&self, fields: &[Field<'_>]) -> Checked<Open<'_>> {
        let has_token = fields.iter().any(|(name, _)| *name == "txn-token");
        // Nobody's identity is welcome on this route only.
        let path = if has_token { "/orders/hold" } else { "/healthz?hold=" };
        self.hold(self.as_edge()?, path, fields)
    }

    /// A connection to the sidecar of orders with the edge's certificate.
    pub fn as_edge(&self) -> io::Result<Connection> {
        Connection::tls(self.mesh.reach.orders, &self.mesh.reach.certificates, Some("edge"))
    }

    fn hold(&self, mut connection: Connection, path: &str, fields: &[Field<'_>]) -> Checked<Open<'_>> {
        let target = format!("{path}{}", self.fresh());
        connection.send(&request(&target, fields).to_bytes())?;
        let app = &self.app;
        match app.await_request(&target) {
            Ok(received) => Ok(Open { app, target, connection, received }),
            Err(error) => {
                let answer = connection.answer();
                Err(format!("{error}; the answer is {:?}", answer.map(|answer| answer.status)).into())
            }
        }
    }

    /// What payments makes of a call of the application with these fields.
    pub fn call(&self, fields: &[Field<'_>]) -> Checked<Carried> {
        let path = format!("/payments/{}", self.fresh());
        let answer = exchange(self.outbound, &request(&path, fields))?;
        let received = self.mesh.payments.received();
        let received = received.iter().find(|received| received.path == path);
        match (answer.status, received) {
            (200, Some(received)) => match received.header("x-watchword-subject").as_slice() {
                [subject] => Ok(Carried::User((*subject).to_owned())),
                other => Err(format!("payments was told {other:?}").into()),
            },
            (401, None) => self.is_without_token(&answer).map(|()| Carried::Nothing),
            (status, received) => Err(format!("answered with {status}; payments: {received:?}").into()),
        }
    }

    /// Refused because there was no token, not because there was a bad one.
    fn is_without_token(&self, answer: &Answer) -> Checked {
        let id = answer.request_id().ok_or("no request id")?;
        let entry = self.mesh.envoy(Side::Payments).access_log().by_request_id(id);
        let details = entry.and_then(|entry| entry.details).unwrap_or_default();
        crate::report::same("payments' reason", details.as_str(), "watchword_identity_txn_token_missing")
    }

    /// A call of the application to another place than payments, as that place receives it.
    pub fn call_elsewhere(&self, cluster: &str, fields: &[Field<'_>]) -> Checked<Received> {
        let path = format!("/{cluster}/{}", self.fresh());
        exchange(self.outbound, &request(&path, fields))?;
        Ok(self.app.await_request(&path)?)
    }

    /// A genuine token of `user`: what a workload of the mesh sees of everybody who comes by.
    pub fn internal_token(&self, user: &str) -> Checked<String> {
        let open = self.enter(user, &[])?;
        let captured = self.call_elsewhere("capture", &open.trace())?;
        open.end()?;
        let token = captured.header("txn-token").first().map(|token| (*token).to_owned());
        Ok(token.ok_or("no token was captured")?)
    }

    /// A counter of the sidecar of orders.
    pub fn count(&self, event: &str) -> u64 {
        // A counter is made when it is first counted.
        self.mesh.envoy(Side::Orders).stat(event).unwrap_or_default()
    }

    /// No VM has trapped.
    pub fn is_unharmed(&self) -> Checked {
        for side in Side::ALL {
            let envoy = self.mesh.envoy(side);
            crate::report::same("reloads", envoy.stat("vm_reload")?, 0)?;
            crate::report::ensure(!envoy.log().contains("panicked"), || format!("{side:?} has panicked"))?;
        }
        Ok(())
    }
}

impl Open<'_> {
    /// The field that carries the trace on.
    pub fn trace(&self) -> Vec<Field<'_>> {
        ["traceparent", "x-b3-traceid", "x-b3-spanid"]
            .into_iter()
            .filter_map(|name| Some((name, *self.received.header(name).first()?)))
            .collect()
    }

    /// Let it be answered, and read the answer.
    pub fn end(mut self) -> Checked {
        self.app.release(&self.target);
        let status = self.connection.answer()?.status;
        // The proxy notes the end of a request after its answer.
        thread::sleep(std::time::Duration::from_millis(50));
        crate::report::same("the answer", status, 200)
    }
}

/// A `traceparent` of the trace `id`.
pub fn parent(id: &str) -> String {
    format!("00-{id}-00f067aa0ba902b7-01")
}

/// A request for payments, as far as its `:authority` goes.
pub fn request(path: &str, fields: &[Field<'_>]) -> Request {
    fields.iter().fold(Request::get(path), |request, (name, value)| request.header(name, value))
}

fn be_patient(bootstrap: &mut Bootstrap, listener: &str) -> io::Result<()> {
    let manager = bootstrap.connection_manager(listener)?;
    manager["stream_idle_timeout"] = LONG.into();
    let routes = manager.pointer_mut("/route_config/virtual_hosts/0/routes").and_then(Value::as_array_mut);
    for route in routes.into_iter().flatten() {
        route["route"]["timeout"] = LONG.into();
    }
    Ok(())
}

/// Put the application in the place of orders, and two clusters beside payments: `capture` may get tokens,
/// `elsewhere` may not. Gives the port of the outbound listener.
fn play_orders(bootstrap: &mut Bootstrap, app: SocketAddr) -> io::Result<u16> {
    let at = json!({ "endpoint": { "address": { "socket_address": {
        "address": app.ip().to_string(), "port_value": app.port(),
    } } } });
    bootstrap.cluster("app")?["load_assignment"]["endpoints"][0]["lb_endpoints"][0] = at;
    let mut cluster = bootstrap.cluster("app")?.clone();
    for name in ["capture", "elsewhere"] {
        cluster["name"] = name.into();
        cluster["load_assignment"]["cluster_name"] = name.into();
        add(bootstrap.document()?, "/static_resources/clusters", cluster.clone())?;
        let route = json!({ "match": { "prefix": format!("/{name}/") }, "route": { "cluster": name } });
        add(bootstrap.connection_manager("outbound")?, "/route_config/virtual_hosts/0/routes", route)?;
    }
    let attach = &mut bootstrap.configuration("outbound")?["identity"]["attach"];
    attach["destinations"] = json!(["payments", "capture"]);
    let listeners = bootstrap.document()?["static_resources"]["listeners"].as_array();
    let outbound = listeners.into_iter().flatten().find(|listener| listener["name"] == "outbound");
    let port =
        outbound.and_then(|listener| listener.pointer("/address/socket_address/port_value")?.as_u64());
    port.and_then(|port| port.try_into().ok()).ok_or_else(|| io::Error::other("no outbound listener"))
}

/// Put `value` before the others of a list.
pub fn add(document: &mut Value, list: &str, value: Value) -> io::Result<()> {
    let list = document.pointer_mut(list).and_then(Value::as_array_mut);
    list.ok_or_else(|| io::Error::other("no list"))?.insert(0, value);
    Ok(())
}
