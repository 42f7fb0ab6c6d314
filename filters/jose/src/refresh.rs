//! When to fetch again: a schedule without a clock.

use contract::{Duration, UnixTime};

/// The first wait after a failure, as Envoy's own fetcher has it.
const FIRST_BACK_OFF: Duration = Duration::from_secs(1);

/// The longest wait between failures. After an outage of the issuer, this is how long ours lasts longer.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

/// What a fetch may take beyond its timeout before its answer counts as lost. Hosts answer within
/// milliseconds of the timeout.
const ANSWER_GRACE: Duration = Duration::from_secs(1);

/// How soon a set that is good may be fetched again when a token names a key that is not in it. Clients
/// choose the key names in tokens, so this alone bounds what they make us ask of the issuer.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(10);

/// The schedule of one document.
#[derive(Debug)]
pub(crate) struct Refresh {
    /// Between successes.
    interval: Duration,
    /// Of one fetch.
    timeout: Duration,
    state: State,
    failures: u32,
    wanted: bool,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Never,
    UnderWay { since: UnixTime },
    Ended { at: UnixTime },
}

impl Refresh {
    pub(crate) const fn new(interval: Duration, timeout: Duration) -> Self {
        Self { interval, timeout, state: State::Never, failures: 0, wanted: false }
    }

    /// Whether a fetch is to start at `now`; if so it counts as under way.
    pub(crate) fn start(&mut self, now: UnixTime) -> bool {
        let due = match self.state {
            State::Never => true,
            State::UnderWay { since } => passed(since, now, self.timeout.saturating_add(ANSWER_GRACE)),
            State::Ended { at } => passed(at, now, self.pause()),
        };
        if due {
            self.state = State::UnderWay { since: now };
        }
        due
    }

    pub(crate) fn succeeded(&mut self, now: UnixTime) {
        self.state = State::Ended { at: now };
        self.failures = 0;
        self.wanted = false;
    }

    pub(crate) fn failed(&mut self, now: UnixTime) {
        self.state = State::Ended { at: now };
        self.failures = self.failures.saturating_add(1);
    }

    /// Fetch again before the interval is over.
    pub(crate) const fn want(&mut self) {
        self.wanted = true;
    }

    fn pause(&self) -> Duration {
        match self.failures {
            0 if self.wanted => SHORTEST_INTERVAL.min(self.interval),
            0 => self.interval,
            failures => back_off(failures),
        }
    }
}

fn back_off(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1);
    let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
    FIRST_BACK_OFF.saturating_mul(factor).min(LONGEST_BACK_OFF)
}

/// Whether `pause` has passed since `from`. A clock that was set back must not stop the schedule until it
/// has caught up, so a start in the future counts as passed.
fn passed(from: UnixTime, now: UnixTime, pause: Duration) -> bool {
    now < from || now.since(from) >= pause
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> UnixTime {
        UnixTime::from_seconds(1_000_000).plus(Duration::from_millis(millis))
    }

    fn refresh() -> Refresh {
        Refresh::new(Duration::from_secs(300), Duration::from_secs(2))
    }

    #[test]
    fn starts_at_once_and_then_at_the_interval() {
        let mut refresh = refresh();
        assert!(refresh.start(at(0)));
        refresh.succeeded(at(50));
        assert!(!refresh.start(at(300_049)));
        assert!(refresh.start(at(300_050)));
    }

    #[test]
    fn never_starts_a_second_one_until_the_first_counts_as_lost() {
        let mut refresh = refresh();
        assert!(refresh.start(at(0)));
        assert!(!refresh.start(at(0)));
        assert!(!refresh.start(at(2_999)));
        assert!(refresh.start(at(3_000)));
    }

    #[test]
    fn backs_off_from_one_second_to_sixty() {
        let mut refresh = refresh();
        let mut now = at(0);
        assert!(refresh.start(now));
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            refresh.failed(now);
            let next = now.plus(Duration::from_secs(seconds));
            assert!(!refresh.start(next.minus(Duration::from_nanos(1))), "before {seconds} s");
            assert!(refresh.start(next), "after {seconds} s");
            now = next;
        }
        refresh.succeeded(now);
        assert!(!refresh.start(now.plus(Duration::from_secs(60))));
        refresh.failures = u32::MAX;
        assert_eq!(refresh.pause(), LONGEST_BACK_OFF);
    }

    #[test]
    fn a_wish_brings_the_next_one_forward_to_the_shortest_interval_once() {
        let mut refresh = refresh();
        assert!(refresh.start(at(0)));
        refresh.succeeded(at(0));
        refresh.want();
        assert!(!refresh.start(at(9_999)));
        assert!(refresh.start(at(10_000)));
        refresh.succeeded(at(10_000));
        assert!(!refresh.start(at(30_000)));
    }

    #[test]
    fn survives_a_clock_that_is_set_back() {
        let mut refresh = refresh();
        assert!(refresh.start(at(3_600_000)));
        refresh.succeeded(at(3_600_000));
        assert!(refresh.start(at(0)));
    }
}
