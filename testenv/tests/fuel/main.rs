//! What requests cost in the built modules, in instructions and hostcalls, against a budget for each.

mod budgets;
mod cast;
mod issuer;
#[expect(dead_code, reason = "of what another package's tests share")]
#[path = "../../../wasmhost/tests/support/modules.rs"]
mod modules;
mod native;
mod requests;
mod scenarios;
mod shipped;
mod table;
mod worker;

use budgets::Budgets;
use cast::Cast;
use scenarios::SCENARIOS;
use testenv::gate;
use wasmhost::Cost;

/// Scenarios that there must be, at least.
const LEAST: usize = 20;

/// The cost of every scenario.
fn measured() -> Vec<(&'static str, Cost)> {
    let cast = Cast::default();
    SCENARIOS.iter().map(|scenario| (scenario.name, (scenario.play)(&cast))).collect()
}

#[test]
fn every_scenario_keeps_within_its_budget() {
    let (measured, budgets) = (measured(), Budgets::read());
    table::print(&measured, &budgets);
    let over = budgets.exceeded(&measured);
    gate::count("perf.fuel", measured.len() - over.len(), measured.len(), LEAST);
    assert!(over.is_empty(), "{}", over.join("\n"));
}

/// Not a test: what `scripts/budgets` does.
#[test]
#[ignore = "writes the budgets"]
fn what_is_measured_becomes_the_budget() {
    let (measured, budgets) = (measured(), Budgets::read());
    table::print(&measured, &budgets);
    let over = budgets.exceeded(&measured);
    assert!(over.is_empty() || budgets::may_rise(), "these would rise:\n{}", over.join("\n"));
    over.iter().for_each(|line| println!("rises: {line}"));
    Budgets::write(&measured);
}
