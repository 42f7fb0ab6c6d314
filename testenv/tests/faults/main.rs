//! An issuer that fails in every way: whatever it does, the edge answers rightly and in time, and asks it no
//! more than it must.

#![expect(clippy::disallowed_methods, reason = "waiting is measured with a real clock")]

mod cold;
mod edge;
mod fault;
mod forgery;
mod hostile;
mod load;
mod shop;
mod storm;
mod warm;

use testenv::report::Report;

use fault::Material;

/// As many as there are: one that is gone must be noticed.
const CASES: usize = 39;

#[test]
fn whatever_the_issuer_does_the_edge_answers_rightly_and_in_time() {
    let material = Material::new().unwrap();
    let report = Report::of("issuer fault");
    cold::run(&report, &material).unwrap_or_else(|error| panic!("{error}"));
    warm::run(&report, &material).unwrap_or_else(|error| panic!("{error}"));
    hostile::run(&report, &material).unwrap_or_else(|error| panic!("{error}"));
    storm::run(&report).unwrap_or_else(|error| panic!("{error}"));
    let wrong = report.close("jwt.faults", CASES);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
