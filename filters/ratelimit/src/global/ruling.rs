//! What an engine has decided: its answer, read with suspicion.

mod draft03;
#[cfg(test)]
mod tests;

use contract::Duration;
use prost::Message;

use super::message::{DescriptorStatus, Header, OK, OVER_LIMIT, RateLimitResponse, Span};

/// Bytes of one answer. One of ours takes less than 1 KiB; more is an engine gone wild.
pub(crate) const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// The greatest integer of structured fields (RFC 9651 §3.3.1), in which clients are told. "Unlimited" is often said
/// by a greater one.
const MAX_INTEGER: u64 = 999_999_999_999_999;

/// The longest until a window ends that is believed: 31 days, the longest month. An engine that says more has said
/// something else, such as a date.
const MAX_RESET: Duration = Duration::from_secs(31 * 24 * 3_600);

/// Engines say whole seconds, and not whether they have rounded up or down.
const ROUNDING: Duration = Duration::from_secs(1);

/// A decision.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ruling {
    /// Whether the request would be more than the limit lets pass.
    pub(crate) is_over: bool,
    /// What the engine says of its limit, if it does.
    pub(crate) state: Option<EngineState>,
    /// What it would like to tell clients.
    pub(crate) headers: Vec<Header>,
}

/// How a limit stands in the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EngineState {
    /// Requests that pass in one window; 0 when the engine does not say.
    pub(crate) quota: u64,
    /// Seconds of a window; 0 when the engine does not say.
    pub(crate) window_seconds: u64,
    /// How many more would pass in this window.
    pub(crate) remaining: u64,
    /// Until the next window, if the engine says.
    pub(crate) reset: Option<Reset>,
}

/// How far away the next window is: a duration that was rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reset {
    pub(crate) at_least: Duration,
    pub(crate) at_most: Duration,
}

/// An answer that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Garbage;

impl Ruling {
    /// The decision in `bytes`.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Garbage> {
        let answer = RateLimitResponse::decode(bytes).map_err(|_| Garbage)?;
        let is_over = match answer.overall_code {
            OK => false,
            OVER_LIMIT => true,
            _ => return Err(Garbage),
        };
        let headers = answer.response_headers_to_add;
        let state =
            strictest(&answer.statuses).or_else(|| draft03::read(&headers)).map(EngineState::bounded);
        Ok(Self { is_over, state, headers })
    }
}

impl EngineState {
    fn bounded(self) -> Self {
        Self {
            quota: self.quota.min(MAX_INTEGER),
            window_seconds: self.window_seconds.min(MAX_INTEGER),
            remaining: self.remaining.min(MAX_INTEGER),
            reset: self.reset.filter(|reset| reset.at_most <= MAX_RESET.saturating_add(ROUNDING)),
        }
    }

    fn of(status: &DescriptorStatus) -> Option<Self> {
        let limit = status.current_limit?;
        Some(Self {
            quota: limit.requests_per_unit.into(),
            window_seconds: limit.window_seconds().unwrap_or(0),
            remaining: status.limit_remaining.into(),
            reset: status.duration_until_reset.and_then(Reset::of),
        })
    }
}

impl Reset {
    /// This one, where another window may end at any time.
    const fn uncertain(self) -> Self {
        Self { at_least: Duration::ZERO, ..self }
    }

    /// One that the engine has said in whole seconds.
    pub(crate) const fn rounded(seconds: u64) -> Self {
        let said = Duration::from_secs(seconds);
        Self { at_least: said.saturating_sub(ROUNDING), at_most: said.saturating_add(ROUNDING) }
    }

    fn of(span: Span) -> Option<Self> {
        let seconds = u64::try_from(span.seconds).ok()?;
        let nanos = u32::try_from(span.nanos).ok().filter(|nanos| *nanos < 1_000_000_000)?;
        if nanos == 0 {
            return Some(Self::rounded(seconds));
        }
        let exact = Duration::new(seconds, nanos);
        Some(Self { at_least: exact, at_most: exact })
    }
}

/// The state with least remaining. Where several limits count, the first window to end is the one that matters for
/// what is counted in all of them, and none is known where one of them does not say.
fn strictest(statuses: &[DescriptorStatus]) -> Option<EngineState> {
    let states: Vec<_> = statuses.iter().filter_map(EngineState::of).collect();
    let first =
        states.iter().map(|state| state.reset.map_or(Duration::ZERO, |reset| reset.at_least)).min()?;
    let strictest = states.into_iter().min_by_key(|state| state.remaining)?;
    Some(EngineState {
        reset: strictest.reset.map(|reset| Reset { at_least: first, ..reset }),
        ..strictest
    })
}
