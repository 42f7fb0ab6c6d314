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
    connections: Vec<Connection>,
    requests: Requests,
    /// The status that every answer must have: a proxy that answers otherwise is not measured.
    expected: u16,
}

impl Load {
    /// Connect.
    ///
    /// # Errors
    /// When nobody listens.
    pub(crate) fn connect(
        address: SocketAddr,
        connections: usize,
        requests: Requests,
        expected: u16,
    ) -> io::Result<Self> {
        let connections = (0..connections).map(|_| Connection::open(address)).collect::<io::Result<_>>()?;
        Ok(Self { connections, requests, expected })
    }

    /// Requests that have gone over them.
    pub(crate) const fn sent(&self) -> u64 {
        self.requests.sent()
    }
}
