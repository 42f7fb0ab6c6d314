//! The attempt that this worker itself makes, whatever the workers know together.

use contract::{Duration, Fetch, UnixTime};

use crate::refresh::passed;

/// The least time between two starts in one worker. Whoever writes to the shared memory may make workers
/// ask more often than they would, but not more often than this.
const FLOOR: Duration = Duration::from_secs(1);

/// Our last attempt.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    started: Option<UnixTime>,
    step: Step,
}

#[derive(Debug, Default)]
enum Step {
    /// None is under way.
    #[default]
    Over,
    /// The first document was asked for.
    First,
    /// The metadata has come, and the key set is to be asked for.
    Between(Box<Fetch>),
    /// The key set was asked for, where the metadata said.
    Second,
}

impl Flight {
    /// Whether another attempt may start. Ours counts as lost after `lost_after`.
    pub(crate) fn may_start(&self, now: UnixTime, lost_after: Duration) -> bool {
        let pause = match self.step {
            Step::Over => FLOOR,
            Step::First | Step::Between(_) | Step::Second => lost_after.max(FLOOR),
        };
        self.started.is_none_or(|started| passed(started, now, pause))
    }

    pub(crate) const fn is_second_step(&self) -> bool {
        matches!(self.step, Step::Second)
    }

    pub(crate) fn start(&mut self, now: UnixTime) {
        *self = Self { started: Some(now), step: Step::First };
    }

    /// The attempt goes on with `fetch`.
    pub(crate) fn go_on(&mut self, fetch: Fetch) {
        self.step = Step::Between(Box::new(fetch));
    }

    /// The fetch that the attempt goes on with, once.
    pub(crate) fn next(&mut self) -> Option<Fetch> {
        match std::mem::take(&mut self.step) {
            Step::Between(fetch) => {
                self.step = Step::Second;
                Some(*fetch)
            }
            step @ (Step::Over | Step::First | Step::Second) => {
                self.step = step;
                None
            }
        }
    }

    pub(crate) fn end(&mut self) {
        self.step = Step::Over;
    }
}
