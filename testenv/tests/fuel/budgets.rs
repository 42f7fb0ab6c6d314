//! What each scenario may cost: the file `budgets.yaml` beside this one.

mod budget;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

use crate::measured::Measured;
pub(crate) use budget::Budget;

/// Set where budgets may rise.
const RAISE: &str = "WATCHWORD_BUDGETS_RAISE";

/// The head of the file.
const HEAD: &str = "\
# What each scenario of this test may cost: fuel, which is about one per instruction of wasm, and calls of the proxy,
# by name. `scripts/budgets` writes what was counted, and raises nothing unless it is told to.
";

/// Every budget, by scenario.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Budgets(BTreeMap<String, Budget>);

/// Whether who runs this wants budgets to rise.
pub(crate) fn may_rise() -> bool {
    env::var_os(RAISE).is_some()
}

/// Make every budget what was counted.
pub(crate) fn write(measured: &[Measured]) {
    let mut text = HEAD.to_owned();
    for Measured { name, cost, .. } in measured {
        let cost = cost.as_ref().unwrap();
        write!(text, "{name}:\n  fuel: {}\n  calls:\n", cost.fuel()).unwrap();
        for (call, times) in cost.hostcalls() {
            writeln!(text, "    {call}: {times}").unwrap();
        }
    }
    fs::write(path(), text).unwrap();
}

impl Budgets {
    /// Those of the file.
    pub(crate) fn read() -> Self {
        serde_norway::from_str(&fs::read_to_string(path()).unwrap()).unwrap()
    }

    /// The budget of a scenario.
    pub(crate) fn of(&self, scenario: &str) -> Option<&Budget> {
        self.0.get(scenario)
    }

    /// What exceeds its budget or did not go as its name says, a line for each; and budgets of no scenario.
    pub(crate) fn exceeded(&self, measured: &[Measured]) -> Vec<String> {
        let lines = |measured: &Measured| {
            let Measured { name, cost, computes } = measured;
            let excess = match (self.of(name), cost) {
                (_, None) => Some("it did not go as its name says".to_owned()),
                (None, Some(_)) => Some("it has no budget: `scripts/budgets` gives it one".to_owned()),
                (Some(budget), Some(cost)) => {
                    budget.with_slack(*computes).excess(cost.fuel(), cost.hostcalls())
                }
            };
            excess.map(|excess| format!("{name}: {excess}"))
        };
        let known = |name: &str| measured.iter().any(|measured| measured.name == name);
        let stale = self.0.keys().filter(|name| !known(name));
        let stale = stale.map(|name| format!("{name}: a budget of no scenario"));
        measured.iter().filter_map(lines).chain(stale).collect()
    }

    /// What would rise if what was counted became the budget, without any slack.
    pub(crate) fn risen(&self, measured: &[Measured]) -> Vec<String> {
        let line = |Measured { name, cost, .. }: &Measured| {
            let cost = cost.as_ref()?;
            let excess = self.of(name)?.excess(cost.fuel(), cost.hostcalls())?;
            Some(format!("{name}: {excess}"))
        };
        measured.iter().filter_map(line).collect()
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuel/budgets.yaml")
}
