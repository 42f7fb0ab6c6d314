//! Whether an engine is worth asking: after failures in a row nobody is kept waiting for it.

use std::cell::Cell;

use contract::{Duration, UnixTime};

/// The state of one engine as one worker sees it. Each has its own: what it costs to find out again is a few calls,
/// and workers need not agree.
#[derive(Debug)]
pub(crate) struct Breaker {
    /// Failures in a row after which it opens.
    failures: u32,
    /// How long it stays open before one request may try again.
    open_for: Duration,
    seen: Cell<u32>,
    open_until: Cell<UnixTime>,
}

impl Breaker {
    pub(crate) const fn new(failures: u32, open_for: Duration) -> Self {
        Self { failures, open_for, seen: Cell::new(0), open_until: Cell::new(UnixTime::from_nanos(0)) }
    }

    /// Whether to ask at `now`; if not, how long it stays so. While it is open, one request in every `open_for` may,
    /// and its answer decides.
    pub(crate) fn permits(&self, now: UnixTime) -> Result<(), Duration> {
        if self.seen.get() < self.failures {
            return Ok(());
        }
        let until = self.open_until.get();
        // A clock that was set back must not keep it open until it has caught up.
        let is_open = now < until && until <= now.plus(self.open_for);
        if is_open {
            return Err(until.since(now));
        }
        self.open_until.set(now.plus(self.open_for));
        Ok(())
    }

    /// The engine has answered.
    pub(crate) fn succeeded(&self) {
        self.seen.set(0);
    }

    /// The engine has failed. Whether this was the failure that opens it.
    pub(crate) fn failed(&self, now: UnixTime) -> bool {
        let seen = self.seen.get().saturating_add(1);
        self.seen.set(seen);
        if seen >= self.failures {
            self.open_until.set(now.plus(self.open_for));
        }
        seen == self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(millis: u64) -> UnixTime {
        UnixTime::from_seconds(1_700_000_000).plus(Duration::from_millis(millis))
    }

    fn broken() -> Breaker {
        let breaker = Breaker::new(3, SECOND);
        assert_eq!([0, 1, 2].map(|millis| breaker.failed(at(millis))), [false, false, true]);
        breaker
    }

    #[test]
    fn opens_after_failures_in_a_row_only() {
        let breaker = Breaker::new(3, SECOND);
        for _ in 0..10 {
            breaker.failed(at(0));
            breaker.failed(at(0));
            breaker.succeeded();
        }
        assert!(breaker.permits(at(0)).is_ok());
        assert!(broken().permits(at(3)).is_err());
    }

    #[test]
    fn lets_one_request_try_again_when_its_time_is_over() {
        let breaker = broken();
        let permitted =
            [500, 1001, 1002, 1999, 2000, 2001, 2002].map(|millis| breaker.permits(at(millis)).is_ok());
        assert_eq!(permitted, [false, false, true, false, false, false, true]);
        assert_eq!(breaker.permits(at(2300)), Err(Duration::from_millis(702)));
        breaker.succeeded();
        assert!(breaker.permits(at(2003)).is_ok() && breaker.permits(at(2003)).is_ok());
    }

    #[test]
    fn stays_open_when_the_try_fails() {
        let breaker = broken();
        assert!(breaker.permits(at(2000)).is_ok());
        assert!(!breaker.failed(at(2020)), "it was open already");
        assert!(breaker.permits(at(3019)).is_err());
        assert!(breaker.permits(at(3020)).is_ok());
    }

    #[test]
    fn a_clock_that_jumps_back_does_not_keep_it_open() {
        let breaker = broken();
        assert!(breaker.permits(UnixTime::from_seconds(1_600_000_000)).is_ok());
    }
}
