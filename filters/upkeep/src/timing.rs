//! How often a document is fetched, and how long it is good.

use std::ops::RangeInclusive;

use contract::Duration;

use crate::field_error::{FieldError, FieldFault};

/// How often a document is fetched and how long it is good, in ranges that were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// How long one fetch may take.
    pub timeout: Duration,
    /// How long after one good answer the next is asked for.
    pub refresh: Duration,
    /// How long a document is used while there is no good answer; [`Duration::MAX`] for ever.
    pub max_stale: Duration,
}

/// The same as it is written, with nothing where nothing was said.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawTiming {
    /// Milliseconds of one fetch.
    pub timeout_ms: Option<u64>,
    /// Seconds between fetches.
    pub refresh_seconds: Option<u64>,
    /// Seconds of use without a good answer.
    pub max_stale_seconds: Option<u64>,
}

/// What a kind of document lets a configuration say.
#[derive(Debug, Clone)]
pub struct TimingRanges {
    /// What `refresh_seconds` may be.
    pub refresh_seconds: RangeInclusive<u64>,
    /// What it is where nothing is said.
    pub default_refresh_seconds: u64,
    /// What `max_stale_seconds` may be at most. It is never less than `refresh_seconds`.
    pub longest_stale_seconds: u64,
    /// What it is where nothing is said: nothing is for ever.
    pub default_stale_seconds: Option<u64>,
}

/// Shorter than a round trip to another region would fail for ever; longer than this no tick waits.
pub const TIMEOUT_MS: RangeInclusive<u64> = 100..=10_000;

/// Where nothing is said: a slow origin is heard, and a dead one is known before users give up.
pub const DEFAULT_TIMEOUT_MS: u64 = 2_000;

impl RawTiming {
    /// Check every number.
    ///
    /// # Errors
    /// With the one that is out of range.
    pub fn check(&self, ranges: &TimingRanges) -> Result<Timing, FieldError> {
        let Self { timeout_ms, refresh_seconds, max_stale_seconds } = *self;
        let timeout = timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS);
        let refresh = refresh_seconds.unwrap_or(ranges.default_refresh_seconds);
        let max_stale = max_stale_seconds.or(ranges.default_stale_seconds);
        within("timeout_ms", timeout, TIMEOUT_MS)?;
        within("refresh_seconds", refresh, ranges.refresh_seconds.clone())?;
        if let Some(seconds) = max_stale {
            within("max_stale_seconds", seconds, refresh..=ranges.longest_stale_seconds)?;
        }
        Ok(Timing {
            timeout: Duration::from_millis(timeout),
            refresh: Duration::from_secs(refresh),
            max_stale: max_stale.map_or(Duration::MAX, Duration::from_secs),
        })
    }
}

fn within(field: &str, value: u64, range: RangeInclusive<u64>) -> Result<(), FieldError> {
    if range.contains(&value) { Ok(()) } else { Err(FieldError::new(field, FieldFault::OutOfRange(range))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(default_stale_seconds: Option<u64>) -> TimingRanges {
        TimingRanges {
            refresh_seconds: 1..=600,
            default_refresh_seconds: 60,
            longest_stale_seconds: 3_600,
            default_stale_seconds,
        }
    }

    fn timing(timeout_ms: u64, refresh: u64, max_stale: Duration) -> Timing {
        Timing {
            timeout: Duration::from_millis(timeout_ms),
            refresh: Duration::from_secs(refresh),
            max_stale,
        }
    }

    #[test]
    fn what_is_not_said_is_what_the_kind_of_document_says() {
        let nothing = RawTiming::default();
        assert_eq!(nothing.check(&ranges(None)), Ok(timing(2_000, 60, Duration::MAX)));
        assert_eq!(nothing.check(&ranges(Some(900))), Ok(timing(2_000, 60, Duration::from_secs(900))));
        let all = RawTiming { timeout_ms: Some(100), refresh_seconds: Some(1), max_stale_seconds: Some(1) };
        assert_eq!(all.check(&ranges(None)), Ok(timing(100, 1, Duration::from_secs(1))));
    }

    #[test]
    fn a_number_out_of_range_is_named_with_its_range() {
        for (raw, field, range) in [
            (RawTiming { timeout_ms: Some(99), ..RawTiming::default() }, "timeout_ms", 100..=10_000),
            (RawTiming { timeout_ms: Some(10_001), ..RawTiming::default() }, "timeout_ms", 100..=10_000),
            (RawTiming { refresh_seconds: Some(0), ..RawTiming::default() }, "refresh_seconds", 1..=600),
            (RawTiming { refresh_seconds: Some(601), ..RawTiming::default() }, "refresh_seconds", 1..=600),
            (
                RawTiming { max_stale_seconds: Some(59), ..RawTiming::default() },
                "max_stale_seconds",
                60..=3_600,
            ),
            (
                RawTiming { max_stale_seconds: Some(3_601), ..RawTiming::default() },
                "max_stale_seconds",
                60..=3_600,
            ),
        ] {
            let fault = FieldFault::OutOfRange(range);
            assert_eq!(raw.check(&ranges(None)), Err(FieldError { field: field.to_owned(), fault }));
        }
    }
}
