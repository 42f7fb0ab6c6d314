//! What the shop must answer to whom: the table of the demo.
//!
//! A row holds when status, deciding stage and reason are as expected, and, for forwarded requests, when
//! what reached the services is.

mod checks;
mod outcome;
mod print;
mod scenario;
mod scenarios;

pub use outcome::Outcome;
pub use print::print;
pub use scenario::{Expected, Scenario};
pub use scenarios::all;

use crate::{Reach, interrupt};

/// One scenario and how it went.
#[derive(Debug)]
pub struct Row {
    /// What was sent.
    pub scenario: Scenario,
    /// What came of it.
    pub outcome: Outcome,
}

/// Run all scenarios against a shop, one after the other, until somebody wants this process to end.
pub fn run(reach: &Reach) -> Vec<Row> {
    let row = |scenario: Scenario| Row { outcome: Outcome::of(&scenario, reach), scenario };
    all().into_iter().take_while(|_| !interrupt::is_wished()).map(row).collect()
}
