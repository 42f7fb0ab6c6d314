//! The generic cell rate algorithm: a limit is one number per key, the theoretical arrival time.
//!
//! Every admitted request moves that time one interval later for each unit that it costs; a request is
//! admitted as long as the time then lies no further ahead than the burst allows. All times are nanoseconds
//! since the epoch.
//!
//! **Invariant.** What is admitted in any time `t`, in units of cost, is at most the burst and `t` divided by
//! the interval, rounded down. The interval is the period divided by the requests, rounded up to a
//! nanosecond.

use std::fmt;
use std::num::NonZeroU32;

/// The shortest interval between two requests, in nanoseconds. Intervals are rounded up to whole
/// nanoseconds, so from here on rounding costs less than 0.1 % of the rate; a million requests a second
/// under one key is more than one proxy serves.
pub const MIN_INTERVAL_NANOS: u64 = 1_000;

/// The longest time that an exhausted burst takes to come back, in nanoseconds: 31 days, the longest month.
/// Counts live in the memory of a proxy, which rarely lives longer.
pub const MAX_REFILL_NANOS: u64 = 31 * 24 * 3_600 * NANOS_PER_SECOND;

/// How far the clocks of two workers may be apart, in nanoseconds. They are one clock, read at two moments.
const MAX_SKEW_NANOS: u64 = NANOS_PER_SECOND;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A rate and a burst, compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gcra {
    interval: u64,
    refill: u64,
    burst: u64,
}

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It passes, and the key's time is to become `new_tat`.
    Allowed {
        /// The new theoretical arrival time.
        new_tat: u64,
        /// How many more of cost 1 would pass right now.
        remaining: u64,
        /// Nanoseconds until the whole burst is there again; where nothing remains, until one more is.
        reset_after: u64,
    },
    /// It does not pass, and the key's time stays.
    Limited {
        /// How many of cost 1 would pass right now: none, unless this request costs more.
        remaining: u64,
        /// Nanoseconds until this request would pass, to the nanosecond.
        retry_after: u64,
    },
}

/// Why there is no such limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaError {
    /// Zero requests: to refuse everything, leave the route out.
    NoRequests,
    /// A period of zero seconds.
    NoPeriod,
    /// A burst of zero, which would never admit anything.
    NoBurst,
    /// An interval below [`MIN_INTERVAL_NANOS`].
    TooFast,
    /// More than [`MAX_REFILL_NANOS`] until the burst is whole again.
    TooSlow,
}

impl Gcra {
    /// A limit of `requests` in `per_seconds`, of which `burst` may come at once.
    ///
    /// # Errors
    /// When one of them is zero or the limit is beyond what can be reckoned with.
    pub fn new(requests: u64, per_seconds: u64, burst: u64) -> Result<Self, QuotaError> {
        match (requests, per_seconds, burst) {
            (0, _, _) => return Err(QuotaError::NoRequests),
            (_, 0, _) => return Err(QuotaError::NoPeriod),
            (_, _, 0) => return Err(QuotaError::NoBurst),
            (_, _, _) => {}
        }
        let period = per_seconds.checked_mul(NANOS_PER_SECOND).ok_or(QuotaError::TooSlow)?;
        if period < requests.saturating_mul(MIN_INTERVAL_NANOS) {
            return Err(QuotaError::TooFast);
        }
        // Rounded up: the limit is never exceeded, and missed by less than a thousandth.
        let interval = period.div_ceil(requests);
        let refill = interval.checked_mul(burst).filter(|refill| *refill <= MAX_REFILL_NANOS);
        Ok(Self { interval, refill: refill.ok_or(QuotaError::TooSlow)?, burst })
    }

