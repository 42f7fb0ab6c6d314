//! What is measured: filters, and who asks.

use testenv::issuer::{Algorithm, Flaw};

use crate::filters::{Filters, Ours, Stage};
use crate::requests::Use;
use crate::tokens::Kind;

/// One line of a table.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    /// Its name in figures and ratios.
    pub(crate) key: &'static str,
    /// What a reader is told.
    pub(crate) title: &'static str,
    /// What every proxy has.
    pub(crate) filters: Filters,
    /// Which proxies there are.
    pub(crate) place: Place,
    /// Worker threads of each.
    pub(crate) workers: u32,
    /// The tokens that come.
    pub(crate) tokens: Kind,
    /// Whether they come again.
    pub(crate) used: Use,
    /// The status of every answer.
    pub(crate) expected: u16,
    /// Requests in a second while waits are measured, of which the proxies can answer several times as many.
    pub(crate) per_second: u32,
}

/// Proxies, one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// So many that differ in nothing; the last answers by itself.
    Row(u32),
    /// The shipped edge and the sidecars of five services, by mutual TLS, with access logs. Requests go out through the
    /// sidecar of a service, and in through the next one's.
    Mesh,
}

/// A pace at which the slowest proxy here is busy for a third of its time at most.
const PER_SECOND: u32 = 1_000;

impl Scenario {
    /// Known tokens by RS256, one proxy with one worker.
    pub(crate) const fn new(key: &'static str, title: &'static str, filters: Filters) -> Self {
        let tokens = Kind { algorithm: Algorithm::Rs256, flaw: Flaw::None };
        Self {
            key,
            title,
            filters,
            place: Place::Row(1),
            workers: 1,
            tokens,
            used: Use::Rotate,
            expected: 200,
            per_second: PER_SECOND,
        }
    }

    /// Every token comes once.
    pub(crate) const fn fresh(mut self, algorithm: Algorithm) -> Self {
        self.tokens = Kind { algorithm, flaw: Flaw::None };
        self.used = Use::Once;
        self
    }

    /// No token is good: its payload was changed after it was signed.
    pub(crate) const fn bad(mut self) -> Self {
        self.tokens.flaw = Flaw::Tampered;
        self.expected = 401;
        self
    }

    /// So many workers.
    pub(crate) const fn workers(mut self, workers: u32) -> Self {
        self.workers = workers;
        self
    }

    /// In a mesh of the shipped bootstraps, whose filters are their own.
    pub(crate) const fn mesh(mut self) -> Self {
        self.place = Place::Mesh;
        self.per_second = PER_SECOND / 20;
        self
    }

    /// So many proxies in a row, all of which share a core.
    pub(crate) const fn proxies(mut self, proxies: u32) -> Self {
        self.place = Place::Row(proxies);
        self.per_second = PER_SECOND / (2 * proxies);
        self
    }
}

/// `watchword.wasm` with these stages.
pub(crate) const fn fused(stages: &'static [Stage]) -> Filters {
    Filters::Ours(Ours::fused(stages))
}
