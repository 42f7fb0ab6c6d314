//! The set that is in force at one worker, and which other one may replace it.

use std::rc::Rc;

use contract::{Duration, UnixTime};

use crate::key_set::KeySet;
use crate::key_source::Keys;
use crate::refresh::{is_future, passed};

/// The last good set.
#[derive(Debug)]
pub(crate) struct InForce {
    max_stale: Duration,
    loaded: Option<Loaded>,
    /// What another worker had before there was a time to judge its age by.
    offered: Option<Loaded>,
}

/// A set, and when the issuer answered with it.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) keys: Rc<KeySet>,
    pub(crate) at: UnixTime,
}

impl InForce {
    /// None, or `offered` if that turns out to be fresh enough.
    pub(crate) const fn new(max_stale: Duration, offered: Option<Loaded>) -> Self {
        Self { max_stale, loaded: None, offered }
    }

    pub(crate) fn keys(&mut self, now: UnixTime) -> Keys {
        self.settle(now);
        match &self.loaded {
            None => Keys::Cold,
            Some(loaded) if now.since(loaded.at) > self.max_stale => Keys::Stale,
            Some(loaded) => Keys::Ready(Rc::clone(&loaded.keys)),
        }
    }

    /// Judge what was offered.
    pub(crate) fn settle(&mut self, now: UnixTime) {
        if let Some(offered) = self.offered.take()
            && self.may_be_replaced_by(offered.at, now)
        {
            self.loaded = Some(offered);
        }
    }

    /// Whether a set that came at `at` from another worker may replace this one: a newer one that is not
    /// too old, and not from before the clock was set back.
    pub(crate) fn may_be_replaced_by(&self, at: UnixTime, now: UnixTime) -> bool {
        let is_newer =
            self.loaded.as_ref().is_none_or(|loaded| is_future(loaded.at, now) || loaded.at < at);
        is_newer && !is_future(at, now) && now.since(at) <= self.max_stale
    }

    /// Put a set in force; whether it is another one than before. The same set stays the same `Rc`.
    pub(crate) fn replace(&mut self, keys: KeySet, at: UnixTime) -> bool {
        let known = self.loaded.take().map(|loaded| loaded.keys).filter(|known| **known == keys);
        let changed = known.is_none();
        self.loaded = Some(Loaded { keys: known.unwrap_or_else(|| Rc::new(keys)), at });
        changed
    }

    /// Whether there is a set from less than `interval` ago.
    pub(crate) fn is_within(&self, interval: Duration, now: UnixTime) -> bool {
        self.at().is_some_and(|at| !passed(at, now, interval))
    }

    /// When the set in force came.
    pub(crate) fn at(&self) -> Option<UnixTime> {
        self.loaded.as_ref().map(|loaded| loaded.at)
    }
}
