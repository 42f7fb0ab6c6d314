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
    /// Proxies in a row.
    pub(crate) proxies: u32,
    /// Worker threads of each.
    pub(crate) workers: u32,
    /// The tokens that come.
    pub(crate) tokens: Kind,
    /// Whether they come again.
    pub(crate) used: Use,
    /// The status of every answer.
    pub(crate) expected: u16,
}

impl Scenario {
    /// Known tokens by RS256, one proxy with one worker.
    pub(crate) const fn new(key: &'static str, title: &'static str, filters: Filters) -> Self {
        let tokens = Kind { algorithm: Algorithm::Rs256, flaw: Flaw::None };
        Self { key, title, filters, proxies: 1, workers: 1, tokens, used: Use::Rotate, expected: 200 }
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

    /// So many proxies in a row.
    pub(crate) const fn proxies(mut self, proxies: u32) -> Self {
        self.proxies = proxies;
        self
    }
}

/// `watchword.wasm` with these stages.
pub(crate) const fn fused(stages: &'static [Stage]) -> Filters {
    Filters::Ours(Ours::fused(stages))
}
