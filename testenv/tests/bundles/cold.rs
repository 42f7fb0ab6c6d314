//! The server fails, or what it serves is no good, before any version was in force.

use std::thread;
use std::time::{Duration, Instant};

use testenv::client::Connection;
use testenv::report::{Checked, Report, Verdict, ensure};

use crate::edge::Edge;
use crate::fault::{Fault, Kind};
use crate::gate::Gate;
use crate::sighting::Seen;
use crate::warm::{EXCHANGE, SLACK};
use crate::world::World;

/// How long a request may wait for policies.
const WAIT: Duration = Duration::from_secs(2);

/// How long the way back may take: the longest pause between attempts is a minute, and these outages are too
/// short for it.
const RECOVERY: Duration = Duration::from_secs(20);

/// What is published in the end.
const FIRST: u64 = 7;

/// What the gate of a fault is called that strikes before the edge starts.
pub fn gate_name(fault: &Fault) -> String {
    format!("{}-at-start", fault.name)
}

/// Every fault at once, each at a gate of its own.
pub fn run(report: &Report, world: &World, edge: &Edge, faults: &[&Fault]) {
    thread::scope(|scope| {
        for fault in faults {
            scope.spawn(|| {
                let gate = edge.gate(&gate_name(fault));
                report.case(&format!("{} at start", fault.name), || cold(world, edge, gate, fault));
            });
        }
    });
}

fn cold(world: &World, edge: &Edge, gate: &Gate, fault: &Fault) -> Verdict {
    let waited = unavailable(world, edge, gate)?;
    let because = match fault.kind {
        Kind::Uncompilable(_) => edge.refused(0, fault.reason),
        Kind::Serves(_) | Kind::Behaves(_) | Kind::Stopped => edge.failed(gate, 0, fault.reason)?,
    };
    ensure(because > 0, || format!("nothing has failed for {}", fault.reason))?;
    fault.end(gate, world, FIRST)?;
    let back = recovers(world, gate)?;
    Ok(format!("503 after {waited:.1?}, {because} x {}, back after {back:.1?}", fault.reason))
}

/// A good request is refused in time, and told when to come again.
fn unavailable(world: &World, edge: &Edge, gate: &Gate) -> Checked<Duration> {
    let (start, request) = (Instant::now(), world.request()?);
    let answer = Connection::plain(gate.address())?.exchange(&request)?;
    let waited = start.elapsed();
    ensure(Seen::of(&answer) == Seen::NoPolicies, || format!("{:?}", Seen::of(&answer)))?;
    ensure(waited < WAIT + SLACK, || format!("waited {waited:?}"))?;
    let log = edge.envoy.access_log();
    let entry = answer.request_id().and_then(|id| log.by_request_id(id));
    let refusal = entry.as_ref().and_then(|entry| entry.refusal());
    ensure(refusal == Some(("authz", "policies_never_loaded")), || format!("refused for {refusal:?}"))?;
    Ok(waited)
}

fn recovers(world: &World, gate: &Gate) -> Checked<Duration> {
    let (start, request) = (Instant::now(), world.request()?);
    loop {
        let answer = Connection::plain(gate.address())?.exchange(&request)?;
        match Seen::of(&answer) {
            Seen::By(FIRST) => return Ok(start.elapsed()),
            Seen::NoPolicies => {}
            other => return Err(format!("{other:?} while the policies are on their way").into()),
        }
        ensure(start.elapsed() < RECOVERY + EXCHANGE, || "the server is back, the edge is not".to_owned())?;
    }
}
