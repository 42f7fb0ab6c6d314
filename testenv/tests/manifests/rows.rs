//! Requests to the shop, and what must become of them.

use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use testenv::client::{Answer, Request, exchange};
use testenv::issuer::{Flaw, TokenRequest};
use testenv::{Envoy, Mesh, Received};

/// How long the first keys may take.
const FIRST_KEYS: Duration = Duration::from_secs(10);

/// A gateway.
pub struct Door<'a> {
    /// Where it listens.
    pub address: SocketAddr,
    /// The proxy.
    pub envoy: &'a Envoy,
}

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

/// Where Watchword verifies the token.
pub fn of_gateway(mesh: &Mesh) -> io::Result<Vec<Row>> {
    let [missing, broken] = ["watchword_jwt_credential_missing", "watchword_jwt_"];
    let mut rows = common(mesh, missing, broken)?;
    rows.push(with_flaw(mesh, Flaw::NoExp, "watchword_jwt_expiry_missing")?);
    Ok(rows)
}

/// Where Istio's filter does.
pub fn of_handover(mesh: &Mesh) -> io::Result<Vec<Row>> {
    let mut rows = common(mesh, "watchword_route_identity_missing", "jwt_authn_access_denied")?;
    // That filter takes a token that never ends.
    rows.push(with_flaw(mesh, Flaw::NoExp, "watchword_identity_native_expiry_missing")?);
    Ok(rows)
}

fn common(mesh: &Mesh, missing: &'static str, broken: &'static str) -> io::Result<Vec<Row>> {
    let reader = mesh.token("alice")?;
    let nobody = mesh.issuer.token(&TokenRequest::new("bob").claim("roles", json!(["cook"])))?;
    let order = Request::get("/orders/42");
    Ok(vec![
        Row { request: Request::get("/healthz"), status: 200, details: None, arrives: false },
        Row { request: order.clone().bearer(&reader), status: 200, details: None, arrives: true },
        refused(order.clone(), 401, missing),
        with_flaw(mesh, Flaw::WrongKey, broken)?,
        refused(order.bearer(&nobody), 403, "watchword_authz_no_policy_permits"),
        refused(Request::get("/nowhere").bearer(&reader), 404, "watchword_route_route_unknown"),
    ])
}

fn with_flaw(mesh: &Mesh, flaw: Flaw, details: &'static str) -> io::Result<Row> {
    let token = mesh.issuer.token(&TokenRequest::new("eve").flaw(flaw))?;
    Ok(refused(Request::get("/orders/42").bearer(&token), 401, details))
}

const fn refused(request: Request, status: u16, details: &'static str) -> Row {
    Row { request, status, details: Some(details), arrives: false }
}

impl Door<'_> {
    /// Wait until a good token passes.
    ///
    /// # Panics
    /// When it does not.
    pub fn await_keys(&self, token: &str) {
        let start = Instant::now();
        let request = Request::get("/orders/42").bearer(token);
        while !exchange(self.address, &request).is_ok_and(|answer| answer.status == 200) {
            assert!(start.elapsed() < FIRST_KEYS, "a good token is refused: {}", self.envoy.log());
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// How the access log explains an answer.
    fn details(&self, answer: &Answer) -> String {
        let entry = self.envoy.access_log().by_request_id(answer.request_id().unwrap_or_default());
        entry.and_then(|entry| entry.details).unwrap_or_default()
    }
}

impl Row {
    /// What is wrong, if anything.
    pub fn complaint(&self, door: &Door<'_>, mesh: &Mesh) -> Option<String> {
        let before = [&mesh.orders, &mesh.payments].map(|service| service.received().len());
        let answer = match exchange(door.address, &self.request) {
            Ok(answer) => answer,
            Err(error) => return Some(format!("{self:?}: {error}")),
        };
        let orders = mesh.orders.received().split_off(before[0]);
        let payments = mesh.payments.received().split_off(before[1]);
        let details = door.details(&answer);
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
