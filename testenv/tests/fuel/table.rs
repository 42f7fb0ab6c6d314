//! The table that is shown.

use std::env;

use wasmhost::Cost;

use crate::budgets::Budgets;
use crate::measured::Measured;

/// Show the fuel of every callback and every hostcall as well.
const DETAILS: &str = "WATCHWORD_FUEL_DETAILS";

/// One row for each scenario.
pub(crate) fn print(measured: &[Measured], budgets: &Budgets) {
    println!("\n{:<28} {:>12} {:>12} {:>7} {:>7}", "scenario", "fuel", "budget", "calls", "budget");
    for Measured { name, cost, .. } in measured {
        let shown = |fuel: u64, calls: usize| (fuel.to_string(), calls.to_string());
        let (may_fuel, may_calls) =
            budgets.of(name).map_or_else(Default::default, |budget| shown(budget.fuel, budget.calls()));
        let (fuel, calls) =
            cost.as_ref().map_or_else(Default::default, |cost| shown(cost.fuel(), cost.calls()));
        println!("{name:<28} {fuel:>12} {may_fuel:>12} {calls:>7} {may_calls:>7}");
        cost.iter().filter(|_| env::var_os(DETAILS).is_some()).for_each(details);
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
