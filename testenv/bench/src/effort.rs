//! How long is measured.

use std::time::Duration;

use crate::tokens::USERS;

/// How often, how long, how much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Rounds of a try; each measures every scenario once.
    pub(crate) rounds: usize,
    /// Tries, until a ratio is narrow enough.
    pub(crate) tries: usize,
    /// How long a proxy is kept busy in a round.
    pub(crate) busy: Duration,
    /// Users whose tokens are known and come by turns.
    pub(crate) users: usize,
    /// Requests of a round with tokens that come once.
    pub(crate) fresh: u64,
    /// For how long requests come at a fixed pace.
    pub(crate) paced: Duration,
    /// Times that a proxy is started.
    pub(crate) starts: usize,
    /// For how long all that were started rest before their memory is looked at.
    pub(crate) rest: Duration,
}

impl Effort {
    /// Enough for figures that are quoted: nine rounds have a middle half, and half a second is some ten thousand
    /// requests, of which a stray interrupt is no part to speak of.
    pub(crate) const FULL: Self = Self {
        rounds: 9,
        tries: 5,
        busy: Duration::from_millis(500),
        users: USERS,
        fresh: 1_000,
        paced: Duration::from_secs(1),
        starts: 5,
        // Envoy's allocator gives pages back only if nobody was in need of them within five minutes; until then it
        // holds what the compilation at the start has left.
        rest: Duration::from_secs(330),
    };

    /// Enough to see that everything works.
    pub(crate) const QUICK: Self = Self {
        rounds: 2,
        tries: 1,
        busy: Duration::from_millis(50),
        users: 50,
        fresh: 50,
        paced: Duration::from_millis(50),
        starts: 1,
        rest: Duration::from_secs(1),
    };

    /// Whether there are rounds enough to speak of their middle half.
    pub(crate) const fn is_telling(&self) -> bool {
        self.rounds >= 5
    }
}
