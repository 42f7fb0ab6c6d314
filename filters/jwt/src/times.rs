//! When a token is good.

use contract::{Duration, UnixTime};

use crate::{Claim, TokenError};

/// The times that a token gives itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) expires: UnixTime,
    pub(crate) not_before: Option<UnixTime>,
    pub(crate) issued_at: Option<UnixTime>,
}

/// How much a provider leaves to clocks, and for how long it lets a token live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeRules {
    pub(crate) leeway: Leeway,
    /// From `iat` to `exp`; `iat` is then required.
    pub(crate) max_lifetime: Option<Duration>,
}

/// By how much clocks may differ, for each claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Leeway {
    pub(crate) expires: Duration,
    pub(crate) not_before: Duration,
    pub(crate) issued_at: Duration,
}

impl Times {
    /// Whether it is good at `now`. `exp` itself is too late (RFC 7519 §4.1.4), `nbf` itself is not too
    /// early (§4.1.5).
    pub(crate) fn judge(&self, now: UnixTime, rules: &TimeRules) -> Result<(), TokenError> {
        let TimeRules { leeway, max_lifetime } = rules;
        let ahead = |time: Option<UnixTime>, leeway| time.is_some_and(|time| now.plus(leeway) < time);
        if now >= self.expires.plus(leeway.expires) {
            return Err(TokenError::Expired);
        }
        if ahead(self.not_before, leeway.not_before) {
            return Err(TokenError::NotYetValid);
        }
        if ahead(self.issued_at, leeway.issued_at) {
            return Err(TokenError::IssuedInFuture);
        }
        max_lifetime.map_or(Ok(()), |longest| self.judge_lifetime(longest))
    }

    fn judge_lifetime(&self, longest: Duration) -> Result<(), TokenError> {
        let issued_at = self.issued_at.ok_or(TokenError::ClaimMissing(Claim::IssuedAt))?;
        if self.expires.since(issued_at) > longest {
            return Err(TokenError::LifetimeTooLong);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEEWAY: TimeRules = even(60);
    const TICK: Duration = Duration::from_nanos(1);

    const fn even(seconds: u64) -> TimeRules {
        let leeway = Duration::from_secs(seconds);
        let leeway = Leeway { expires: leeway, not_before: leeway, issued_at: leeway };
        TimeRules { leeway, max_lifetime: None }
    }

    fn at(seconds: u64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    #[test]
    fn is_exact_to_the_nanosecond_at_the_leeway() {
        let times = Times { expires: at(3_000), not_before: Some(at(2_000)), issued_at: Some(at(1_000)) };
        for (now, verdict) in [
            (at(940).minus(TICK), Err(TokenError::NotYetValid)),
            (at(1_940).minus(TICK), Err(TokenError::NotYetValid)),
            (at(1_940), Ok(())),
            (at(3_060).minus(TICK), Ok(())),
            (at(3_060), Err(TokenError::Expired)),
            (UnixTime::MAX, Err(TokenError::Expired)),
        ] {
            assert_eq!(times.judge(now, &LEEWAY), verdict, "{now:?}");
        }
        let issued = Times { not_before: None, ..times };
        assert_eq!(issued.judge(at(940).minus(TICK), &LEEWAY), Err(TokenError::IssuedInFuture));
        assert_eq!(issued.judge(at(940), &LEEWAY), Ok(()));
    }

    #[test]
    fn without_leeway_the_second_of_expiry_is_too_late() {
        let times = Times { expires: at(3_000), not_before: None, issued_at: None };
        assert_eq!(times.judge(at(3_000).minus(TICK), &even(0)), Ok(()));
        assert_eq!(times.judge(at(3_000), &even(0)), Err(TokenError::Expired));
    }

    #[test]
    fn times_at_the_end_of_time_do_not_wrap() {
        let times = Times { expires: UnixTime::MAX, not_before: Some(UnixTime::MAX), issued_at: None };
        assert_eq!(times.judge(at(0), &LEEWAY), Err(TokenError::NotYetValid));
    }

    #[test]
    fn each_claim_has_a_leeway_of_its_own() {
        let second = Duration::from_secs;
        let leeway = Leeway { expires: second(10), not_before: second(20), issued_at: second(30) };
        let rules = TimeRules { leeway, max_lifetime: None };
        let times = Times { expires: at(3_000), not_before: Some(at(2_000)), issued_at: None };
        for (now, verdict) in [
            (at(1_980).minus(TICK), Err(TokenError::NotYetValid)),
            (at(1_980), Ok(())),
            (at(3_010).minus(TICK), Ok(())),
            (at(3_010), Err(TokenError::Expired)),
        ] {
            assert_eq!(times.judge(now, &rules), verdict, "{now:?}");
        }
        let issued = Times { not_before: None, issued_at: Some(at(2_000)), ..times };
        assert_eq!(issued.judge(at(1_970).minus(TICK), &rules), Err(TokenError::IssuedInFuture));
        assert_eq!(issued.judge(at(1_970), &rules), Ok(()));
    }

    #[test]
    fn a_lifetime_is_bounded_where_the_provider_says_so() {
        let rules = TimeRules { max_lifetime: Some(Duration::from_secs(600)), ..even(60) };
        for (issued_at, verdict) in [
            (Some(at(2_400)), Ok(())),
            (Some(at(2_400).minus(TICK)), Err(TokenError::LifetimeTooLong)),
            (None, Err(TokenError::ClaimMissing(Claim::IssuedAt))),
        ] {
            let times = Times { expires: at(3_000), not_before: None, issued_at };
            assert_eq!(times.judge(at(2_900), &rules), verdict, "{issued_at:?}");
        }
    }
}
