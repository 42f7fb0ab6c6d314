//! What is measured: filters, and who asks.

use testenv::issuer::{Algorithm, Flaw};

use crate::filters::{Filters, Native, Ours, Stage};
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

/// What is compared with one another, in one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// Tokens that were seen before.
    Known,
}

impl Group {
    /// All of them.
    pub(crate) const ALL: [Self; 1] = [Self::Known];

    /// What it is called on the command line, and in the name of its file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
        }
    }

    /// Its lines.
    pub(crate) fn scenarios(self) -> Vec<Scenario> {
        match self {
            Self::Known => known(),
        }
    }
}

fn known() -> Vec<Scenario> {
    vec![
        Scenario::new("none", "no filter", Filters::None),
        Scenario::new("empty", "a filter in WebAssembly that does nothing", Filters::Empty),
        Scenario::new("jwt_authn", "`jwt_authn` without cache", Filters::Native(Native::Tokens)),
        Scenario::new("jwt_authn-cache", "`jwt_authn` with cache", Filters::Native(Native::CachedTokens)),
        Scenario::new(
            "native",
            "`jwt_authn` with cache, `rbac`, `local_ratelimit`, `header_mutation`",
            Filters::Native(Native::All),
        ),
        Scenario::new("jwt", "jwt", fused(&[Stage::Jwt])),
        Scenario::new("identity", "identity: strips alone", fused(&[Stage::Identity])),
        Scenario::new("limit", "limit: by address", fused(&[Stage::Ratelimit])),
        Scenario::new("jwt-identity", "jwt, identity: mints", fused(&[Stage::Jwt, Stage::Identity])),
        Scenario::new("jwt-authz", "jwt, authz", fused(&[Stage::Jwt, Stage::Authz])),
        Scenario::new("jwt-limit", "jwt, limit", fused(&[Stage::Jwt, Stage::Ratelimit])),
        Scenario::new("all", "all stages", fused(&Stage::ALL)),
        Scenario::new("chained", "all stages, as four modules in a chain", Filters::Chained),
    ]
}
