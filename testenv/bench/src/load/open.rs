//! At a fixed pace, whatever the proxy does: how long somebody waits who did not choose the moment.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use super::wait::{punctually, readable};
use super::{Connection, Load};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many, and how many in a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Requests in all.
    pub(crate) requests: u32,
    /// Requests in a second.
    pub(crate) per_second: u32,
}

/// Send at that pace. The time that each answer took, in microseconds, counted from the moment at which its request
/// was due: one that had to wait for a connection has waited.
///
/// # Errors
/// When a connection breaks, or an answer is not as expected.
pub(crate) fn open(load: &mut Load, pool: &[String], pace: Pace) -> io::Result<Vec<f64>> {
    punctually(|| drive(load, pool, pace))
}

fn drive(load: &mut Load, pool: &[String], pace: Pace) -> io::Result<Vec<f64>> {
    let began = Instant::now();
    let due = |number: u32| began + Duration::from_secs(1) * number / pace.per_second;
    let (mut next, mut late, mut bytes) = (0, VecDeque::new(), Vec::new());
    let mut waited = Vec::with_capacity(pace.requests as usize);
    while waited.len() < pace.requests as usize {
        let now = Instant::now();
        while next < pace.requests && due(next) <= now {
            late.push_back(due(next));
            next += 1;
        }
        for connection in idle(&mut load.connections) {
            let Some(due) = late.pop_front() else { break };
            load.requests.write(pool, &mut bytes)?;
            connection.send(&bytes, due)?;
        }
        let patience =
            if next < pace.requests { due(next).saturating_duration_since(now) } else { PATIENCE };
        for place in readable(&load.connections, patience)? {
            let Some(connection) = load.connections.get_mut(place) else { continue };
            if let Some(due) = connection.receive(load.expected)? {
                waited.push(due.elapsed().as_secs_f64() * 1e6);
            }
        }
        if began.elapsed() > Duration::from_secs(1) * pace.requests / pace.per_second + PATIENCE {
            return Err(io::Error::other("the proxy does not keep pace"));
        }
    }
    Ok(waited)
}

fn idle(connections: &mut [Connection]) -> impl Iterator<Item = &mut Connection> {
    connections.iter_mut().filter(|connection| !connection.is_busy())
}
