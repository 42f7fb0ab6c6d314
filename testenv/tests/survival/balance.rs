//! Which worker of a proxy has a connection.

use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use testenv::Envoy;
use testenv::client::Connection;

use crate::edge::WORKERS;

/// Connections that may be opened until each worker has one: others open some at the same time.
const MOST_TRIES: usize = 200;

/// How often is looked whether a worker has got a connection, a millisecond apart.
const LOOKS: usize = 200;

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

/// A connection and its worker, where nobody else has opened one meanwhile.
fn open(envoy: &Envoy, address: SocketAddr) -> io::Result<Option<(usize, Connection)>> {
    let before = accepted(envoy, address)?;
    let connection = Connection::plain(address)?;
    for _ in 0..LOOKS {
        let after = accepted(envoy, address)?;
        let new: Vec<u64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
        match new.iter().sum() {
            0 => thread::sleep(Duration::from_millis(1)),
            1 => return Ok(new.iter().position(|new| *new == 1).map(|worker| (worker, connection))),
            2.. => return Ok(None),
        }
    }
    Err(io::Error::other("no worker has got the connection"))
}

/// Connections that each worker has got so far.
fn accepted(envoy: &Envoy, address: SocketAddr) -> io::Result<[u64; WORKERS]> {
    let prefix = format!("listener.127.0.0.1_{}.worker_", address.port());
    let stats = envoy.admin(&format!("/stats?filter=^{prefix}"))?;
    let mut counts = [0; WORKERS];
    for line in stats.lines() {
        let counted = line.strip_prefix(&prefix).and_then(|rest| rest.split_once(".downstream_cx_total: "));
        if let Some((worker, count)) = counted
            && let Some(place) = counts.get_mut(worker.parse().unwrap_or(WORKERS))
        {
            *place = count.parse().map_err(io::Error::other)?;
        }
    }
    Ok(counts)
}
