//! What was counted.

use std::panic::{AssertUnwindSafe, catch_unwind};

use wasmhost::Cost;

use crate::cast::Cast;
use crate::scenarios::{SCENARIOS, Scenario};

/// The cost of one scenario.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    /// Nothing when it did not go as its name says.
    pub(crate) cost: Option<Cost>,
    /// Whether the module itself computes signatures.
    pub(crate) computes: bool,
}

/// That of every scenario.
pub(crate) fn all() -> Vec<Measured> {
    let cast = Cast::default();
    SCENARIOS.iter().map(|scenario| Measured::of(scenario, &cast)).collect()
}

impl Measured {
    /// One scenario that fails leaves the others to be counted.
    fn of(scenario: &Scenario, cast: &Cast) -> Self {
        let Scenario { name, play, computes } = *scenario;
        let cost = catch_unwind(AssertUnwindSafe(|| play(cast))).ok();
        Self { name, cost, computes }
    }
}
