//! Which worker of a proxy has a connection.

use std::io;
use std::net::SocketAddr;

use testenv::Envoy;
use testenv::client::Connection;
use testenv::workers::{WORKERS, connections};

use crate::mix;

/// Connections that may be opened until each worker has one: others open some at the same time.
const MOST_TRIES: usize = 200;

/// A connection to each worker, in their order.
///
/// # Errors
/// When a worker gets none.
pub fn to_each(envoy: &Envoy, address: SocketAddr) -> io::Result<[Connection; WORKERS]> {
    let mut found = [const { None }; WORKERS];
    for _ in 0..MOST_TRIES {
        if let Some((worker, connection)) = open(envoy, address)? {
            found[worker].get_or_insert(connection);
        }
        if found.iter().all(Option::is_some) {
            return Ok(found.map(|one| one.expect("all are there")));
        }
    }
    Err(io::Error::other("a worker gets no connection"))
}

/// A connection and its worker, where nobody else has opened one meanwhile. Whoever is answered, whatever the answer, has
/// been counted.
fn open(envoy: &Envoy, address: SocketAddr) -> io::Result<Option<(usize, Connection)>> {
    let before = connections(envoy, address)?;
    let mut connection = Connection::plain(address)?;
    connection.exchange(&mix::orders())?;
    let after = connections(envoy, address)?;
    let new: Vec<u64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
    let worker = new.iter().position(|new| *new == 1).filter(|_| new.iter().sum::<u64>() == 1);
    Ok(worker.map(|worker| (worker, connection)))
}
