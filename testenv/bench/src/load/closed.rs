//! As fast as the proxy answers: what a request costs is its CPU time, divided by requests.

use std::io;
use std::time::{Duration, Instant};

use super::Load;
use super::wait::readable;
use crate::accounts::own_cpu;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Amount {
    /// As many as are answered in that time.
    For(Duration),
    /// So many.
    Count(u64),
}

/// What became of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Closed {
    /// Answers, all as they were expected.
    pub(crate) answers: u64,
    /// How long it took.
    pub(crate) time: Duration,
    /// The part of that time in which the load itself was on its core: near 1 it is what limits.
    pub(crate) own_share: f64,
}

/// Keep a request under way on every connection until the amount has been sent, and wait for all answers.
///
/// # Errors
/// When a connection breaks, or an answer is not as expected.
pub(crate) fn closed(load: &mut Load, pool: &[String], amount: Amount) -> io::Result<Closed> {
    let (began, own) = (Instant::now(), own_cpu()?);
    let (mut sent, mut answers, mut bytes) = (0_u64, 0_u64, Vec::new());
    let wants_more = |sent: u64| match amount {
        Amount::For(time) => began.elapsed() < time,
        Amount::Count(count) => sent < count,
    };
    for connection in &mut load.connections {
        if wants_more(sent) {
            load.requests.write(pool, &mut bytes)?;
            connection.send(&bytes, began)?;
            sent += 1;
        }
    }
    while answers < sent {
        let ready = readable(&load.connections, PATIENCE)?;
        if ready.is_empty() {
            return Err(io::Error::other("the proxy answers no more"));
        }
        for place in ready {
            let Some(connection) = load.connections.get_mut(place) else { continue };
            if connection.receive(load.expected)?.is_none() {
                continue;
            }
            answers += 1;
            if wants_more(sent) {
                load.requests.write(pool, &mut bytes)?;
                connection.send(&bytes, began)?;
                sent += 1;
            }
        }
    }
    let time = began.elapsed();
    let own_share = (own_cpu()? - own).as_secs_f64() / time.as_secs_f64();
    Ok(Closed { answers, time, own_share })
}
