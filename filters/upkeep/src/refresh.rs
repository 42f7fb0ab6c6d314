//! When to fetch again: a schedule without a clock, small enough to be shared between workers.

use contract::{Duration, UnixTime};

use crate::reader::{Malformed, Reader};

/// The first wait after a failure, as Envoy's own fetcher has it.
const FIRST_BACK_OFF: Duration = Duration::from_secs(1);

/// The longest wait between failures. After an outage of the origin, this is how long ours lasts longer.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

/// How soon a document that is good may be fetched again when somebody has a reason. Clients can give one (they
/// choose the key names in tokens), so this alone bounds what they make us ask of the origin.
pub(crate) const SHORTEST_INTERVAL: Duration = Duration::from_secs(10);

/// How far ahead of our time a time may be that another worker has noted. Workers read one clock, but each
/// reads it at the start of its tick, and ticks take milliseconds. More than this, the clock was set back.
pub(crate) const CLOCK_SLACK: Duration = Duration::from_secs(5);

/// The share of the interval that chance may take off is one in this many, so that proxies which began
/// together do not stay together.
const JITTER_SHARE: u32 = 10;

/// Bytes of a schedule that is written down.
pub(crate) const REFRESH_BYTES: usize = 15;

/// How it went so far with one document: a value, which every event turns into the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refresh {
    state: State,
    /// In a row.
    failures: u32,
    /// The part of the interval that is left out, in 2⁻¹⁶ of its [`JITTER_SHARE`].
    jitter: u16,
}

/// How often, and how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Between successes.
    pub(crate) interval: Duration,
    /// After this long without an answer, an attempt counts as lost.
    pub(crate) lost_after: Duration,
}

/// What a schedule says of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// An attempt is to start.
    Due,
    /// One is under way.
    UnderWay,
    /// The last attempt succeeded, and it is too soon for the next.
    Fresh,
    /// The last attempt failed, and it is too soon for the next.
    BackingOff,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Never,
    UnderWay { since: UnixTime },
    Ended { at: UnixTime },
}

impl Refresh {
    /// Nothing was tried yet.
    pub(crate) const NEVER: Self = Self { state: State::Never, failures: 0, jitter: 0 };

    /// What is to be done at `now`; `wanted` when there is a reason not to wait for the interval.
    pub(crate) fn standing(self, pace: Pace, wanted: bool, now: UnixTime) -> Standing {
        let (from, pause, resting) = match (self.state, self.failures) {
            (State::Never, _) => return Standing::Due,
            (State::UnderWay { since }, _) => (since, pace.lost_after, Standing::UnderWay),
            (State::Ended { at }, 0) => (at, self.pause(pace.interval, wanted), Standing::Fresh),
            (State::Ended { at }, failures) => (at, back_off(failures), Standing::BackingOff),
        };
        if passed(from, now, pause) { Standing::Due } else { resting }
    }

    /// An attempt starts.
    #[must_use]
    pub(crate) const fn started(self, now: UnixTime) -> Self {
        Self { state: State::UnderWay { since: now }, ..self }
    }

    /// It has succeeded; `jitter` is a number drawn by chance.
    #[must_use]
    pub(crate) const fn succeeded(self, now: UnixTime, jitter: u16) -> Self {
        Self { state: State::Ended { at: now }, failures: 0, jitter }
    }

    /// It has failed.
    #[must_use]
    pub(crate) const fn failed(self, now: UnixTime) -> Self {
        Self { state: State::Ended { at: now }, failures: self.failures.saturating_add(1), ..self }
    }

    fn pause(self, interval: Duration, wanted: bool) -> Duration {
        let share = interval.checked_div(JITTER_SHARE).unwrap_or_default();
        let left_out = share.saturating_mul(self.jitter.into()).checked_div(1 << 16).unwrap_or_default();
        let pause = interval.saturating_sub(left_out);
        if wanted { pause.min(SHORTEST_INTERVAL) } else { pause }
    }

    /// The schedule as bytes.
    pub(crate) fn encode(self) -> [u8; REFRESH_BYTES] {
        let (tag, time) = match self.state {
            State::Never => (0, UnixTime::default()),
            State::UnderWay { since } => (1, since),
            State::Ended { at } => (2, at),
        };
        let mut bytes = [0; REFRESH_BYTES];
        let fields = [tag].into_iter().chain(time.nanos().to_be_bytes());
        let fields = fields.chain(self.failures.to_be_bytes()).chain(self.jitter.to_be_bytes());
        bytes.iter_mut().zip(fields).for_each(|(byte, field)| *byte = field);
        bytes
    }

    /// The schedule that [`Self::encode`] has written.
    pub(crate) fn decode(from: &mut Reader<'_>) -> Result<Self, Malformed> {
        let ([tag], time) = (from.array()?, from.time()?);
        let state = match tag {
            0 => State::Never,
            1 => State::UnderWay { since: time },
            2 => State::Ended { at: time },
            _ => return Err(Malformed),
        };
        let failures = u32::from_be_bytes(from.array()?);
        Ok(Self { state, failures, jitter: u16::from_be_bytes(from.array()?) })
    }
}

fn back_off(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1);
    let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
    FIRST_BACK_OFF.saturating_mul(factor).min(LONGEST_BACK_OFF)
}

/// Whether `pause` has passed since `from`. A clock that was set back must not stop the schedule until it
/// has caught up, so a start in the future counts as passed.
pub fn passed(from: UnixTime, now: UnixTime, pause: Duration) -> bool {
    is_future(from, now) || now.since(from) >= pause
}

/// Whether `time` can only be from before the clock was set back.
pub(crate) fn is_future(time: UnixTime, now: UnixTime) -> bool {
    time.since(now) > CLOCK_SLACK
}

#[cfg(test)]
mod tests;
