//! A rate limit engine that answers as it is told to.

use clap::ValueEnum;
use contract::{CallError, Called};

/// How engines answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// Every request may pass.
    Ok,
    /// None may.
    Over,
    /// It is not there.
    Down,
}

/// `RateLimitResponse` of `envoy.service.ratelimit.v3` with nothing but `overall_code`: 1 is OK, 2 OVER_LIMIT.
const MAY_PASS: &[u8] = &[0x08, 1];
const OVER_LIMIT: &[u8] = &[0x08, 2];

/// The gRPC status of what cannot be reached, UNAVAILABLE.
const UNAVAILABLE: u32 = 14;

impl Engine {
    /// The end of a question.
    pub(crate) const fn called(self) -> Called<'static> {
        match self {
            Self::Ok => Ok(MAY_PASS),
            Self::Over => Ok(OVER_LIMIT),
            Self::Down => Err(CallError::Status(UNAVAILABLE)),
        }
    }

    /// The same, as a proxy is told: the message or the status.
    pub(crate) fn told(self) -> Result<Vec<u8>, u32> {
        match self {
            Self::Ok => Ok(MAY_PASS.to_vec()),
            Self::Over => Ok(OVER_LIMIT.to_vec()),
            Self::Down => Err(UNAVAILABLE),
        }
    }
}
