//! Whether a call has failed because its time was over.

use contract::{CallError, Duration, UnixTime};

/// The gRPC status of a call whose timeout has passed, DEADLINE_EXCEEDED.
const DEADLINE_EXCEEDED: u32 = 4;

/// The part of a timeout, one in so many, by which the proxy may end a call early: its timers run from the moment at
/// which it has last looked at the clock, which a busy worker has done a while before.
const EARLY: u32 = 4;

/// From when on a call with this timeout that was made at `now` counts as late.
pub(crate) fn late_from(now: UnixTime, timeout: Duration) -> UnixTime {
    let early = timeout.checked_div(EARLY).unwrap_or_default();
    now.plus(timeout.saturating_sub(early))
}

/// What a call has come to that ended with `status` and without a message at `now`.
///
/// Envoy ends a call in time with the same UNAVAILABLE as one that has reached nobody, so that only the clock tells
/// the two apart.
pub(crate) fn ended(status: u32, late_from: UnixTime, now: UnixTime) -> CallError {
    match status == DEADLINE_EXCEEDED || late_from <= now {
        true => CallError::Late,
        false => CallError::Status(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_late_by_its_status_or_by_the_clock() {
        let made = UnixTime::from_seconds(1_000);
        let late_from = late_from(made, Duration::from_millis(20));
        for (status, after, expected) in [
            (14, 0, CallError::Status(14)),
            (14, 14, CallError::Status(14)),
            (14, 15, CallError::Late),
            (14, 21, CallError::Late),
            (2, 500, CallError::Late),
            (4, 0, CallError::Late),
        ] {
            let now = made.plus(Duration::from_millis(after));
            assert_eq!(ended(status, late_from, now), expected, "{status} after {after} ms");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nothing_late() {
        let made = UnixTime::from_seconds(1_000);
        let late_from = late_from(made, Duration::from_millis(20));
        assert_eq!(ended(14, late_from, UnixTime::from_seconds(1)), CallError::Status(14));
    }
}
