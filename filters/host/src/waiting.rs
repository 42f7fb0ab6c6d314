//! Requests that wait, and how many may.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use contract::{Head, UnixTime, WaitReason};
use pipeline::Waiting;

use crate::stream::Shared;

/// Requests that may wait in one VM for first keys. Each holds its head (64 KiB at most, 2 KiB as a rule) in
/// memory that a VM never gives back, so this is 64 MiB at worst.
const MAX_WAITING_FOR_FIRST_KEYS: usize = 1024;

/// Requests that may wait in one VM for first policies, which are as many for the same reasons. Keys come
/// earlier than policies, so the same ones may wait here that have waited there, but never in both places.
const MAX_WAITING_FOR_FIRST_POLICIES: usize = MAX_WAITING_FOR_FIRST_KEYS;

/// Requests that may wait in one VM for a key that is not known. Anybody can name such a key, so they get a
/// quarter, and never the seats of those who wait for first keys.
const MAX_WAITING_FOR_UNKNOWN_KEYS: usize = 256;

/// The streams that wait, by what they wait for and the context that speaks for them.
#[derive(Default)]
pub(crate) struct WaitingRoom {
    for_first_keys: RefCell<Seats>,
    for_first_policies: RefCell<Seats>,
    for_unknown_keys: RefCell<Seats>,
    /// When the first of them is due, so that a tick without news costs nothing.
    earliest: Cell<Option<UnixTime>>,
}

/// In the order in which they came. A list of so few is looked through sooner than a tree, and takes a tenth of its
/// code.
type Seats = Vec<Rc<Shared>>;

/// A request that waits, with what it takes to go on.
pub(crate) struct Seat {
    pub(crate) head: Head,
    pub(crate) waiting: Waiting,
}

impl WaitingRoom {
    /// Let a stream wait. `false` when there is no seat.
    pub(crate) fn admit(&self, stream: &Rc<Shared>, reason: WaitReason, until: UnixTime) -> bool {
        let (seats, most) = match reason {
            WaitReason::ColdKeys => (&self.for_first_keys, MAX_WAITING_FOR_FIRST_KEYS),
            WaitReason::ColdPolicies => (&self.for_first_policies, MAX_WAITING_FOR_FIRST_POLICIES),
            WaitReason::UnknownKey => (&self.for_unknown_keys, MAX_WAITING_FOR_UNKNOWN_KEYS),
        };
        let mut seats = seats.borrow_mut();
        let is_full = seats.len() >= most;
        match seats.iter_mut().find(|seated| seated.context == stream.context) {
            Some(seated) => *seated = Rc::clone(stream),
            None if is_full => return false,
            None => seats.push(Rc::clone(stream)),
        }
        let earliest = self.earliest.get().map_or(until, |earliest| earliest.min(until));
        self.earliest.set(Some(earliest));
        true
    }

    /// A stream is gone.
    pub(crate) fn leave(&self, context: u32) {
        for seats in self.rooms() {
            seats.borrow_mut().retain(|seated| seated.context != context);
        }
    }

    /// All streams that wait, when there is news or one of them is due; those that must wait on come back
    /// through [`Self::admit`].
    pub(crate) fn call(&self, now: UnixTime, news: bool) -> Vec<Rc<Shared>> {
        let due = self.earliest.get().is_some_and(|earliest| earliest <= now);
        if !news && !due {
            return Vec::new();
        }
        self.earliest.set(None);
        self.rooms().into_iter().flat_map(|seats| seats.take()).collect()
    }

    /// Whether nobody waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.rooms().iter().all(|seats| seats.borrow().is_empty())
    }

    const fn rooms(&self) -> [&RefCell<Seats>; 3] {
        [&self.for_first_keys, &self.for_first_policies, &self.for_unknown_keys]
    }
}