    /// Decide on a request of `cost` at `now` under a key whose time is `tat`; `None` for a key never seen.
    /// What costs more than the burst never passes.
    pub fn decide(&self, tat: Option<u64>, now: u64, cost: NonZeroU32) -> Decision {
        let price = self.price(cost);
        let Some(latest) = now.checked_add(self.refill).filter(|latest| *latest < u64::MAX) else {
            // Beyond the end of time nothing can be counted any more, so nothing passes.
            return Decision::Limited { remaining: 0, retry_after: price };
        };
        // No admission ever set a time later than `latest`. One that is was set before the clock jumped
        // back; it counts as an exhausted burst. Whoever keeps it must keep what it is amended to.
        let tat = tat.unwrap_or(now).clamp(now, latest);
        let ahead = tat.saturating_sub(now);
        let then = ahead.saturating_add(price);
        match then.saturating_sub(self.refill) {
            0 => self.allowed(now, then),
            retry_after => Decision::Limited { remaining: self.remaining(ahead), retry_after },
        }
    }

    fn allowed(&self, now: u64, ahead: u64) -> Decision {
        let remaining = self.remaining(ahead);
        let one_more = ahead.saturating_add(self.interval).saturating_sub(self.refill);
        let reset_after = if remaining > 0 { ahead } else { one_more };
        Decision::Allowed { new_tat: now.saturating_add(ahead), remaining, reset_after }
    }

    /// How many of cost 1 pass when the time lies this far ahead.
    fn remaining(&self, ahead: u64) -> u64 {
        self.refill.saturating_sub(ahead).checked_div(self.interval).unwrap_or(0)
    }

    /// How much later the time becomes.
    fn price(&self, cost: NonZeroU32) -> u64 {
        self.interval.saturating_mul(u64::from(cost.get()))
    }

    /// What a time becomes that was set before the clock jumped back: an exhausted burst now, or the key would stay
    /// refused until the clock has caught up. `None` for any other, also for one that is ahead by as little as the
    /// clocks of two workers differ.
    pub fn amended(&self, tat: u64, now: u64) -> Option<u64> {
        let latest = now.saturating_add(self.refill);
        (tat > latest.saturating_add(MAX_SKEW_NANOS)).then_some(latest)
    }

    /// Until when a request of `cost` is refused under a key with this time.
    pub fn refuses_until(&self, tat: u64, cost: NonZeroU32) -> u64 {
        tat.saturating_add(self.price(cost)).saturating_sub(self.refill)
    }

    /// Nanoseconds until an exhausted burst is whole again.
    pub const fn refill(&self) -> u64 {
        self.refill
    }

    /// How many requests of cost 1 may come at once.
    pub const fn burst(&self) -> u64 {
        self.burst
    }
}

impl QuotaError {
    /// The field of a limit's configuration that is to blame.
    pub const fn field(self) -> &'static str {
        match self {
            Self::NoRequests | Self::TooFast => "requests",
            Self::NoPeriod => "per_seconds",
            Self::NoBurst | Self::TooSlow => "burst",
        }
    }
}

