//! What goes on beside the faults: keys that are changed, and candidates.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use testenv::report::{Checked, Report, Verdict, ensure};

use crate::edge::Edge;
use crate::fault::BEFORE;
use crate::gate::{CANDIDATE, Gate, PATH};
use crate::warm::{EXCHANGE, SLACK};
use crate::watch::Load;
use crate::world::World;

/// The gates that [`run`] needs.
pub fn gates(world: &World) -> io::Result<[Gate; 2]> {
    let beside = Gate::new("candidate")?.beside_candidate();
    beside.server.publish(CANDIDATE, world.bundle(2)?);
    Ok([Gate::new("two-keys")?, beside])
}

/// Run both.
pub fn run(report: &Report, world: &World, edge: &Edge) {
    thread::scope(|scope| {
        scope.spawn(|| report.case("two keys that take turns", || two_keys(world, edge)));
        scope.spawn(|| report.case("a candidate beside", || candidate(world, edge)));
    });
}

/// Both keys are trusted: versions by the one and by the other follow each other.
fn two_keys(world: &World, edge: &Edge) -> Verdict {
    let gate = edge.gate("two-keys");
    let ((), seen) = Load::LIGHT.while_doing(edge, gate, &world.request()?, |watch| {
        watch.until(BEFORE, Instant::now(), EXCHANGE + SLACK)?;
        for (version, key) in [(2, 1), (3, 1), (4, 0)] {
            gate.server.publish(PATH, world.draft(version).sign(&world.trusted[key])?);
            watch.until(version, Instant::now(), EXCHANGE + SLACK)?;
        }
        Ok(())
    })?;
    seen.check(&[BEFORE, 2, 3, 4])?;
    Ok(format!("{}, by ES256, EdDSA, EdDSA, ES256", seen.summary()))
}

/// The candidate would refuse everything, then nothing, and then is none; whatever it says is counted, and
/// decides nothing.
fn candidate(world: &World, edge: &Edge) -> Verdict {
    let gate = edge.gate("candidate");
    let (counts, seen) = Load::LIGHT.while_doing(edge, gate, &world.request()?, |watch| {
        watch.until(BEFORE, Instant::now(), EXCHANGE + SLACK)?;
        await_candidate(edge, 2)?;
        let differs = growth(edge, "differs")?;
        gate.server.publish(CANDIDATE, world.bundle(3)?);
        await_candidate(edge, 3)?;
        let agrees = growth(edge, "agrees")?;
        let log = edge.envoy.log().len();
        gate.server.publish(CANDIDATE, world.draft(4).sign(&world.stranger)?);
        thread::sleep(EXCHANGE);
        let failed = edge.failed(gate, log, "bundle_key_unknown")?;
        ensure(failed > 0, || "the bad candidate was not refused".to_owned())?;
        let still = growth(edge, "agrees")?;
        Ok([differs, agrees, still])
    })?;
    seen.check(&[BEFORE])?;
    ensure(edge.failed(gate, 0, "bundle_key_unknown")? > 0, || {
        "the bad candidate was not refused".to_owned()
    })?;
    let told = edge.envoy.access_log().entries();
    let told =
        told.iter().filter(|entry| entry.decision().to_string().contains("candidate:deny:v2-a,v2-b"));
    let told = told.count();
    ensure(told > 0, || "no record tells of a difference".to_owned())?;
    Ok(format!("{}, in a second {counts:?} differ, agree, agree; {told} records", seen.summary()))
}

/// Until every worker judges by this version of the candidate.
fn await_candidate(edge: &Edge, version: u64) -> Checked<()> {
    let (start, told) = (Instant::now(), format!("candidate: version {version} of the bundle is in force"));
    while edge.envoy.log().matches(&told).count() < 3 {
        ensure(start.elapsed() < EXCHANGE + SLACK, || format!("no worker says: {told}"))?;
        thread::sleep(Duration::from_millis(50));
    }
    let gauge = edge.envoy.stat("authz.candidate.bundle.version")?;
    ensure(gauge == version, || format!("the gauge says {gauge}"))
}

/// What is counted in a second: the one kind grows, the other does not.
fn growth(edge: &Edge, kind: &str) -> Checked<u64> {
    let count = |kind: &str| edge.envoy.stat(&format!("authz.candidate.{kind}")).unwrap_or_default();
    let all = || ["differs", "agrees"].map(count);
    let before = all();
    thread::sleep(Duration::from_secs(1));
    let after = all();
    let grown = [after[0] - before[0], after[1] - before[1]];
    let (of_it, of_other) = if kind == "differs" { (grown[0], grown[1]) } else { (grown[1], grown[0]) };
    ensure(of_it > 0 && of_other == 0, || format!("{grown:?} more differ and agree"))?;
    Ok(of_it)
}
