//! The document that is in force at one worker, and which other one may replace it.

use std::rc::Rc;

use contract::{Duration, UnixTime};

use crate::refresh::{is_future, passed};

/// Which document is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Current<D> {
    /// This one. One that was fetched again without a change stays the same `Rc`.
    Ready(Rc<D>),
    /// None was ever loaded.
    Cold,
    /// The last good one is older than the operator allows.
    Stale,
}

/// A document, and when the origin answered with it.
#[derive(Debug)]
pub struct Loaded<D> {
    /// The document.
    pub document: Rc<D>,
    /// When the origin answered with it.
    pub at: UnixTime,
}

/// The last good document.
#[derive(Debug)]
pub(crate) struct InForce<D> {
    max_stale: Duration,
    loaded: Option<Loaded<D>>,
    /// What another worker had before there was a time to judge its age by.
    offered: Option<Loaded<D>>,
}

impl<D: PartialEq> InForce<D> {
    /// None, or `offered` if that turns out to be fresh enough.
    pub(crate) const fn new(max_stale: Duration, offered: Option<Loaded<D>>) -> Self {
        Self { max_stale, loaded: None, offered }
    }

    pub(crate) fn current(&mut self, now: UnixTime) -> Current<D> {
        self.settle(now);
        match &self.loaded {
            None => Current::Cold,
            Some(loaded) if now.since(loaded.at) > self.max_stale => Current::Stale,
            Some(loaded) => Current::Ready(Rc::clone(&loaded.document)),
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

    /// Whether a document that came at `at` from another worker may replace this one: a newer one that is not
    /// too old, and not from before the clock was set back.
    pub(crate) fn may_be_replaced_by(&self, at: UnixTime, now: UnixTime) -> bool {
        let is_newer =
            self.loaded.as_ref().is_none_or(|loaded| is_future(loaded.at, now) || loaded.at < at);
        is_newer && !is_future(at, now) && now.since(at) <= self.max_stale
    }

    /// Put a document in force. The same one stays the same `Rc`.
    pub(crate) fn replace(&mut self, document: D, at: UnixTime) {
        let known = self.loaded.take().map(|loaded| loaded.document).filter(|known| **known == document);
        self.loaded = Some(Loaded { document: known.unwrap_or_else(|| Rc::new(document)), at });
    }

    /// Whether there is a document from less than `interval` ago.
    pub(crate) fn is_within(&self, interval: Duration, now: UnixTime) -> bool {
        self.loaded.as_ref().is_some_and(|loaded| !passed(loaded.at, now, interval))
    }

    /// The document, however old it is.
    pub(crate) const fn loaded(&self) -> Option<&Loaded<D>> {
        self.loaded.as_ref()
    }
}

impl<D> Clone for Loaded<D> {
    fn clone(&self) -> Self {
        Self { document: Rc::clone(&self.document), at: self.at }
    }
}
