//! What clients have seen of the versions of a bundle.

use std::time::{Duration, Instant};

use testenv::client::Answer;
use testenv::report::{Checked, ensure};
use testenv::workers::WORKERS;

use crate::rules::{HEADER, allows, version_in};

/// An answer.
#[derive(Debug, Clone)]
pub struct Sighting {
    pub sent: Instant,
    pub got: Instant,
    /// The worker of the edge that has answered.
    pub worker: usize,
    pub seen: Seen,
}

/// What an answer shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// It was decided by this version, and as that says.
    By(u64),
    /// There are no policies (503).
    NoPolicies,
    /// Something else, which is wrong whatever happens.
    Wrong(String),
}

/// All that the clients of one gate have seen.
#[derive(Debug, Default)]
pub struct Sightings(pub Vec<Sighting>);

impl Seen {
    /// Read an answer.
    pub fn of(answer: &Answer) -> Self {
        let (status, header) = (answer.status, answer.header(HEADER).unwrap_or_default());
        match (status, version_in(header)) {
            (200, Some(version)) if allows(version) => Self::By(version),
            (403, Some(version)) if !allows(version) => Self::By(version),
            (503, None) if answer.header("retry-after").is_some() => Self::NoPolicies,
            (status, _) => Self::Wrong(format!("{status} by `{header}`")),
        }
    }
}

impl Sightings {
    /// Everything was decided, by these versions and as they say, and at no worker by an older one after a
    /// newer one.
    pub fn check(&self, versions: &[u64]) -> Checked<()> {
        let other = self.0.iter().find(|sighting| !sighting.is_by(versions));
        ensure(other.is_none(), || format!("{other:?}, and not by one of {versions:?}"))?;
        ensure(!self.0.is_empty(), || "nothing was asked".to_owned())?;
        self.check_order()
    }

    /// No worker has gone back. Of two requests at one time nobody can tell which was decided first; but one
    /// that was sent when the other was answered came later.
    pub fn check_order(&self) -> Checked<()> {
        (0..WORKERS).try_for_each(|worker| {
            let seen = || self.0.iter().filter(|sighting| sighting.worker == worker);
            let (mut by_sent, mut by_got): (Vec<_>, Vec<_>) = (seen().collect(), seen().collect());
            by_sent.sort_by_key(|sighting| sighting.sent);
            by_got.sort_by_key(|sighting| sighting.got);
            let (mut answered, mut newest) = (by_got.into_iter().peekable(), 0);
            for sighting in by_sent {
                while let Some(before) = answered.next_if(|before| before.got < sighting.sent) {
                    newest = before.version().map_or(newest, |version| version.max(newest));
                }
                let back = sighting.version().is_some_and(|version| version < newest);
                ensure(!back, || format!("worker {worker} was at {newest} already: {sighting:?}"))?;
            }
            Ok(())
        })
    }

    /// When each worker was first seen to decide by `version` or a newer one.
    pub fn first_by(&self, version: u64) -> Option<[Instant; WORKERS]> {
        let first = |worker| {
            let of_it = self.0.iter().filter(|sighting| sighting.worker == worker);
            let by_it = of_it.filter(|sighting| sighting.version().is_some_and(|seen| seen >= version));
            by_it.map(|sighting| sighting.got).min()
        };
        let all: Option<Vec<Instant>> = (0..WORKERS).map(first).collect();
        all.and_then(|all| all.try_into().ok())
    }

    /// Those that were sent after `from` and answered before `to`.
    pub fn between(&self, from: Instant, to: Instant) -> Self {
        let within = self.0.iter().filter(|sighting| sighting.sent > from && sighting.got < to);
        Self(within.cloned().collect())
    }

    /// How many, and the slowest of them.
    pub fn summary(&self) -> String {
        format!("{} answers, slowest {:.1?}", self.0.len(), self.slowest())
    }

    /// The longest that an answer took.
    pub fn slowest(&self) -> Duration {
        self.0.iter().map(Sighting::took).max().unwrap_or_default()
    }
}

impl Sighting {
    fn version(&self) -> Option<u64> {
        match self.seen {
            Seen::By(version) => Some(version),
            Seen::NoPolicies | Seen::Wrong(_) => None,
        }
    }

    fn is_by(&self, versions: &[u64]) -> bool {
        self.version().is_some_and(|version| versions.contains(&version))
    }

    fn took(&self) -> Duration {
        self.got - self.sent
    }
}
