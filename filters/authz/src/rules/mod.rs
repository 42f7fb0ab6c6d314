//! Where the rules come from that are in force, and how newer ones take their place.
//!
//! ```text
//! fields, or an inline bundle ──compile──> Ruleset                    the same for good
//! cluster ── fetch, verify ──> Bundle ── Intake, in slices ──> Ruleset   exchanged at once, per worker
//! ```
//!
//! **Invariant.** A request is decided by one ruleset from beginning to end. What does not verify, is older than
//! what was seen, or does not compile changes nothing: the last good one stays in force until the end that its
//! signer has set.

mod bundles;
mod events;
mod newest;
mod raw;
mod shelf;

use std::rc::Rc;

use bundle::Manifest;
use contract::{BackgroundEnv, Due, Fetched, UnixTime};

use crate::ruleset::Ruleset;

pub(crate) use events::Events;
#[cfg(feature = "schema")]
pub(crate) use raw::entities;
pub(crate) use raw::{Made, RawBundle, RawRules, SHARING_FORGED};
use shelf::Shelf;

/// Where rules come from.
#[derive(Debug)]
pub(crate) enum Rules {
    /// They are what the configuration says; with a term, when they are a bundle.
    Fixed(Rc<Ruleset>, Option<Manifest>),
    /// A bundle that is fetched.
    Fetched(Box<Shelf>),
}

/// The rules at one moment.
#[derive(Debug, Clone)]
pub(crate) enum Current {
    /// These decide.
    Ready(Rc<Ruleset>),
    /// None were ever loaded.
    Cold,
    /// The end that their signer has set is over.
    Expired,
}

impl Rules {
    /// The rules in force at `now`.
    pub(crate) fn current(&self, now: UnixTime) -> Current {
        match self {
            Self::Fixed(_, Some(manifest)) if manifest.in_force(now).is_err() => Current::Expired,
            Self::Fixed(ruleset, _) => Current::Ready(Rc::clone(ruleset)),
            Self::Fetched(shelf) => shelf.current(now),
        }
    }

    /// Whether there is anything to keep fresh.
    pub(crate) const fn is_fetched(&self) -> bool {
        matches!(self, Self::Fetched(_))
    }

    pub(crate) fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        match self {
            Self::Fixed(..) => Due::default(),
            Self::Fetched(shelf) => shelf.due(env),
        }
    }

    pub(crate) fn fetched(
        &self,
        outcome: Fetched<'_>,
        env: &BackgroundEnv<'_>,
    ) -> Result<bool, &'static str> {
        match self {
            Self::Fixed(..) => Ok(false),
            Self::Fetched(shelf) => shelf.fetched(outcome, env),
        }
    }
}
