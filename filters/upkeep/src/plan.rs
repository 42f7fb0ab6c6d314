//! How a document is fetched: what an attempt begins with, and how often there is one.

use contract::{Duration, Fetch};

use crate::refresh::Pace;
use crate::timing::Timing;

/// What a fetch may take beyond its timeout before its answer counts as lost. Hosts answer within
/// milliseconds of the timeout.
const ANSWER_GRACE: Duration = Duration::from_secs(1);

/// How a document is fetched.
#[derive(Debug)]
pub struct Plan {
    /// What an attempt begins with.
    pub(crate) first: Fetch,
    /// Whether that brings the document, so that it may name the one that is there already. What another one
    /// only leads to may have changed whatever the first says.
    pub(crate) is_direct: bool,
    pub(crate) pace: Pace,
    pub(crate) max_stale: Duration,
}

impl Plan {
    /// By one fetch.
    pub fn one_step(fetch: Fetch, timing: &Timing) -> Self {
        Self::new(fetch, timing, 1)
    }

    /// By a fetch whose answer says what to fetch then. Each may take as long as `timing` says.
    pub fn two_steps(first: Fetch, timing: &Timing) -> Self {
        Self::new(first, timing, 2)
    }

    fn new(first: Fetch, timing: &Timing, steps: u32) -> Self {
        let Timing { timeout, refresh: interval, max_stale } = *timing;
        let lost_after = timeout.saturating_add(ANSWER_GRACE).saturating_mul(steps);
        Self { first, is_direct: steps == 1, pace: Pace { interval, lost_after }, max_stale }
    }
}
