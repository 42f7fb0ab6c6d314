//! A part of an engine's limit, taken ahead and spent here: one lease for each key and proxy.
//!
//! What is leased is counted by the engine already, so all proxies together admit no more than its limit, as long as
//! nothing is spent in a later window than it was counted in: a lease ends with the window, at the earliest time at
//! which that may end. What is left of it then is lost: at most one lease, and half of the one before.

mod bucket;
mod table;
#[cfg(test)]
mod tests;

use contract::Duration;

pub(crate) use bucket::Bucket;
pub(crate) use table::{Heard, Leases, Lesson, Taken};

use super::ruling::EngineState;

/// How long at most a refusal of the engine is repeated without asking it: so soon a limit that an operator has
/// raised, or an engine whose windows slide, is noticed. One call a second and key is what that costs.
const REFUSED_FOR: u64 = 1_000_000_000;

/// How long a lease lives at most, in nanoseconds, however long the window is. An engine that speaks of years is not
/// believed, and a time further ahead was written before the clock was set back.
const LONGEST: u64 = 3_600_000_000_000;

/// How much may be leased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The most of one lease.
    pub(crate) most: u32,
    /// The most of one lease in percent of what remains.
    pub(crate) share_percent: u32,
    /// How long a question is believed to be under way, in nanoseconds: its timeout, and a little more.
    pub(crate) patience: u64,
}

/// The lease of one key. Times are nanoseconds since the epoch; the default is a key that was never seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lease {
    /// What may be spent until `until`.
    pub(crate) left: u32,
    /// What was leased last in this window.
    pub(crate) size: u32,
    /// What remained in the engine after that.
    pub(crate) remaining: u32,
    /// How many pass in a window, and its seconds, as the engine says; 0 when it does not. For clients.
    pub(crate) quota: u32,
    pub(crate) window_seconds: u32,
    /// What the request cost that the engine has refused.
    pub(crate) refused_cost: u32,
    /// When the window was first known: what was counted after that and before its end was counted in it.
    pub(crate) since: u64,
    /// When the window of the engine ends at the earliest.
    pub(crate) until: u64,
    /// When it ends at the latest; for clients.
    pub(crate) reset: u64,
    /// Until when a question is under way that will tell more.
    pub(crate) asking: u64,
    /// Until when the engine's refusal holds.
    pub(crate) refused: u64,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Take {
    /// It is paid for.
    Spent {
        /// How much to lease ahead now; 0 for nothing.
        ahead: u32,
    },
    /// The engine has refused, a moment ago.
    Refused,
    /// The engine must be asked, for the request and for so much beyond it.
    Ask {
        /// What to lease with the same question.
        extra: u32,
        /// Whether others wait with theirs for what this one learns.
        leads: bool,
    },
}

impl Lease {
    /// Spend `cost` at `now`, or say what must be asked first.
    pub(crate) fn take(&mut self, cost: u32, now: u64, terms: &Terms) -> Take {
        let left = self.left.checked_sub(cost).filter(|_| self.lasts(now));
        match left {
            Some(left) => {
                self.left = left;
                Take::Spent { ahead: self.ahead(now, terms) }
            }
            None if self.is_refused(now) && cost >= self.refused_cost => Take::Refused,
            None => self.ask(now, terms),
        }
    }

    /// The engine has let the request pass, and `extra` beyond it. It was asked at `asked_at`.
    pub(crate) fn granted(&mut self, extra: u32, state: Option<EngineState>, asked_at: u64, now: u64) {
        self.refused = 0;
        // Past the end of the window it was counted in, it must not be spent.
        if self.learn(state, asked_at, now) && extra > 0 {
            self.left = self.left.saturating_add(extra);
            self.size = extra;
        }
    }

    /// The engine has refused a request of this cost by itself.
    pub(crate) fn refused(&mut self, cost: u32, state: Option<EngineState>, asked_at: u64, now: u64) {
        if self.learn(state, asked_at, now) {
            self.size = 0;
            self.remaining = 0;
        }
        self.refused_cost = cost;
        let reset = state.and_then(|state| state.reset);
        let until = reset.map_or(now, |reset| asked_at.saturating_add(nanos(reset.at_least)));
        self.refused = until.min(now.saturating_add(REFUSED_FOR));
    }

