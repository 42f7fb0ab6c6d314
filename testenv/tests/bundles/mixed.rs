//! Faults of every kind at once, at an edge with a gate for each: some before there are policies, all of them
//! after.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use testenv::report::{Report, Verdict, ensure};

use crate::edge::Edge;
use crate::fault::{self, BEFORE, Fault, IN_FORCE};
use crate::gate::Gate;
use crate::world::World;
use crate::{aside, cold, log, warm};

/// Those that strike before the edge starts, too. The others are told apart by the same code, whenever they come.
const AT_START: [&str; 8] = [
    "refused-connection",
    "status-500-with-bundle",
    "slow",
    "34-mb",
    "bad-signature",
    "expired",
    "truncated",
    "unknown-attribute",
];

/// What memory may grow by while several gates are answered with more than Envoy buffers: that bound, once more
/// as it is moved, and what every request and every version in force costs.
const MOST_GROWTH: u64 = 160 << 20;

/// Run them.
pub fn run(report: &Report, world: &World) -> io::Result<()> {
    let faults = fault::all(world)?;
    let (unasked, replayed) = (fault::unasked(), fault::replayed(world)?);
    let at_start = faults.iter().filter(|fault| AT_START.contains(&fault.name));
    let at_start: Vec<&Fault> = at_start.chain([&unasked, &replayed]).collect();
    let mut gates = Vec::new();
    for fault in &at_start {
        let gate = Gate::new(&cold::gate_name(fault))?.at_least(IN_FORCE);
        fault.strike(&gate);
        gates.push(gate);
    }
    for fault in &faults {
        gates.push(Gate::new(fault.name)?);
    }
    gates.extend(aside::gates(world)?);
    for gate in &gates[at_start.len()..] {
        gate.publish(world, BEFORE)?;
    }
    let edge = Edge::start(world, "edge-mixed", gates)?;
    cold::run(report, world, &edge, &at_start);
    report.case("memory while all of them fail", || {
        while_watching(&edge, || {
            thread::scope(|scope| {
                scope.spawn(|| warm::run(report, world, &edge, &faults));
                scope.spawn(|| aside::run(report, world, &edge));
            });
        })
    });
    report.case("edge with faults", || edge.is_unharmed());
    report.case("records of the edge with faults", || log::check(&edge));
    Ok(())
}

/// The most that the edge has held more than at first, while `act` runs.
fn while_watching(edge: &Edge, act: impl FnOnce()) -> Verdict {
    let stop = AtomicBool::new(false);
    let first = edge.envoy.resident_bytes()?;
    let most = thread::scope(|scope| {
        let most = scope.spawn(|| {
            let mut most = first;
            while !stop.load(Ordering::Relaxed) {
                most = most.max(edge.envoy.resident_bytes().unwrap_or(u64::MAX));
                thread::sleep(Duration::from_millis(5));
            }
            most
        });
        act();
        stop.store(true, Ordering::Relaxed);
        most.join().unwrap_or(u64::MAX)
    });
    let (growth, last) = (most - first, edge.envoy.resident_bytes()?);
    ensure(growth < MOST_GROWTH, || format!("grew by {} MiB", growth >> 20))?;
    Ok(format!("{} MiB, {} more at most, {} in the end", first >> 20, growth >> 20, last >> 20))
}
