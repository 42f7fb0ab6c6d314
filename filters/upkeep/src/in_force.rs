//! The document that is in force at one worker, and which other one may replace it.

use std::rc::Rc;

use contract::{Duration, EntityTag, UnixTime};

use crate::refresh::{is_future, passed};
use crate::schedule::Stamp;

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

/// A document, and how old it is.
#[derive(Debug)]
pub struct Loaded<D> {
    /// The document.
    pub document: Rc<D>,
    /// When it first came, to whichever worker.
    pub came: UnixTime,
    /// When the origin last answered with it, or that it is the newest.
    pub confirmed: UnixTime,
}

/// A document as it is held.
#[derive(Debug)]
pub(crate) struct Held<D> {
    pub(crate) document: Rc<D>,
    /// The name that the origin gave it.
    pub(crate) tag: Option<EntityTag>,
    pub(crate) stamp: Stamp,
}

/// The last good document.
#[derive(Debug)]
pub(crate) struct InForce<D> {
    max_stale: Duration,
    held: Option<Held<D>>,
    /// What another worker had before there was a time to judge its age by.
    offered: Option<Held<D>>,
}

impl<D: PartialEq> InForce<D> {
    /// None, or `offered` if that turns out to be fresh enough.
    pub(crate) const fn new(max_stale: Duration, offered: Option<Held<D>>) -> Self {
        Self { max_stale, held: None, offered }
    }

    pub(crate) fn current(&mut self, now: UnixTime) -> Current<D> {
        self.settle(now);
        match &self.held {
            None => Current::Cold,
            Some(held) if now.since(held.stamp.confirmed) > self.max_stale => Current::Stale,
            Some(held) => Current::Ready(Rc::clone(&held.document)),
        }
    }

    /// Judge what was offered.
    pub(crate) fn settle(&mut self, now: UnixTime) {
        if let Some(offered) = self.offered.take()
            && self.may_be_replaced_by(offered.stamp, now)
        {
            self.held = Some(offered);
        }
    }

    /// Whether what another worker tells by `stamp` is news: of a later time than what is known here, but
    /// neither too old nor from before the clock was set back.
    pub(crate) fn may_be_replaced_by(&self, stamp: Stamp, now: UnixTime) -> bool {
        let at = stamp.confirmed;
        let is_news = |held: &Held<D>| is_future(held.stamp.confirmed, now) || held.stamp.confirmed < at;
        self.held.as_ref().is_none_or(is_news) && !is_future(at, now) && now.since(at) <= self.max_stale
    }

    /// The document in force is that of `stamp`, and as old as that says. `false` if it is another one.
    pub(crate) fn confirm(&mut self, stamp: Stamp) -> bool {
        let held = self.held.as_mut().filter(|held| held.stamp.mark == stamp.mark);
        held.map(|held| held.stamp = stamp).is_some()
    }

    /// Put a document in force. The same one stays the same `Rc`.
    pub(crate) fn replace(&mut self, held: Held<D>) {
        let known = self.held.take().map(|known| known.document);
        let known = known.filter(|known| **known == *held.document);
        self.held = Some(Held { document: known.unwrap_or(held.document), ..held });
    }

    /// Whether there is a document that was confirmed less than `interval` ago.
    pub(crate) fn is_within(&self, interval: Duration, now: UnixTime) -> bool {
        self.held.as_ref().is_some_and(|held| !passed(held.stamp.confirmed, now, interval))
    }

    /// The document, however old it is.
    pub(crate) const fn held(&self) -> Option<&Held<D>> {
        self.held.as_ref()
    }
}

impl<D> Held<D> {
    pub(crate) fn loaded(&self) -> Loaded<D> {
        let Stamp { mark: _, came, confirmed } = self.stamp;
        Loaded { document: Rc::clone(&self.document), came, confirmed }
    }
}
