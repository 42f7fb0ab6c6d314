//! The rules of one slot of the registry: which identities were seen under which trace ids.

use contract::{Duration, UnixTime};

use crate::token::MAX_LIFETIME;
use crate::trace::TraceId;

/// Trace ids per slot; see [`super::slots::SLOTS`] for the reason.
pub(super) const WAYS: usize = 16;

/// How long after the end of the last inbound request a conflict is remembered: longer than any client
/// waits (Envoy's default route timeout is 15 s) and than any [`Grace`], so that nobody gets at a token by
/// waiting a little.
const CONFLICT_MEMORY: Duration = Duration::from_secs(60);

/// How long a request counts as open at most, should its end never be told because the VM was restarted.
/// The longest that a token can have to live when it is taken, and a minute, which clocks may differ by.
///
/// A request that is open longer is forgotten too. Its token has expired by then, so its own calls carry
/// nothing, and its end finds another [`Generation`] or none. What is lost is its part in a conflict: where
/// another identity then comes under its trace id, it is the only one that is seen.
const OPEN_AT_MOST: Duration = MAX_LIFETIME.saturating_add(CONFLICT_MEMORY);

/// How long after the end of the last inbound request its token may still be attached: an application
/// that answers first and calls on afterwards does so within this time, or not in this transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grace(Duration);

/// The trace ids of one slot.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct TraceSet<'a> {
    /// Of the entry that is made next.
    pub(super) next: Generation,
    /// Nothing is given out before: what was here is lost, and could have been in conflict with what came
    /// since.
    pub(super) barred_until: UnixTime,
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

/// What came of the beginning of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Opened {
    /// To be told when the request ends.
    pub(super) generation: Generation,
    /// Whether this request is the one that has made the identities of its trace more than one.
    pub(super) is_conflict: bool,
}

/// Why a call may carry nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotCarried {
    /// No inbound request of this trace is open, or was a moment ago.
    Unknown,
    /// The inbound request had no internal token.
    Nobody,
    /// More than one identity was seen, or a token that cannot be carried.
    Several,
    /// The token has expired.
    Expired,
    /// The slot has lost what it held.
    Barred,
}

/// All ways hold requests that are open or conflicts that are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SetFull;

impl<'a> TraceSet<'a> {
    /// A set in the place of one that is lost at `now`. Requests of that one may be open for as long as any
    /// may; until then two identities could look like one. Generations go on from the time, which is ahead of
    /// any count, so that the end of such a request finds nothing here.
    pub(super) fn barred(now: UnixTime) -> Self {
        let barred_until = now.plus(OPEN_AT_MOST);
        Self { next: Generation(now.nanos()), barred_until, entries: Vec::new() }
    }

    /// An inbound request begins.
    pub(super) fn open(
        &mut self,
        trace: TraceId,
        seen: Seen<'a>,
        now: UnixTime,
    ) -> Result<Opened, SetFull> {
        self.entries.retain(|entry| entry.ends > now);
        let ends = now.plus(OPEN_AT_MOST);
        if let Some(entry) = self.entry_mut(trace) {
            entry.open = entry.open.saturating_add(1);
            entry.ends = ends;
            let before = entry.seen;
            entry.seen = before.and(seen);
            let is_conflict = entry.seen == Seen::Several && before != Seen::Several;
            return Ok(Opened { generation: entry.generation, is_conflict });
        }
        if self.entries.len() >= WAYS {
            self.evict()?;
        }
        let generation = self.next;
        self.next = Generation(generation.0.wrapping_add(1));
        self.entries.push(Entry { trace, generation, seen, open: 1, ends });
        Ok(Opened { generation, is_conflict: false })
    }

    /// An inbound request is over.
    pub(super) fn close(&mut self, trace: TraceId, generation: Generation, grace: Grace, now: UnixTime) {
        let entry = self.entry_mut(trace).filter(|entry| entry.generation == generation);
        let Some(entry) = entry else { return };
        entry.open = entry.open.saturating_sub(1);
        if entry.open == 0 {
            entry.ends = now.plus(match entry.seen {
                Seen::Nobody | Seen::One(_) => grace.0,
                Seen::Several => CONFLICT_MEMORY,
            });
        }
    }

    /// What an outbound request of this trace may carry.
    pub(super) fn carried(&self, trace: TraceId, now: UnixTime) -> Result<Carried<'a>, NotCarried> {
        let entry = self.entries.iter().find(|entry| entry.trace == trace && entry.ends > now);
        match entry.ok_or(NotCarried::Unknown)?.seen {
            Seen::One(_) if self.barred_until > now => Err(NotCarried::Barred),
            Seen::One(carried) if carried.expires > now => Ok(carried),
            Seen::One(_) => Err(NotCarried::Expired),
            Seen::Nobody => Err(NotCarried::Nobody),
            Seen::Several => Err(NotCarried::Several),
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

impl Grace {
    /// Unless another one is configured.
    pub(crate) const USUAL: Self = Self(Duration::from_secs(2));

    /// The longest, in milliseconds. Whatever is called later than this after the answer is a transaction of
    /// its own; and it has to stay well below [`CONFLICT_MEMORY`].
    pub(crate) const MAX_MILLIS: u64 = 10_000;

    /// A grace of up to [`Self::MAX_MILLIS`].
    pub(crate) fn from_millis(millis: u64) -> Option<Self> {
        (millis <= Self::MAX_MILLIS).then_some(Self(Duration::from_millis(millis)))
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
