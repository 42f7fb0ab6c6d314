//! What one worker knows of a document.

use contract::{Duration, EntityTag, UnixTime};

use crate::flight::Flight;
use crate::in_force::{Held, InForce};
use crate::refresh::passed;
use crate::schedule::{Schedule, Stamp};
use crate::seal::Mark;

/// What one worker knows.
#[derive(Debug)]
pub(super) struct State<D> {
    pub(super) in_force: InForce<D>,
    /// The newest one that is known here.
    pub(super) schedule: Schedule,
    pub(super) flight: Flight,
    /// There is a reason not to wait for the interval.
    pub(super) wanted: bool,
    /// The last time that a document in the shared memory was looked for in vain.
    pub(super) looked: Option<Look>,
}

/// A look at the shared memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) mark: Mark,
    pub(super) at: UnixTime,
}

/// How long a document that could not be taken over from the shared memory is not looked for again: what lies
/// there may be large, and somebody else may have written it.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

impl<D: PartialEq> State<D> {
    pub(super) fn new(in_force: InForce<D>, schedule: Schedule) -> Self {
        Self { in_force, schedule, flight: Flight::default(), wanted: false, looked: None }
    }

    /// Whether `held` is the document that the workers share, as far as is known here.
    pub(super) fn is_shared(&self, held: &Held<D>) -> bool {
        self.schedule.document.is_some_and(|stamp| stamp.mark == held.stamp.mark)
    }

    /// The tag by which to ask for something newer than the document in force. Without it the document comes as
    /// a whole, which is right where the other workers do not have the same.
    pub(super) fn tag(&self) -> Option<&EntityTag> {
        self.in_force.held().filter(|held| self.is_shared(held))?.tag.as_ref()
    }

    /// The stamp of the document that the attempt has named, if that is still in force.
    pub(super) fn named(&self) -> Option<Stamp> {
        let tag = self.flight.tag()?;
        self.in_force.held().filter(|held| held.tag.as_ref() == Some(tag)).map(|held| held.stamp)
    }
}

impl Look {
    /// Whether it is too soon for another one, for the document of `stamp`.
    pub(super) fn forbids(self, stamp: Stamp, now: UnixTime) -> bool {
        self.mark == stamp.mark && !passed(self.at, now, LOOK_PAUSE)
    }
}
