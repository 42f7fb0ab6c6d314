//! Input that no client should send, through raw sockets in HTTP/1.1 and HTTP/2: each gets the answer that the
//! standard or our documents give it, nothing that was refused reaches a service, nothing hangs, and the proxy is
//! as well afterwards as before.
//!
//! Where the proxy itself answers, the row says so: what it refuses, no filter is asked about.

#![expect(clippy::disallowed_methods, reason = "how long an answer takes is measured with a real clock")]

mod classes;
mod edge;
mod exchange;
mod judge;
mod refusal;
mod row;
mod streamer;
mod summary;
mod tap;
mod tokens;
mod unharmed;
mod world;

use testenv::report::Report;

use world::World;

/// The gate.
const GATE: &str = "faults.bad_input";

/// As many as there are: one that is gone must be noticed.
const ROWS: usize = 481;

#[test]
fn whatever_is_sent_the_answer_is_the_right_one_and_the_proxy_is_as_well_as_before() {
    let world = World::open().unwrap_or_else(|error| panic!("{error}"));
    let report = Report::of("input");
    let mut ran = Vec::new();
    for (at, row) in classes::all(&world.tokens).iter().enumerate() {
        let told = row::run(&world, row, &format!("row-{at}"));
        report.note(&format!("{}: {}", row.class, row.name), &told.verdict, told.took);
        ran.push(told);
    }
    report.case("all: one body for each cause", || world.bodies.are_constant());
    report.case("all: no module has panicked", || world.has_not_panicked());
    summary::print(&ran);
    let wrong = report.close(GATE, ROWS);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
