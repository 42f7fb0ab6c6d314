//! What one scenario may cost.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;

/// What a module may cost more where it computes signatures itself, in percent of the fuel. That part of `ring` is C,
/// which the machine's own clang compiles: by clang 19, RS256 costs 3.8 % less than by clang 14, ES256 0.6 % less, EdDSA
/// the same. Everything else is compiled by the pinned toolchain to the same bytes everywhere, and has no slack.
const SLACK_OF_C_PERCENT: u64 = 5;

/// Fuel and hostcalls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budget {
    pub(crate) fuel: u64,
    /// By name, so that those that came in addition can be told.
    calls: BTreeMap<String, usize>,
}

impl Budget {
    pub(crate) fn calls(&self) -> usize {
        self.calls.values().sum()
    }

    /// The same, with slack where the module `computes` signatures itself.
    pub(crate) fn with_slack(&self, computes: bool) -> Self {
        let slack = if computes { self.fuel * SLACK_OF_C_PERCENT / 100 } else { 0 };
        Self { fuel: self.fuel + slack, calls: self.calls.clone() }
    }

    /// What goes beyond this: budget, cost, and the hostcalls of which there are more. A hostcall may take the place
    /// of another.
    pub(crate) fn excess(&self, fuel: u64, calls: &BTreeMap<String, usize>) -> Option<String> {
        let (all, may) = (calls.values().sum::<usize>(), self.calls());
        if fuel <= self.fuel && all <= may {
            return None;
        }
        let mut excess = format!("budget {} fuel and {may} calls, got {fuel} and {all}", self.fuel);
        for (name, times) in calls {
            let before = self.calls.get(name).copied().unwrap_or_default();
            if *times > before {
                write!(excess, "; {name} {times} instead of {before}").unwrap();
            }
        }
        Some(excess)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls<const N: usize>(calls: [(&str, usize); N]) -> BTreeMap<String, usize> {
        calls.into_iter().map(|(name, times)| (name.to_owned(), times)).collect()
    }

    #[test]
    fn one_instruction_more_is_too_many_and_one_less_is_not() {
        let budget = Budget { fuel: 100, calls: calls([("a", 1)]) };
        assert_eq!(budget.excess(99, &calls([("a", 1)])), None);
        assert_eq!(budget.excess(100, &calls([("a", 1)])), None);
        let said = "budget 100 fuel and 1 calls, got 101 and 1";
        assert_eq!(budget.excess(101, &calls([("a", 1)])).as_deref(), Some(said));
    }

    #[test]
    fn a_hostcall_may_take_the_place_of_another_and_one_more_is_named() {
        let budget = Budget { fuel: 100, calls: calls([("a", 1), ("b", 2)]) };
        assert_eq!(budget.excess(100, &calls([("b", 2), ("c", 1)])), None);
        let said = "budget 100 fuel and 3 calls, got 90 and 4; b 3 instead of 2";
        assert_eq!(budget.excess(90, &calls([("a", 1), ("b", 3)])).as_deref(), Some(said));
    }

    #[test]
    fn only_where_signatures_are_computed_there_is_slack() {
        let budget = Budget { fuel: 100, calls: calls([]) };
        assert_eq!(budget.with_slack(false), budget);
        assert_eq!(budget.with_slack(true).fuel, 100 + SLACK_OF_C_PERCENT);
    }
}