impl fmt::Display for QuotaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRequests | Self::NoPeriod | Self::NoBurst => f.write_str("must be at least 1"),
            Self::TooFast => f.write_str("more than a million requests a second"),
            Self::TooSlow => f.write_str("takes more than 31 days to come back at this rate"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = NANOS_PER_SECOND;
    const NOW: u64 = 1_700_000_000 * SECOND;
    const ONE: NonZeroU32 = NonZeroU32::MIN;

    fn ten_per_second_burst_three() -> Gcra {
        Gcra::new(10, 1, 3).unwrap()
    }

    fn remaining(decision: Decision) -> Option<u64> {
        match decision {
            Decision::Allowed { remaining, .. } => Some(remaining),
            Decision::Limited { .. } => None,
        }
    }

    #[test]
    fn admits_the_burst_and_then_one_per_interval() {
        let gcra = ten_per_second_burst_three();
        let mut tat = None;
        let mut answers = Vec::new();
        for millis in [0, 0, 0, 0, 99, 100, 100, 200, 500, 500, 500, 500] {
            let decision = gcra.decide(tat, NOW + millis * 1_000_000, ONE);
            if let Decision::Allowed { new_tat, .. } = decision {
                tat = Some(new_tat);
            }
            answers.push(remaining(decision));
        }
        let want = [
            Some(2),
            Some(1),
            Some(0),
            None,
            None,
            Some(0),
            None,
            Some(0),
            Some(2),
            Some(1),
            Some(0),
            None,
        ];
        assert_eq!(answers, want);
    }

    #[test]
    fn says_to_the_nanosecond_when_one_passes_again() {
        let gcra = ten_per_second_burst_three();
        let exhausted = Some(NOW + gcra.refill());
        let Decision::Limited { remaining: 0, retry_after } = gcra.decide(exhausted, NOW, ONE) else {
            panic!("an exhausted burst admits nothing");
        };
        assert_eq!(retry_after, SECOND / 10);
        assert_eq!(remaining(gcra.decide(exhausted, NOW + retry_after - 1, ONE)), None);
        assert_eq!(remaining(gcra.decide(exhausted, NOW + retry_after, ONE)), Some(0));
        assert_eq!(gcra.refuses_until(NOW + gcra.refill(), ONE), NOW + retry_after);
    }

    #[test]
    fn tells_when_there_is_more() {
        let gcra = ten_per_second_burst_three();
        let mut tat = None;
        for (left, millis) in [(2, 100), (1, 200), (0, 100)] {
            let decision = gcra.decide(tat, NOW, ONE);
            let Decision::Allowed { new_tat, remaining, reset_after } = decision else {
                panic!("the burst is not exhausted yet");
            };
            assert_eq!((remaining, reset_after), (left, millis * SECOND / 1_000));
            tat = Some(new_tat);
        }
    }

    #[test]
    fn a_clock_that_jumps_back_costs_one_interval_at_most() {
        let gcra = ten_per_second_burst_three();
        let hour_ahead = Some(NOW + 3_600 * SECOND);
        let Decision::Limited { remaining: 0, retry_after } = gcra.decide(hour_ahead, NOW, ONE) else {
            panic!("counts as exhausted");
        };
        assert_eq!(retry_after, SECOND / 10);
    }

    #[test]
    fn a_request_spends_what_it_costs() {
        let gcra = Gcra::new(10, 1, 10).unwrap();
        let four = NonZeroU32::new(4).unwrap();
        let mut tat = None;
        let mut answers = Vec::new();
        for _ in 0..3 {
            let decision = gcra.decide(tat, NOW, four);
            if let Decision::Allowed { new_tat, .. } = decision {
                tat = Some(new_tat);
            }
            answers.push(decision);
        }
        let [first, second, third] = answers.try_into().unwrap();
        assert_eq!((remaining(first), remaining(second)), (Some(6), Some(2)));
        assert_eq!(third, Decision::Limited { remaining: 2, retry_after: SECOND / 5 });
        assert_eq!(remaining(gcra.decide(tat, NOW + SECOND / 5, four)), Some(0));
        assert_eq!(remaining(gcra.decide(tat, NOW, ONE)), Some(1));
    }

    #[test]
    fn what_costs_more_than_the_burst_never_passes() {
        let gcra = ten_per_second_burst_three();
        for tat in [None, Some(0), Some(NOW)] {
            for cost in [4, u32::MAX] {
                assert_eq!(remaining(gcra.decide(tat, NOW, NonZeroU32::new(cost).unwrap())), None);
            }
        }
    }

    #[test]
    fn nothing_passes_where_time_ends() {
        let gcra = ten_per_second_burst_three();
        for now in [u64::MAX, u64::MAX - 1, u64::MAX - gcra.refill()] {
            for tat in [None, Some(0), Some(u64::MAX)] {
                assert_eq!(remaining(gcra.decide(tat, now, ONE)), None, "{tat:?} at {now}");
            }
        }
    }

    #[test]
    fn refuses_limits_that_cannot_be_meant() {
        for (requests, per_seconds, burst, error) in [
            (0, 1, 1, QuotaError::NoRequests),
            (1, 0, 1, QuotaError::NoPeriod),
            (1, 1, 0, QuotaError::NoBurst),
            (1_000_001, 1, 1, QuotaError::TooFast),
            (1, 1, 31 * 86_400 + 1, QuotaError::TooSlow),
            (1, u64::MAX, 1, QuotaError::TooSlow),
            (1, 1, u64::MAX, QuotaError::TooSlow),
        ] {
            assert_eq!(Gcra::new(requests, per_seconds, burst), Err(error));
        }
        assert!(Gcra::new(1_000_000, 1, 1).is_ok() && Gcra::new(1, 1, 31 * 86_400).is_ok());
    }
}
