//! Where a running shop is reached, and where it leaves its logs. All that the table of the demo needs to
//! know, wherever the shop runs.

use std::io;
use std::net::SocketAddr;

use crate::client::{Request, exchange};
use crate::{AccessLog, Certificates};

/// Addresses and files of a running shop.
#[derive(Debug, Clone)]
pub struct Reach {
    /// The edge's listener for clients.
    pub edge: SocketAddr,
    /// The inbound listener of the orders sidecar.
    pub orders: SocketAddr,
    /// The inbound listener of the payments sidecar.
    pub payments: SocketAddr,
    /// The issuer.
    pub issuer: SocketAddr,
    /// The API key of a partner.
    pub partner_key: String,
    /// Certificates of the workloads.
    pub certificates: Certificates,
    /// Access logs in the order of the path of a request: edge, orders, payments.
    pub logs: [AccessLog; 3],
}

impl Reach {
    /// A token from the issuer, for a query of its `/token`, in which quotes need no escape.
    ///
    /// # Errors
    /// When the issuer does not answer, or refuses; the message says what it said.
    pub fn token(&self, query: &str) -> io::Result<String> {
        let answer = exchange(self.issuer, &Request::get(format!("/token?{}", query.replace('"', "%22"))))?;
        let token = answer.json()["access_token"].as_str().map(ToOwned::to_owned);
        token.ok_or_else(|| io::Error::other(format!("no token for `{query}`: {}", answer.text())))
    }
}
