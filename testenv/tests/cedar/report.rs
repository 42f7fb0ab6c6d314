//! What is asked and what is not, in numbers that are printed and bounded.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::outcome::Kind;
use crate::plan::Plan;
use crate::reason::Reason;

/// Say how many sets are left out for which reason. Panics when a reason holds of nothing: then it has become
/// wrong to leave something out for it.
pub fn left_out(plans: &[Plan]) {
    let sets = tally(plans.iter().filter_map(Plan::left_out));
    println!("sets that are left out, by what most of their requests have: {}", list(&sets));
    let reasons = tally(plans.iter().flat_map(|plan| plan.unasked.iter().copied()));
    println!("requests that are left out: {}", list(&reasons));
    for reason in Reason::ALL {
        assert!(reasons.contains_key(&reason), "nothing is left out for {reason}");
    }
}

/// Say how many requests have which outcome. Panics when a kind is rarer than it must be.
pub fn asked(plans: &[&Plan], least: &[(Kind, usize)]) {
    let kinds = tally(plans.iter().flat_map(|plan| &plan.asked).map(|asked| asked.want.kind));
    let (sets, requests) = (plans.len(), kinds.values().sum::<usize>());
    println!("{sets} sets with {requests} requests are asked: {}", list(&kinds));
    let skipped = tally(plans.iter().flat_map(|plan| plan.unasked.iter().copied()));
    println!("of these sets are not asked: {}", list(&skipped));
    for (kind, least) in least {
        let count = kinds.get(kind).copied().unwrap_or_default();
        assert!(count >= *least, "{count} {kind}, not {least}");
    }
}

fn tally<K: Ord>(all: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut tally = BTreeMap::new();
    all.for_each(|one| *tally.entry(one).or_default() += 1);
    tally
}

fn list<K: Display>(tally: &BTreeMap<K, usize>) -> String {
    let counts = tally.iter().map(|(what, count)| format!("{count} {what}"));
    counts.collect::<Vec<_>>().join(", ")
}
