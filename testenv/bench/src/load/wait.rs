//! Waits for answers, to the microsecond.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::Connection;

/// Which of the connections have something to read, within `patience`.
///
/// # Errors
/// When the system cannot wait.
pub(super) fn readable(connections: &[Connection], patience: Duration) -> io::Result<Vec<usize>> {
    let mut waits: Vec<_> =
        connections.iter().map(|connection| PollFd::new(connection, PollFlags::IN)).collect();
    let seconds = i64::try_from(patience.as_secs()).unwrap_or(i64::MAX);
    let time = Timespec { tv_sec: seconds, tv_nsec: patience.subsec_nanos().into() };
    match poll(&mut waits, Some(&time)) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let ready = waits.iter().enumerate().filter(|(_, wait)| !wait.revents().is_empty());
    Ok(ready.map(|(place, _)| place).collect())
}
