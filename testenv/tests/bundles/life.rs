//! A bundle through its life at one edge: fetched again and again, exchanged, out of reach, over, and replayed
//! when the edge starts anew. Two gates have the same versions: at the one, workers share what one of them
//! fetches; at the other, each fetches for itself.

use std::io;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use testenv::policies::Answered;
use testenv::report::{Report, Verdict, ensure};
use testenv::workers::WORKERS;
use testenv::{gate, metrics};

use crate::edge::Edge;
use crate::gate::{Gate, PATH};
use crate::log;
use crate::sighting::{Seen, Sightings};
use crate::warm::{EXCHANGE, SLACK, back_off};
use crate::watch::{Load, Watch};
use crate::world::World;

/// Versions that follow each other.
const PUSHES: u64 = 20;

/// How long after its publication a version must decide at every worker: a refresh, and two seconds.
const MOST: Duration = Duration::from_secs(3);

/// Two workers and the main thread, each of which fetches where they do not share.
const VMS: u64 = 3;

/// How long nothing happens, in refreshes.
const QUIET: u64 = 5;

/// How long the server is out of reach.
const OUTAGE: Duration = Duration::from_secs(5);

/// What one clock may be read apart by at its source and at an answer.
const BLUR: Duration = Duration::from_millis(150);

/// The version at which the outage finds everybody.
const LAST_PUSH: u64 = PUSHES + 1;

/// The one that ends soon.
const ENDING: u64 = LAST_PUSH + 1;

/// The one that makes up for it.
const AFTER: u64 = ENDING + 1;

/// Run it.
pub fn run(report: &Report, world: &World) -> io::Result<()> {
    let gates = vec![Gate::new("shared")?, Gate::new("alone")?.alone()];
    for gate in &gates {
        gate.publish(world, 1)?;
    }
    let edge = Edge::start(world, "edge-life", gates)?;
    let together = Barrier::new(edge.gates.len());
    thread::scope(|scope| {
        for gate in &edge.gates {
            let (edge, together) = (&edge, &together);
            let name = format!("life of a bundle, {}", gate.name);
            scope.spawn(move || report.case(&name, || live(report, world, edge, gate, together)));
        }
    });
    report.case("edge through a life", || edge.is_unharmed());
    report.case("records of a life", || log::check(&edge));
    report.case("metrics of a life", || is_measured(&edge));
    drop(edge);
    restart(report, world)
}

/// Dashboard and alerts ask for nothing about bundles that this edge does not serve.
fn is_measured(edge: &Edge) -> Verdict {
    let (asked, absent) = metrics::missing(&metrics::served(&edge.envoy)?, &["watchword_authz"])?;
    ensure(gate::count("ship.metrics_bundle", asked - absent.len(), asked, 6), || format!("{absent:?}"))?;
    Ok(format!("{asked} metrics"))
}

/// One after the other, at one gate, which is asked all the time. The servers are out of reach `together`: both
/// gates tell of their age by one gauge.
fn live(report: &Report, world: &World, edge: &Edge, gate: &Gate, together: &Barrier) -> Verdict {
    let of = |what: &str| format!("{what}, {}", gate.name);
    let ((), seen) = Load::DENSE.while_doing(edge, gate, &world.request()?, |watch| {
        let began = watch.until(1, Instant::now(), EXCHANGE + SLACK);
        report.case(&of("nothing new"), || quiet(edge, gate));
        report.case(&of("20 versions"), || pushes(world, gate, watch));
        together.wait();
        report.case(&of("out of reach"), || outage(edge, gate, watch));
        together.wait();
        report.case(&of("the end of a term"), || term(world, gate, watch));
        began.map(drop)
    })?;
    seen.check_order()?;
    let wrong = seen.0.iter().find(|sighting| matches!(sighting.seen, Seen::Wrong(_)));
    ensure(wrong.is_none(), || format!("{wrong:?}"))?;
    Ok(seen.summary())
}

/// One request for each refresh, by one for all or by each, and none of them is given what is there already.
fn quiet(edge: &Edge, gate: &Gate) -> Verdict {
    let before = gate.server.answered_at(PATH);
    thread::sleep(Duration::from_secs(QUIET));
    let after = gate.server.answered_at(PATH);
    let (requests, whole) = (after.requests - before.requests, after.whole - before.whole);
    let each = if gate.name == "shared" { 1 } else { VMS };
    // Chance takes a tenth off the interval at most; ticks come late.
    let fits = (each * (QUIET - 1)..=each * (QUIET + 1)).contains(&requests) && whole == 0;
    ensure(fits, || format!("{requests} requests, {whole} of them given the document"))?;
    let age = edge.envoy.stat("authz.bundle.age_seconds")?;
    ensure(age <= 2, || format!("the gauge says {age} seconds"))?;
    Ok(format!("{requests} x 304 in {QUIET} s, age {age} s"))
}

