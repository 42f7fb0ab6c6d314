//! What requests cost in the built modules, in instructions and hostcalls, against a budget for each.

mod budgets;
mod cast;
mod measured;
mod scenarios;
mod table;

use budgets::Budgets;
use cast::Cast;
use scenarios::SCENARIOS;
use testenv::gate;

/// Scenarios that there must be, at least.
const LEAST: usize = 20;

/// Those of every kind: two runs of all would take twice as long to say the same.
const TWICE: [&str; 5] =
    ["edge_known_es256", "edge_mint_in_module", "first_rs256_by_proxy", "sidecar_attach", "start_sidecar"];

#[test]
fn every_scenario_keeps_within_its_budget() {
    let (measured, budgets) = (measured::all(), Budgets::read());
    table::print(&measured, &budgets);
    let over = budgets.exceeded(&measured);
    gate::count("perf.fuel", measured.len() - over.len(), measured.len(), LEAST);
    assert!(over.is_empty(), "{}", over.join("\n"));
}

#[test]
fn two_runs_cost_the_same() {
    let twice: Vec<_> = SCENARIOS.iter().filter(|scenario| TWICE.contains(&scenario.name)).collect();
    assert_eq!(twice.len(), TWICE.len());
    let cast = Cast::default();
    for scenario in twice {
        let [one, other] = [(); 2].map(|()| (scenario.play)(&cast));
        assert_eq!(one, other, "{}", scenario.name);
    }
}

/// Not a test: what `scripts/budgets --show` does.
#[test]
#[ignore = "shows the table, and holds nothing against anything"]
fn the_table_is_shown() {
    table::print(&measured::all(), &Budgets::read());
}

/// Not a test: what `scripts/budgets` does.
#[test]
#[ignore = "writes the budgets"]
fn what_is_measured_becomes_the_budget() {
    let (measured, budgets) = (measured::all(), Budgets::read());
    table::print(&measured, &budgets);
    let failed: Vec<_> = measured.iter().filter(|measured| measured.cost.is_none()).collect();
    assert!(failed.is_empty(), "not what their names say: {failed:?}");
    let risen = budgets.risen(&measured);
    assert!(risen.is_empty() || budgets::may_rise(), "these would rise:\n{}", risen.join("\n"));
    risen.iter().for_each(|line| println!("raised: {line}"));
    budgets::write(&measured);
}
