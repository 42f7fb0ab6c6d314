//! Nothing breaks it: faults of every kind, each under a load whose every answer is checked.
//!
//! A row is one fault. While it strikes, requests come in at a steady pace, good ones and bad ones; each has one right
//! answer, and a fault may cost some of them a refusal where its row says so, but it may never let one pass that must
//! not. Before and after, the proxy is asked what it holds: memory, VMs, reloads, refused updates, lines of errors.
//!
//! What the issuer, the server of bundles and other plugins can do has tests of its own, with a load of their own:
//! `whatever_the_issuer_does_the_edge_answers_rightly_and_in_time` (down, slow, huge, garbled and swapped keys, rotation,
//! a flood of unknown keys, forged shared memory), and
//! `whatever_the_server_does_every_request_is_decided_by_one_good_version`. They are not counted here.

#![expect(clippy::disallowed_methods, reason = "faults take real time")]

mod aborts;
mod balance;
mod capabilities;
mod clock;
mod drain;
mod edge;
mod engine;
mod flips;
mod flood;
mod listeners;
mod load;
mod memory;
mod mix;
mod profile;
mod pushes;
mod reset;
mod restart;
mod row;
mod sidecar;
mod slope;
mod soak;
mod storm;
mod traps;
mod vitals;
mod waiting;
mod world;
mod worst;

use row::Table;
use world::World;

/// As many rows as there are: one that is gone must be noticed.
const ROWS: usize = 30;

#[test]
fn no_fault_lets_a_request_pass_or_lasts() {
    let world = World::new().unwrap_or_else(|error| panic!("{error}"));
    let table = Table::default();
    // The module with a defect first: that its reloads are counted is what makes the others' none worth something.
    for family in
        [traps::run, pushes::run, flips::run, engine::run, restart::run, sidecar::run, capabilities::run]
    {
        family(&world, &table).unwrap_or_else(|error| panic!("{error}"));
    }
    memory::run(&table);
    worst::run(&world, &table).unwrap_or_else(|error| panic!("{error}"));
    clock::run(&table);
    let wrong = table.close(ROWS);
    assert!(wrong.is_empty(), "{wrong:#?}");
}
