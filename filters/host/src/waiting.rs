//! Requests that wait, and how many may.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use contract::{Head, UnixTime};
use pipeline::Waiting;

use crate::stream::Shared;

/// Requests that may wait in one VM. Each holds its head (64 KiB at most, 2 KiB as a rule) in memory that a
/// VM never gives back, so this is 64 MiB at worst.
const MAX_WAITING: usize = 1024;

/// The streams that wait, by the context that speaks for them.
#[derive(Default)]
pub(crate) struct WaitingRoom {
    seats: RefCell<BTreeMap<u32, Rc<Shared>>>,
    /// When the first of them is due, so that a tick without news costs nothing.
    earliest: Cell<Option<UnixTime>>,
}

/// A request that waits, with what it takes to go on.
pub(crate) struct Seat {
    pub(crate) head: Head,
    pub(crate) waiting: Waiting,
}

impl WaitingRoom {
    /// Let a stream wait. `false` when the room is full.
    pub(crate) fn admit(&self, stream: &Rc<Shared>, until: UnixTime) -> bool {
        let mut seats = self.seats.borrow_mut();
        if seats.len() >= MAX_WAITING && !seats.contains_key(&stream.context) {
            return false;
        }
        seats.insert(stream.context, Rc::clone(stream));
        let earliest = self.earliest.get().map_or(until, |earliest| earliest.min(until));
        self.earliest.set(Some(earliest));
        true
    }

    /// A stream is gone.
    pub(crate) fn leave(&self, context: u32) {
        self.seats.borrow_mut().remove(&context);
    }

    /// All streams that wait, when there is news or one of them is due; those that must wait on come back
    /// through [`Self::admit`].
    pub(crate) fn call(&self, now: UnixTime, news: bool) -> Vec<Rc<Shared>> {
        let due = self.earliest.get().is_some_and(|earliest| earliest <= now);
        if !news && !due {
            return Vec::new();
        }
        self.earliest.set(None);
        std::mem::take(&mut *self.seats.borrow_mut()).into_values().collect()
    }
}
