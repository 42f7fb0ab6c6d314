//! When a token is good.

use contract::{Duration, UnixTime};

use crate::TokenError;

/// The times that a token gives itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) expires: UnixTime,
    pub(crate) not_before: Option<UnixTime>,
    pub(crate) issued_at: Option<UnixTime>,
}

impl Times {
    /// Whether it is good at `now`, when clocks may differ by `leeway`. `exp` itself is too late
    /// (RFC 7519 §4.1.4), `nbf` itself is not too early (§4.1.5).
    pub(crate) fn judge(&self, now: UnixTime, leeway: Duration) -> Result<(), TokenError> {
        let ahead = |time: Option<UnixTime>| time.is_some_and(|time| now.plus(leeway) < time);
        if now >= self.expires.plus(leeway) {
            return Err(TokenError::Expired);
        }
        if ahead(self.not_before) {
            return Err(TokenError::NotYetValid);
        }
        if ahead(self.issued_at) {
            return Err(TokenError::IssuedInFuture);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEEWAY: Duration = Duration::from_secs(60);
    const TICK: Duration = Duration::from_nanos(1);

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
            assert_eq!(times.judge(now, LEEWAY), verdict, "{now:?}");
        }
        let issued = Times { not_before: None, ..times };
        assert_eq!(issued.judge(at(940).minus(TICK), LEEWAY), Err(TokenError::IssuedInFuture));
        assert_eq!(issued.judge(at(940), LEEWAY), Ok(()));
    }

    #[test]
    fn without_leeway_the_second_of_expiry_is_too_late() {
        let times = Times { expires: at(3_000), not_before: None, issued_at: None };
        assert_eq!(times.judge(at(3_000).minus(TICK), Duration::ZERO), Ok(()));
        assert_eq!(times.judge(at(3_000), Duration::ZERO), Err(TokenError::Expired));
    }

    #[test]
    fn times_at_the_end_of_time_do_not_wrap() {
        let times = Times { expires: UnixTime::MAX, not_before: Some(UnixTime::MAX), issued_at: None };
        assert_eq!(times.judge(at(0), LEEWAY), Err(TokenError::NotYetValid));
    }
}