fn pushes(world: &World, gate: &Gate, watch: &Watch) -> Verdict {
    let (mut delays, mut slowest) = (Vec::new(), Duration::ZERO);
    for version in 2..=LAST_PUSH {
        // At another moment between two refreshes each time.
        thread::sleep(Duration::from_millis(version * 350 % 1_000));
        let start = Instant::now();
        gate.publish(world, version)?;
        let first = watch.until(version, start, MOST)?;
        thread::sleep(BLUR);
        let by = watch.seen().between(start, Instant::now());
        by.check(&[version - 1, version])?;
        slowest = slowest.max(by.slowest());
        delays.extend(first);
    }
    delays.sort_unstable();
    ensure(delays.len() == WORKERS * PUSHES as usize, || format!("{} exchanges", delays.len()))?;
    let times = [0, delays.len() / 2, delays.len() - 1].map(|at| delays[at].as_millis());
    Ok(format!("min, median, max {times:?} ms, slowest answer meanwhile {slowest:.1?}"))
}

/// Nobody listens: what is in force stays, and grows old.
fn outage(edge: &Edge, gate: &Gate, watch: &Watch) -> Verdict {
    let start = Instant::now();
    gate.server.stop();
    thread::sleep(OUTAGE);
    let (from, until) = (OUTAGE.as_secs() - 2, OUTAGE.as_secs() + 1);
    let age = edge.envoy.stat("authz.bundle.age_seconds")?;
    let before: Answered = gate.server.answered_at(PATH);
    gate.server.go_on()?;
    ensure((from..=until).contains(&age), || format!("the gauge says {age} seconds"))?;
    let back = Instant::now();
    while gate.server.answered_at(PATH).requests == before.requests {
        ensure(back.elapsed() < back_off(4) + SLACK, || "nobody asks again".to_owned())?;
        thread::sleep(Duration::from_millis(10));
    }
    let seen = watch.seen().between(start, Instant::now());
    seen.check(&[LAST_PUSH])?;
    Ok(format!("age {age} s, asked again after {:.1?}, {}", back.elapsed(), seen.summary()))
}

/// A version ends while nobody serves a newer one: it decides until then, and nothing does from then on.
fn term(world: &World, gate: &Gate, watch: &Watch) -> Verdict {
    const SECONDS: i64 = 6;
    let draft = world.draft(ENDING).lasts(0, SECONDS);
    let end = draft.claims["not_after"].as_u64().unwrap_or_default();
    gate.server.publish(PATH, draft.sign(&world.trusted[0])?);
    let published = Instant::now();
    watch.until(ENDING, published, MOST)?;
    gate.server.stop();
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let end = Instant::now() + Duration::from_secs(end).saturating_sub(now);
    thread::sleep(end.saturating_duration_since(Instant::now()) + Duration::from_secs(1));
    let before = watch.seen().between(published, end - BLUR);
    before.check(&[LAST_PUSH, ENDING])?;
    let after = watch.seen().between(end + BLUR, Instant::now());
    ensure(without_policies(&after), || format!("{} decided after the end", after.summary()))?;
    gate.publish(world, AFTER)?;
    gate.server.go_on()?;
    let back = watch.until(AFTER, Instant::now(), back_off(4) + MOST + SLACK)?;
    Ok(format!("{} before, {} x 503 after, back after {back:.1?}", before.0.len(), after.0.len()))
}

fn without_policies(seen: &Sightings) -> bool {
    !seen.0.is_empty() && seen.0.iter().all(|sighting| sighting.seen == Seen::NoPolicies)
}

/// The edge starts anew, and is served what was good before: `min_version` is what it has against that. Without
/// it the replay decides until the end of its own term, or until something newer comes.
fn restart(report: &Report, world: &World) -> io::Result<()> {
    let gates = vec![Gate::new("bounded")?.at_least(AFTER), Gate::new("unbounded")?];
    for gate in &gates {
        gate.publish(world, 1)?;
    }
    let edge = Edge::start(world, "edge-again", gates)?;
    report.case("a replay at a restart, bounded", || replayed(world, &edge, edge.gate("bounded"), false));
    report
        .case("a replay at a restart, unbounded", || replayed(world, &edge, edge.gate("unbounded"), true));
    report.case("edge started again", || edge.is_unharmed());
    Ok(())
}

fn replayed(world: &World, edge: &Edge, gate: &Gate, is_taken: bool) -> Verdict {
    let (taken, seen) = Load::LIGHT.while_doing(edge, gate, &world.request()?, |watch| {
        thread::sleep(EXCHANGE);
        let taken = watch.seen().check(&[1]).is_ok();
        let refused = without_policies(&watch.seen());
        ensure(taken == is_taken && refused != is_taken, || format!("taken {taken}, refused {refused}"))?;
        gate.publish(world, AFTER)?;
        watch.until(AFTER, Instant::now(), back_off(4) + MOST + SLACK)?;
        gate.publish(world, 1)?;
        let (replayed, log) = (Instant::now(), edge.envoy.log().len());
        thread::sleep(EXCHANGE);
        watch.seen().between(replayed, Instant::now()).check(&[AFTER])?;
        let reason = if is_taken { "bundle_older" } else { "bundle_too_old" };
        ensure(edge.failed(gate, log, reason)? > 0, || format!("nothing has failed for {reason}"))?;
        Ok(if taken { "decides" } else { "503" })
    })?;
    Ok(format!(
        "{taken} at first, {} in all, version {AFTER} and none before it afterwards",
        seen.summary()
    ))
}
