//! The attempt that this worker itself makes, whatever the workers know together.

use contract::{Duration, EntityTag, Fetch, UnixTime};

use crate::kind::Step;
use crate::refresh::passed;

/// The least time between two starts in one worker. Whoever writes to the shared memory may make workers
/// ask more often than they would, but not more often than this.
const FLOOR: Duration = Duration::from_secs(1);

/// Our last attempt.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    started: Option<UnixTime>,
    /// Of the document that it has named as the one that is there.
    tag: Option<EntityTag>,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    /// None is under way.
    #[default]
    Over,
    /// The first document was asked for.
    First,
    /// It has come and said what is to be asked for next.
    Between(Box<Fetch>),
    /// That was asked for.
    Second,
}

impl Flight {
    /// Whether another attempt may start. Ours counts as lost after `lost_after`.
    pub(crate) fn may_start(&self, now: UnixTime, lost_after: Duration) -> bool {
        let pause = match self.state {
            State::Over => FLOOR,
            State::First | State::Between(_) | State::Second => lost_after.max(FLOOR),
        };
        self.started.is_none_or(|started| passed(started, now, pause))
    }

    /// To what an answer that comes now is the answer.
    pub(crate) const fn step(&self) -> Step {
        match self.state {
            State::Second => Step::Second,
            State::Over | State::First | State::Between(_) => Step::First,
        }
    }

    /// Begin with a fetch that names `tag`.
    pub(crate) fn start(&mut self, now: UnixTime, tag: Option<EntityTag>) {
        *self = Self { started: Some(now), tag, state: State::First };
    }

    /// The tag that was named.
    pub(crate) const fn tag(&self) -> Option<&EntityTag> {
        self.tag.as_ref()
    }

    /// The attempt goes on with `fetch`.
    pub(crate) fn go_on(&mut self, fetch: Fetch) {
        self.state = State::Between(Box::new(fetch));
    }

    /// The fetch that the attempt goes on with, once.
    pub(crate) fn next(&mut self) -> Option<Fetch> {
        match std::mem::take(&mut self.state) {
            State::Between(fetch) => {
                self.state = State::Second;
                Some(*fetch)
            }
            state @ (State::Over | State::First | State::Second) => {
                self.state = state;
                None
            }
        }
    }

    pub(crate) fn end(&mut self) {
        self.state = State::Over;
    }
}