    /// More was asked for than the engine had: the next lease begins small again.
    pub(crate) fn shrink(&mut self) {
        self.size = 0;
    }

    /// The question that others waited for is over.
    pub(crate) fn heard(&mut self) {
        self.asking = 0;
    }

    /// Whether forgetting it would lose nothing.
    pub(crate) fn is_idle(&self, now: u64, patience: u64) -> bool {
        !self.lasts(now) && self.is_spent(now, patience)
    }

    /// Whether forgetting it would lose no more than how large the next one may be.
    pub(crate) fn is_spent(&self, now: u64, patience: u64) -> bool {
        (self.left == 0 || !self.lasts(now)) && !self.is_refused(now) && !self.is_asking(now, patience)
    }

    /// Whether the window in which it was counted has not ended.
    fn lasts(&self, now: u64) -> bool {
        now < self.until && self.until <= now.saturating_add(LONGEST)
    }

    fn is_refused(&self, now: u64) -> bool {
        now < self.refused && self.refused <= now.saturating_add(REFUSED_FOR)
    }

    /// A new lease when half of the last one is spent, so that no request has to wait for it.
    fn ahead(&mut self, now: u64, terms: &Terms) -> u32 {
        if self.left > self.size / 2 || self.is_asking(now, terms.patience) {
            return 0;
        }
        let next = self.next(now, terms);
        if next > 0 {
            self.asking = now.saturating_add(terms.patience);
        }
        next
    }

    fn ask(&mut self, now: u64, terms: &Terms) -> Take {
        if self.is_asking(now, terms.patience) {
            return Take::Ask { extra: 0, leads: false };
        }
        self.asking = now.saturating_add(terms.patience);
        Take::Ask { extra: self.next(now, terms), leads: true }
    }

    /// A time further ahead than that was written before the clock jumped back.
    fn is_asking(&self, now: u64, patience: u64) -> bool {
        now < self.asking && self.asking <= now.saturating_add(patience)
    }

    /// Twice as much as last time, within the terms. Nothing beyond the request itself while it is not known how
    /// long that would be good for.
    fn next(&self, now: u64, terms: &Terms) -> u32 {
        if !self.lasts(now) {
            return 0;
        }
        let share = u64::from(self.remaining).saturating_mul(terms.share_percent.into()) / 100;
        let doubled = self.size.saturating_mul(2).max(1);
        doubled.min(terms.most).min(narrow(share))
    }

    /// Each answer gives a time before which the window does not end; the latest of them is the best. What is left
    /// from a window that has ended is worth nothing in the next. Whether it is certain that the answer is of the
    /// window that lasts: it says so itself, or the window was known before it was asked for.
    fn learn(&mut self, state: Option<EngineState>, asked_at: u64, now: u64) -> bool {
        if !self.lasts(now) {
            let Self { asking, refused, refused_cost, .. } = *self;
            *self = Self { asking, refused, refused_cost, since: now, ..Self::default() };
        }
        let ends = state
            .and_then(|state| state.reset)
            .map_or(0, |reset| asked_at.saturating_add(nanos(reset.at_least).min(LONGEST)));
        let is_current = now < ends || (self.lasts(now) && self.since <= asked_at);
        if let Some(state) = state.filter(|_| is_current || !self.lasts(now)) {
            self.note(state, now);
        }
        self.until = self.until.max(ends);
        is_current
    }

    fn note(&mut self, state: EngineState, now: u64) {
        self.remaining = narrow(state.remaining);
        self.quota = narrow(state.quota);
        self.window_seconds = narrow(state.window_seconds);
        if let Some(reset) = state.reset {
            self.reset = now.saturating_add(nanos(reset.at_most));
        }
    }
}

fn narrow(amount: u64) -> u32 {
    u32::try_from(amount).unwrap_or(u32::MAX)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
