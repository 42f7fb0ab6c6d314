//! The table that is shown.

use std::env;

use wasmhost::Cost;

use crate::budgets::Budgets;

/// Show every hostcall and the fuel of every callback as well.
const DETAILS: &str = "WATCHWORD_FUEL_DETAILS";

/// One row for each scenario.
pub(crate) fn print(measured: &[(&'static str, Cost)], budgets: &Budgets) {
    println!("\n{:<28} {:>12} {:>12} {:>7} {:>7}", "scenario", "fuel", "budget", "calls", "budget");
    for (name, cost) in measured {
        let budget = budgets.of(name).map_or_else(Default::default, |budget| {
            (budget.fuel.to_string(), budget.all_calls().to_string())
        });
        let (fuel, calls) = budget;
        println!("{name:<28} {:>12} {fuel:>12} {:>7} {calls:>7}", cost.fuel(), cost.calls());
        if env::var_os(DETAILS).is_some() {
            details(cost);
        }
    }
}

fn details(cost: &Cost) {
    for (callback, fuel) in cost.callbacks() {
        println!("  {fuel:>38} {callback}");
    }
    for (call, times) in cost.hostcalls() {
        println!("  {times:>59} {call}");
    }
}
