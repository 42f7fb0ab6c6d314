//! Waits for answers, to the microsecond.

use std::io;
use std::num::NonZeroU64;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::thread::set_current_timer_slack;

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

/// The most nanoseconds by which waits may end late for the kernel's convenience: none. By default it is 50 µs, which
/// would be a good part of what is measured. What is started meanwhile would inherit it.
const SLACK_NANOS: Option<NonZeroU64> = NonZeroU64::new(1);

/// Act while waits end when they should.
///
/// # Errors
/// When the act fails, or the system does not allow it.
pub(super) fn punctually<T>(act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    set_current_timer_slack(SLACK_NANOS)?;
    let done = act();
    set_current_timer_slack(None)?;
    done
}
