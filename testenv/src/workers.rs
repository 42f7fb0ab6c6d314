//! Which worker of an Envoy has a connection.

use std::io;
use std::net::SocketAddr;

use crate::Envoy;

/// Worker threads of every Envoy of the harness: as many as it takes to see what they share and what they do not.
pub const WORKERS: usize = 2;

/// Connections that each worker of `envoy` has got so far at the listener with this address.
///
/// # Errors
/// When the admin interface does not answer.
pub fn connections(envoy: &Envoy, listener: SocketAddr) -> io::Result<[u64; WORKERS]> {
    let prefix = format!("listener.127.0.0.1_{}.worker_", listener.port());
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
