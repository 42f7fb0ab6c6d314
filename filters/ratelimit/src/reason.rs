//! Why the limiter refuses.

use contract::{Cause, Duration, Reached, Refusal, StageName};

use crate::global::EngineError;
use crate::key::Missing;
use crate::table::Undecided;

/// When to come back after a failure of the shared memory: contention is over in microseconds, and whole
/// seconds are what `Retry-After` can say.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// When to come back where an engine has decided nothing: it is asked again with the next request.
const ENGINE_RETRY: Duration = Duration::from_secs(1);

/// Every reason, each with its word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// A part of the key is not known of this request.
    KeyMissing(Missing),
    /// The limit is reached.
    LimitReached {
        /// Until one would pass.
        retry_after: Duration,
    },
    /// Every place where the key could be counted is taken by keys over their limit.
    SlotsExhausted {
        /// Until the first place is free.
        retry_after: Duration,
    },
    /// Other workers wrote in between too often.
    StoreContended,
    /// The host could not read or write the shared memory.
    StoreFailed,
    /// The engine that decides has not.
    EngineDown(EngineError),
}

/// Reasons about which one setting decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `when_missing`.
    KeyMissing,
    /// The limit itself: this key is over it, or all keys are that have a place.
    OverLimit,
    /// `when_contended`: the request could have been counted, the memory was at fault.
    StoreFailure,
    /// `when_down`.
    EngineFailure,
}

impl Reason {
    /// The word for logs and metrics.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::KeyMissing(_) => "key_missing",
            Self::LimitReached { .. } => "limit_reached",
            Self::SlotsExhausted { .. } => "slots_exhausted",
            Self::StoreContended => "store_contended",
            Self::StoreFailed => "store_failed",
            Self::EngineDown(error) => error.word(),
        }
    }

    /// Which setting decides about it.
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::KeyMissing(_) => Kind::KeyMissing,
            Self::LimitReached { .. } | Self::SlotsExhausted { .. } => Kind::OverLimit,
            Self::StoreContended | Self::StoreFailed => Kind::StoreFailure,
            Self::EngineDown(_) => Kind::EngineFailure,
        }
    }

    /// The refusal of a request by the limit called `limit`.
    pub(crate) fn refusal(&self, limit: &str) -> Refusal {
        let part = match self {
            Self::KeyMissing(missing) => Some(format!("key:{}", missing.part)),
            Self::LimitReached { .. }
            | Self::SlotsExhausted { .. }
            | Self::StoreContended
            | Self::StoreFailed
            | Self::EngineDown(_) => None,
        };
        let refusal = Refusal::new(StageName::Ratelimit, self.cause(limit), self.word());
        refusal.because([limit.to_owned()]).because(part)
    }

    fn cause(&self, limit: &str) -> Cause {
        match self {
            Self::KeyMissing(missing) => missing.cause.clone(),
            Self::LimitReached { retry_after } => Cause::LimitReached(Box::new(Reached {
                retry_after: *retry_after,
                violated: vec![limit.to_owned()],
            })),
            // Not 429: it is others who are over their limit.
            Self::SlotsExhausted { retry_after } => Cause::Unavailable { retry_after: *retry_after },
            Self::StoreContended | Self::StoreFailed => Cause::Unavailable { retry_after: STORE_RETRY },
            Self::EngineDown(EngineError::BrokenCircuit { again }) => {
                Cause::Unavailable { retry_after: (*again).max(ENGINE_RETRY) }
            }
            Self::EngineDown(_) => Cause::Unavailable { retry_after: ENGINE_RETRY },
        }
    }
}

impl From<Missing> for Reason {
    fn from(missing: Missing) -> Self {
        Self::KeyMissing(missing)
    }
}

impl From<Undecided> for Reason {
    fn from(undecided: Undecided) -> Self {
        match undecided {
            Undecided::Exhausted { free_after } => {
                Self::SlotsExhausted { retry_after: Duration::from_nanos(free_after) }
            }
            Undecided::Contended => Self::StoreContended,
            Undecided::Failed => Self::StoreFailed,
        }
    }
}
