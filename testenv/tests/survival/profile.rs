//! How long faults last: long enough to see them in a run of all tests, or as long as somebody wants to wait.

use std::env;
use std::time::Duration;

/// The variable of the environment that chooses the long profile, whatever its value.
const LONG: &str = "WATCHWORD_SURVIVAL_LONG";

/// Requests per second of the load, as far as the machine can.
pub const PER_SECOND: u32 = 1_000;

/// How much of each fault there is.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// For how long a fault lasts that does not end by itself.
    pub lasts: Duration,
    /// Configurations that are pushed.
    pub pushes: u64,
    /// Clients that go away while they wait.
    pub aborts: usize,
    /// Streams that are reset as soon as they have begun.
    pub resets: usize,
    /// Keys of a limit that come once.
    pub keys: usize,
}

impl Profile {
    /// The one that the environment asks for.
    pub fn chosen() -> Self {
        if env::var_os(LONG).is_some() { Self::LONG } else { Self::QUICK }
    }

    const QUICK: Self = Self {
        lasts: Duration::from_millis(1_500),
        pushes: 12,
        aborts: 6_000,
        resets: 40_000,
        keys: 6_000,
    };

    const LONG: Self = Self {
        lasts: Duration::from_secs(60),
        pushes: 120,
        aborts: 12_000,
        resets: 100_000,
        keys: 200_000,
    };
}
