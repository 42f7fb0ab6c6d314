//! What is compared with one another, in one run.

mod fresh;
mod hops;
mod known;
mod policies;
mod start;

use crate::comparison::Comparison;
use crate::scenario::Scenario;

/// A run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    /// Tokens that were seen before.
    Known,
    /// Tokens that were not, and tokens that are bad.
    Fresh,
    /// Policies, from few to many.
    Policies,
    /// Proxies in a row.
    Hops,
    /// Starts, and memory.
    Start,
}

impl Group {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Known, Self::Fresh, Self::Policies, Self::Hops, Self::Start];

    /// What it is called on the command line, and in the name of its file.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Fresh => "fresh",
            Self::Policies => "policies",
            Self::Hops => "hops",
            Self::Start => "start",
        }
    }

    /// Its lines.
    pub(crate) fn scenarios(self) -> Vec<Scenario> {
        match self {
            Self::Known => known::scenarios(),
            Self::Fresh => fresh::scenarios(),
            Self::Policies => policies::scenarios(),
            Self::Hops => hops::scenarios(),
            Self::Start => start::scenarios(),
        }
    }

    /// What must hold of them.
    pub(crate) const fn comparisons(self) -> &'static [Comparison] {
        match self {
            Self::Known => &known::COMPARISONS,
            Self::Fresh => &fresh::COMPARISONS,
            Self::Policies => &policies::COMPARISONS,
            Self::Hops => &hops::COMPARISONS,
            Self::Start => &start::COMPARISONS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compared_is_measured() {
        for group in Group::ALL {
            let scenarios = group.scenarios();
            for comparison in group.comparisons() {
                for key in comparison.scenarios() {
                    assert!(scenarios.iter().any(|scenario| scenario.key == key), "{key}");
                }
            }
        }
    }
}
