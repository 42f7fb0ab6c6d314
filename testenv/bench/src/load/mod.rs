//! The load: one thread, some connections that are kept, requests that are ready when they are due.

mod closed;
mod connection;
mod open;
mod wait;

pub(crate) use closed::{Amount, closed};
pub(crate) use connection::Connection;
pub(crate) use open::{Pace, open};

use std::io;
use std::net::SocketAddr;

use crate::requests::Requests;

/// The connections to one proxy, and what goes over them.
#[derive(Debug)]
pub(crate) struct Load {
    address: SocketAddr,
    connections: Vec<Connection>,
    requests: Requests,
    /// The status that every answer must have: a proxy that answers otherwise is not measured.
    expected: u16,
}

impl Load {
    /// Without connections yet.
    pub(crate) const fn new(address: SocketAddr, requests: Requests, expected: u16) -> Self {
        Self { address, connections: Vec::new(), requests, expected }
    }

    /// Connect anew: proxies end connections that were idle for minutes, while others had their turn.
    ///
    /// # Errors
    /// When nobody listens.
    pub(crate) fn connect(&mut self, connections: usize) -> io::Result<()> {
        self.connections.clear();
        let opened = (0..connections).map(|_| Connection::open(self.address));
        self.connections = opened.collect::<io::Result<_>>()?;
        Ok(())
    }

    /// Requests that have gone over them.
    pub(crate) const fn sent(&self) -> u64 {
        self.requests.sent()
    }
}
