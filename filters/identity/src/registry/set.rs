//! The rules of one slot of the registry: which identities were seen under which trace ids.

use contract::{Duration, UnixTime};

use crate::token::MAX_LIFETIME;
use crate::trace::TraceId;

/// Trace ids per slot; see [`super::SLOTS`] for the reason.
pub(super) const WAYS: usize = 16;

/// How long after the end of the last inbound request its token may still be attached: an application
/// that answers first and calls on afterwards does so within this time, or not in this transaction.
const GRACE: Duration = Duration::from_secs(2);

/// How long after the end of the last inbound request a conflict is remembered: longer than any client
/// waits (Envoy's default route timeout is 15 s), so that nobody gets at a token by waiting a little.
const CONFLICT_MEMORY: Duration = Duration::from_secs(60);

/// How long a request counts as open at most, should its end never be told because the VM was restarted.
/// The longest that a token can have to live when it is taken, and a minute, which clocks may differ by.
///
/// A request that is open longer is forgotten too. Its token has expired by then, so its own calls carry
/// nothing, and its end finds another [`Generation`] or none. What is lost is its part in a conflict: where
/// another identity then comes under its trace id, it is the only one that is seen.
const OPEN_AT_MOST: Duration = MAX_LIFETIME.saturating_add(CONFLICT_MEMORY);

/// The trace ids of one slot.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct TraceSet<'a> {
    /// Of the entry that is made next.
    pub(super) next: Generation,
    pub(super) entries: Vec<Entry<'a>>,
}

/// Which of the entries that a slot has held under one trace id. A request whose entry was forgotten must not
/// end those of whoever took the id over.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Generation(pub(super) u64);

/// What was seen under one trace id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) trace: TraceId,
    pub(super) generation: Generation,
    pub(super) seen: Seen<'a>,
    /// How many inbound requests are open.
    pub(super) open: u32,
    /// When it is forgotten.
    pub(super) ends: UnixTime,
}

/// Which identities were seen. There is no way back from `Several`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen<'a> {
    /// Requests without an internal token. That is an identity too: it must not get anybody else's.
    Nobody,
    /// Requests with this one token.
    One(Carried<'a>),
    /// More than one of these, or a token that cannot be carried. Nothing is ever attached.
    Several,
}

/// An internal token that may be attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Carried<'a> {
    /// The token as it was verified.
    pub(crate) token: &'a [u8],
    /// When it ends.
    pub(crate) expires: UnixTime,
}

/// All ways hold requests that are open or conflicts that are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SetFull;

impl<'a> TraceSet<'a> {
    /// An inbound request begins. What is returned is to be told when it ends.
    pub(super) fn open(
        &mut self,
        trace: TraceId,
        seen: Seen<'a>,
        now: UnixTime,
    ) -> Result<Generation, SetFull> {
        self.entries.retain(|entry| entry.ends > now);
        let ends = now.plus(OPEN_AT_MOST);
        if let Some(entry) = self.entry_mut(trace) {
            entry.open = entry.open.saturating_add(1);
            entry.ends = ends;
            entry.seen = entry.seen.and(seen);
            return Ok(entry.generation);
        }
        if self.entries.len() >= WAYS {
            self.evict()?;
        }
        let generation = self.next;
        self.next = Generation(generation.0.wrapping_add(1));
        self.entries.push(Entry { trace, generation, seen, open: 1, ends });
        Ok(generation)
    }

    /// An inbound request is over.
    pub(super) fn close(&mut self, trace: TraceId, generation: Generation, now: UnixTime) {
        let entry = self.entry_mut(trace).filter(|entry| entry.generation == generation);
        let Some(entry) = entry else { return };
        entry.open = entry.open.saturating_sub(1);
        if entry.open == 0 {
            entry.ends = now.plus(match entry.seen {
                Seen::Nobody | Seen::One(_) => GRACE,
                Seen::Several => CONFLICT_MEMORY,
            });
        }
    }

    /// What an outbound request of this trace may carry.
    pub(super) fn carried(&self, trace: TraceId, now: UnixTime) -> Option<Carried<'a>> {
        let entry = self.entries.iter().find(|entry| entry.trace == trace && entry.ends > now)?;
        match entry.seen {
            Seen::One(carried) if carried.expires > now => Some(carried),
            Seen::One(_) | Seen::Nobody | Seen::Several => None,
        }
    }

    /// Make room where nothing is at stake: what is closed was kept for late calls only. Forgetting an open
    /// request or a conflict would let a second identity look like the first one seen.
    fn evict(&mut self) -> Result<(), SetFull> {
        let closed = |entry: &Entry<'_>| entry.open == 0 && entry.seen != Seen::Several;
        let candidates = self.entries.iter().enumerate().filter(|(_, entry)| closed(entry));
        let (oldest, _) = candidates.min_by_key(|(_, entry)| entry.ends).ok_or(SetFull)?;
        self.entries.swap_remove(oldest);
        Ok(())
    }

    fn entry_mut(&mut self, trace: TraceId) -> Option<&mut Entry<'a>> {
        self.entries.iter_mut().find(|entry| entry.trace == trace)
    }
}

impl Seen<'_> {
    /// Both were seen. Tokens are compared whole: one trace belongs to one request at the edge, and that got
    /// one token.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nobody, Self::Nobody) => self,
            (Self::One(one), Self::One(other)) if one.token == other.token => self,
            (Self::One(_), Self::One(_))
            | (Self::Nobody, Self::One(_))
            | (Self::One(_), Self::Nobody)
            | (Self::Several, _)
            | (_, Self::Several) => Self::Several,
        }
    }
}

#[cfg(test)]
mod tests;
