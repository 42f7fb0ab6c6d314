//! The decision records of an edge: what the operator is told is what the client has got.

use testenv::Entry;
use testenv::report::{Checked, Verdict, ensure};

use crate::edge::Edge;
use crate::rules::{allows, evidence};

/// Look at all of them.
pub fn check(edge: &Edge) -> Verdict {
    let entries = edge.envoy.access_log().entries();
    let decided: Vec<&Entry> = entries.iter().filter(|entry| entry.status != 503).collect();
    decided.iter().try_for_each(|entry| is_of_one_version(entry))?;
    ensure(!decided.is_empty(), || "nothing was decided".to_owned())?;
    let without = entries.iter().filter(|entry| entry.status == 503);
    let reasons = [Some(("authz", "policies_never_loaded")), Some(("authz", "policies_expired"))];
    let other = without.clone().find(|entry| !reasons.contains(&entry.refusal()));
    ensure(other.is_none(), || format!("{other:?}"))?;
    Ok(format!("{} by one version each, {} x 503 without policies", decided.len(), without.count()))
}

/// Version, policies and status are of one piece.
fn is_of_one_version(entry: &Entry) -> Checked<()> {
    let record = entry.decision();
    let told = record["evidence"].as_array().into_iter().flatten().filter_map(|piece| piece.as_str());
    // A candidate says what it would have done, and does nothing.
    let mut told: Vec<&str> = told.filter(|piece| !piece.starts_with("candidate:")).collect();
    told.sort_unstable();
    let version = told.first().and_then(|first| first.strip_prefix("bundle:"));
    let version: u64 = version.and_then(|version| version.parse().ok()).unwrap_or_default();
    let fits = told == evidence(version) && entry.status == if allows(version) { 200 } else { 403 };
    ensure(fits, || format!("{} for {told:?}", entry.status))
}
