//! One request to a sidecar, and what must come of it.

use testenv::client::{Connection, Request};
use testenv::{Mesh, Side};

/// The route that takes internal tokens, and users' own beside them.
pub const PATH: &str = "/orders/42";

/// A request and its answer.
pub struct Row {
    pub name: String,
    /// The workload whose certificate is shown.
    pub workload: &'static str,
    pub request: Request,
    pub want: Want,
}

/// The values of the subject's header.
fn told(user: &str) -> Vec<&str> {
    if user.is_empty() { Vec::new() } else { vec![user] }
}

/// What must come of a request.
#[derive(Clone)]
pub enum Want {
    /// The service learns that this user calls, or, of an empty name, gets no name.
    User(String),
    /// This stage refuses, with this status and reason.
    Refused(&'static str, u16, &'static str),
}

impl Row {
    /// This token in `Txn-Token`, from the edge, refused by the identity stage with 401.
    pub fn forged(name: &str, token: &str, reason: &'static str) -> Self {
        Self::request(name, with_token(token), Want::Refused("identity", 401, reason))
    }

    /// This token in `Txn-Token`, from the edge, taken as one of `user`.
    pub fn good(name: &str, token: &str, user: &str) -> Self {
        Self::request(name, with_token(token), Want::User(user.to_owned()))
    }

    /// This request from the edge.
    pub fn request(name: &str, request: Request, want: Want) -> Self {
        Self { name: name.to_owned(), workload: "edge", request, want }
    }

    /// From another workload.
    pub fn from(mut self, workload: &'static str) -> Self {
        self.workload = workload;
        self
    }

    pub const fn is_control(&self) -> bool {
        matches!(self.want, Want::User(_))
    }

    /// Send it to the sidecar, and say what is not as it must be.
    pub fn complaint(&self, mesh: &Mesh) -> Option<String> {
        let send = || {
            let mut connection =
                Connection::tls(mesh.reach.orders, &mesh.reach.certificates, Some(self.workload))?;
            connection.exchange(&self.request)
        };
        let before = mesh.orders.received().len();
        let answer = match send() {
            Ok(answer) => answer,
            Err(error) => return Some(format!("{}: {error}", self.name)),
        };
        let log = mesh.envoy(Side::Orders).access_log();
        let entry = answer.request_id().and_then(|id| log.by_request_id(id));
        let refusal = entry.as_ref().and_then(|entry| entry.refusal());
        let arrived = mesh.orders.received().split_off(before);
        let users: Vec<_> = arrived.iter().map(|request| request.header("x-watchword-subject")).collect();
        let good = match &self.want {
            Want::User(user) => answer.status == 200 && refusal.is_none() && users == [told(user)],
            Want::Refused(stage, status, reason) => {
                answer.status == *status && refusal == Some((stage, reason)) && users.is_empty()
            }
        };
        (!good).then(|| format!("{}: {} {refusal:?} {users:?}", self.name, answer.status))
    }
}

/// A request with this internal token.
pub fn with_token(token: &str) -> Request {
    Request::get(PATH).header("txn-token", token)
}
