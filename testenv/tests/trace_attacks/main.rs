//! Whose identity does a call carry? Attacks on the re-attachment of the internal token, on real Envoys with
//! two workers each. What counts is what payments has received.

mod app;
mod cases;
mod report;
mod shop;

use cases::{application, client, formats, neighbour, plugin, tracer};
use report::Report;
use shop::Shop;
use testenv::Options;

/// As many as there are: one that is gone must be noticed.
const CASES: usize = 44;

#[test]
fn no_call_carries_an_identity_that_is_not_its_own() {
    let report = Report::of_attacks();
    run(&report).unwrap_or_else(|error| panic!("{error}"));
    let wrong = report.close("identity.trace_attacks", CASES);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn run(report: &Report) -> std::io::Result<()> {
    let shop = Shop::open(Options::new("trace-attacks"))?;
    client::run(report, &shop);
    application::run(report, &shop);
    neighbour::run(report, &shop);
    report.case("the shop is unharmed", || shop.is_unharmed());
    drop(shop);
    plugin::run(report)?;
    formats::run(report)?;
    tracer::run(report)
}
