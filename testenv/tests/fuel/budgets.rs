//! What each scenario may cost: the file `budgets.yaml` beside this one.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::{env, fs};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use wasmhost::Cost;

/// The head of the file.
const HEAD: &str = "\
# What each scenario of this test may cost: fuel, which is about one per instruction of wasm, and calls of the proxy by
# name. It may only fall: `scripts/budgets` writes what was measured, and refuses to raise anything unless it is told to.
";

/// Set where budgets may rise.
const RAISE: &str = "WATCHWORD_BUDGETS_RAISE";

/// Every budget, by scenario.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Budgets(BTreeMap<String, Budget>);

/// What one scenario may cost. No slack: the same module costs the same in every run and on every machine.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budget {
    pub(crate) fuel: u64,
    /// By name, so that one that is new is told.
    pub(crate) calls: BTreeMap<String, usize>,
}

/// Whether who runs this wants budgets to rise.
pub(crate) fn may_rise() -> bool {
    env::var_os(RAISE).is_some()
}

impl Budgets {
    /// Those of the file.
    pub(crate) fn read() -> Self {
        serde_norway::from_str(&fs::read_to_string(path()).unwrap_or_default()).unwrap_or_default()
    }

    /// The budget of a scenario. One without a budget may cost nothing.
    pub(crate) fn of(&self, scenario: &str) -> Option<&Budget> {
        self.0.get(scenario)
    }

    /// What exceeds its budget, a line for each.
    pub(crate) fn exceeded(&self, measured: &[(&'static str, Cost)]) -> Vec<String> {
        measured.iter().filter_map(|(name, cost)| Some(format!("{name}: {}", self.excess(name, cost)?))).collect()
    }

    /// What a scenario costs beyond its budget.
    pub(crate) fn excess(&self, scenario: &str, cost: &Cost) -> Option<String> {
        let Some(budget) = self.of(scenario) else { return Some("it has no budget".to_owned()) };
        budget.excess(cost)
    }

    /// Make every budget what was measured.
    pub(crate) fn write(measured: &[(&'static str, Cost)]) {
        let mut text = HEAD.to_owned();
        for (name, cost) in measured {
            write!(text, "{name}:\n  fuel: {}\n  calls:\n", cost.fuel()).unwrap();
            for (call, times) in cost.hostcalls() {
                writeln!(text, "    {call}: {times}").unwrap();
            }
        }
        fs::write(path(), text).unwrap();
    }
}

impl Budget {
    pub(crate) fn all_calls(&self) -> usize {
        self.calls.values().sum()
    }

    fn excess(&self, cost: &Cost) -> Option<String> {
        let (fuel, calls) = (cost.fuel(), cost.calls());
        if fuel <= self.fuel && calls <= self.all_calls() {
            return None;
        }
        let (may_fuel, may_calls) = (self.fuel, self.all_calls());
        let mut said = format!("budget {may_fuel} fuel and {may_calls} calls, got {fuel} and {calls}");
        for (name, times, before) in self.more(cost) {
            write!(said, ", {name} {times} for {before}").unwrap();
        }
        Some(said)
    }

    /// The hostcalls of which there are more.
    fn more<'a>(&'a self, cost: &'a Cost) -> impl Iterator<Item = (&'a str, usize, usize)> {
        let calls = cost.hostcalls().iter();
        let calls = calls.map(|(name, times)| (name.as_str(), *times, self.calls.get(name).copied().unwrap_or_default()));
        calls.filter(|(_, times, before)| times > before)
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuel/budgets.yaml")
}
