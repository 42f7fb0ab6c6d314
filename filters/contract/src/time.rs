//! Time as a value. Nobody in the filters reads a clock; the host passes `now` in.

pub use std::time::Duration;

/// Nanoseconds since 1970-01-01T00:00:00Z, which reach until the year 2554.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixTime(u64);

impl UnixTime {
    /// The latest time that can be told.
    pub const MAX: Self = Self(u64::MAX);

    /// A time from nanoseconds since the epoch.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// A time from whole seconds since the epoch; seconds beyond the year 2554 become [`Self::MAX`].
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// Nanoseconds since the epoch.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> u64 {
        self.0 / 1_000_000_000
    }

    /// This time moved later, at most to [`Self::MAX`].
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(nanos_of(duration)))
    }

    /// This time moved earlier, at most to the epoch.
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(nanos_of(duration)))
    }

    /// How long ago `earlier` was; zero when it lies in the future.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

fn nanos_of(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saturates_instead_of_wrapping() {
        assert_eq!(UnixTime::from_seconds(u64::MAX), UnixTime::MAX);
        assert_eq!(UnixTime::MAX.plus(Duration::from_secs(1)), UnixTime::MAX);
        assert_eq!(UnixTime::from_seconds(1).minus(Duration::from_secs(2)), UnixTime::default());
        assert_eq!(UnixTime::default().since(UnixTime::MAX), Duration::ZERO);
    }
}
