//! The server fails, or what it serves is no good, when a version is in force.

use std::thread;
use std::time::{Duration, Instant};

use testenv::report::{Checked, Report, Verdict, ensure};

use crate::edge::Edge;
use crate::fault::{BEFORE, CURE, Fault, IN_FORCE, Kind};
use crate::gate::Gate;
use crate::watch::{Load, Watch};
use crate::world::World;

/// Attempts that fail before the server is well again.
const FAILURES: usize = 3;

/// How long they may take: a refresh, and pauses of one second and of two, each with an attempt that may run into
/// its timeout.
const FAILING: Duration = Duration::from_secs(15);

/// Refreshes that a bundle which does not compile is served for.
const SERVED: Duration = Duration::from_secs(4);

/// How long a version may take that is fetched at the next refresh.
pub const EXCHANGE: Duration = Duration::from_secs(3);

/// Added to deadlines for a machine that has other things to do.
pub const SLACK: Duration = Duration::from_millis(2_500);

/// Every fault at once, each at a gate of its own, under load.
pub fn run(report: &Report, world: &World, edge: &Edge, faults: &[Fault]) {
    thread::scope(|scope| {
        for fault in faults {
            scope.spawn(|| {
                let gate = edge.gate(fault.name);
                report.case(&format!("{} with policies", fault.name), || warm(world, edge, gate, fault));
            });
        }
    });
}

fn warm(world: &World, edge: &Edge, gate: &Gate, fault: &Fault) -> Verdict {
    let request = world.request()?;
    let ((failed, cured), seen) = Load::LIGHT.while_doing(edge, gate, &request, |watch| {
        watch.until(BEFORE, Instant::now(), EXCHANGE + SLACK)?;
        gate.publish(world, IN_FORCE)?;
        watch.until(IN_FORCE, Instant::now(), EXCHANGE + SLACK)?;
        let (log, struck) = (edge.envoy.log().len(), Instant::now());
        fault.strike(gate);
        let failed = suffer(edge, gate, fault, log)?;
        watch.seen().between(struck, Instant::now()).check(&[IN_FORCE])?;
        Ok((failed, cure(world, edge, gate, fault, log, watch)?))
    })?;
    seen.check(&[BEFORE, IN_FORCE, CURE])?;
    Ok(format!("{}, {failed} x {}, cured after {cured:.1?}", seen.summary(), fault.reason))
}

/// Until it has failed often enough; how often that is.
fn suffer(edge: &Edge, gate: &Gate, fault: &Fault, log: usize) -> Checked<usize> {
    if matches!(fault.kind, Kind::Uncompilable(_)) {
        thread::sleep(SERVED);
        return refused_once_by_each(edge, gate, fault, log);
    }
    let start = Instant::now();
    loop {
        let failed = edge.failed(gate, log, fault.reason)?;
        if failed >= FAILURES {
            return Ok(failed);
        }
        ensure(start.elapsed() < FAILING, || format!("only {failed} fetches have failed"))?;
        thread::sleep(Duration::from_millis(100));
    }
}

/// Two workers and the main thread find it out, each once, whoever has fetched it.
fn refused_once_by_each(edge: &Edge, gate: &Gate, fault: &Fault, log: usize) -> Checked<usize> {
    let (refused, failed) = (edge.refused(log, fault.reason), edge.failed(gate, log, "none")?);
    ensure((refused, failed) == (3, 0), || format!("{refused} refusals, {failed} failed fetches"))?;
    Ok(refused)
}

/// The server is well again: how long until every worker decides by what it has now.
fn cure(
    world: &World,
    edge: &Edge,
    gate: &Gate,
    fault: &Fault,
    log: usize,
    watch: &Watch,
) -> Checked<Duration> {
    let start = Instant::now();
    fault.end(gate, world, CURE)?;
    let failed = edge.failed(gate, log, fault.reason)?;
    let first = watch.until(CURE, start, back_off(failed) + EXCHANGE + SLACK)?;
    Ok(first.into_iter().max().unwrap_or_default())
}

/// The pause after so many failures in a row.
pub fn back_off(failures: usize) -> Duration {
    let doublings = u32::try_from(failures.saturating_sub(1)).unwrap_or(u32::MAX);
    if failures == 0 { Duration::ZERO } else { Duration::from_secs(1 << doublings.min(6)) }
}
