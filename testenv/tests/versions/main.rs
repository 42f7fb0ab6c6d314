//! What the shop does on the Envoy that `ENVOY` names, held against what the matrix says of its version: every
//! difference must be in there, and every row of it must be seen.

mod minting;
#[path = "../modules/module.rs"]
mod module;
mod paths;
mod shipped;
mod shop;

use std::collections::BTreeMap;

use testenv::compatibility::Matrix;
use testenv::envoy_version;

/// Cases and what came of them.
type Outcomes = BTreeMap<String, String>;

/// What comes of a case that is as on the newest Envoy.
const EXPECTED: &str = "as expected";

#[test]
fn this_envoy_does_what_the_matrix_says() {
    let version = envoy_version();
    let matrix = Matrix::read().unwrap();
    assert!(matrix.versions.iter().any(|its| its == version), "the matrix does not have {version}");
    let mut outcomes = Outcomes::new();
    shipped::run(&mut outcomes);
    if run_modules(&mut outcomes) {
        shop::run(&mut outcomes);
        minting::run(&mut outcomes);
        paths::run(&mut outcomes);
    }
    let differences = differences(&outcomes);
    let wanted: BTreeMap<&str, &str> = matrix.of(version).collect();
    println!("Envoy {version}: {} cases, {} differences", outcomes.len(), differences.len());
    differences.iter().for_each(|(case, outcome)| println!("  {case}: {outcome}"));
    assert_eq!(differences, wanted);
}

fn differences(outcomes: &Outcomes) -> BTreeMap<&str, &str> {
    let different = outcomes.iter().filter(|(_, outcome)| *outcome != EXPECTED);
    different.map(|(case, outcome)| (case.as_str(), outcome.as_str())).collect()
}

/// Whether any loads: where none does, there is nothing else to try.
fn run_modules(outcomes: &mut Outcomes) -> bool {
    for (name, sections, status, details) in module::MODULES {
        let done = module::complaint(name, sections, status, details);
        let outcome = match done {
            Ok(()) => EXPECTED.to_owned(),
            Err(error) if error.to_string().contains("compiled without support for it") => {
                "no V8".to_owned()
            }
            Err(error) => error.to_string(),
        };
        outcomes.insert(format!("module {name}"), outcome);
    }
    outcomes.values().any(|outcome| outcome == EXPECTED)
}
