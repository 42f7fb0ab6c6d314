//! A defect of the module, asked for by a request. `testenv/trap` is the shipped module with one stage more.

use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use testenv::client::Request;
use testenv::report::{Checked, ensure};
use testenv::workers::WORKERS;
use testenv::{Bootstrap, repository};

use crate::edge::Edge;
use crate::load::{Cost, Tally};
use crate::mix;
use crate::row::{Row, Table};
use crate::world::World;
use crate::{storm, waiting};

/// How long after a trap its worker may refuse: one pause of the proxy before a fresh VM, and as much again.
pub const RECOVERY: Duration = Duration::from_secs(2);

/// The most that the refusal of the request with the trap may take, unless the machine takes longer for others as well.
const REFUSED_WITHIN: Duration = Duration::from_millis(10);

/// What a trap leaves in the log.
pub const LINES: [&str; 4] = ["panicked", "Function: proxy_on", "wasm", "Wasm"];

/// More than comes in between two looks: a service remembers no more.
const MOST_REMEMBERED: usize = 10_000;

/// Requests of the worker that has not trapped, right behind the trap.
const UNTOUCHED: usize = 20;

/// How long the work may take that ends late, with the load beside it.
const LATE: Duration = Duration::from_secs(10);

/// The burst of the limit whose counts are looked for behind a trap; the next comes back in an hour.
const BURST: usize = 30;

/// The most that a VM's memory may have left behind, once the VM is gone. It may take 1 GiB while it lives.
const LEFT_BEHIND: i64 = 128 << 20;

/// The module with the defect.
///
/// # Errors
/// When it is not there; the message says what makes it.
pub fn module() -> io::Result<PathBuf> {
    let path = repository().join("target/testing/trap.wasm");
    match path.is_file() {
        true => Ok(path),
        false => {
            Err(io::Error::other(format!("{} is missing: scripts/test survival builds it", path.display())))
        }
    }
}

/// All rows of this family.
pub fn run(world: &World, table: &Table) -> io::Result<()> {
    let module = module()?;
    waiting::slow_down(world);
    let edge = world.edge("traps", |bootstrap| configure(bootstrap, &module))?;
    table.suffer("panic before any stage", || panics(world, &edge, "panic"));
    table.suffer("panic behind all stages", || panics(world, &edge, "panic-last"));
    table.suffer("panic when a request is over", || panics_at_end(world, &edge));
    table.suffer("shared data behind a trap", || counts_stay(world, &edge));
    table.suffer("work that ends late", || works_late(world, &edge));
    table.suffer("requests that wait in a trapped VM", || waiting::run(world, &edge));
    table.suffer("all memory of a VM", || hoards(world, &edge));
    table.suffer("a storm of panics", || storm::run(world, &edge));
    Ok(())
}

fn configure(bootstrap: &mut Bootstrap, module: &PathBuf) -> io::Result<()> {
    bootstrap.plugin("clients")?["vm_config"]["code"]["local"]["filename"] = json!(module);
    let configuration = bootstrap.configuration("clients")?;
    configuration["ratelimit"] = json!({ "limits": { "few": {
        "requests": 1, "per_seconds": 3_600, "burst": BURST, "key": ["client_address"],
    } } });
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        if route["name"] == "health" {
            route["limits"] = json!(["few"]);
        }
    }
    waiting::trust_a_slow_issuer(bootstrap)
}

/// A good request that asks for a defect.
pub fn trap(world: &World, defect: &str) -> Checked<Request> {
    let token = world.mesh.issuer.token(&mix::user("trapper")?)?;
    Ok(Request::get(format!("/orders?defect={defect}")).bearer(&token).header("x-trap", defect))
}

/// That nothing that trapped since the last look has come through.
pub fn is_kept_out(world: &World) -> Checked<()> {
    let received = world.mesh.orders.take();
    ensure(received.len() < MOST_REMEMBERED, || "the service has forgotten some".to_owned())?;
    let through =
        received.iter().filter(|got| got.path.contains("defect=panic") && !got.path.contains("at-end"));
    let through = through.count();
    ensure(through == 0, || format!("{through} requests that trapped were forwarded"))
}

/// A VM of one worker after one of the other. Whoever refuses longer than it may, or at the other worker, is found out.
fn panics(world: &World, edge: &Edge, defect: &str) -> Checked<Row> {
    let trap = trap(world, defect)?;
    let load = edge.load(world, Cost::UNAVAILABLE);
    let (before, traps) = (edge.look()?, rounds(world));
    let (times, tally) = load.while_doing(|| {
        let one = |round| {
            let (at, took) = trap_one(world, edge, &trap, round as usize % WORKERS)?;
            thread::sleep(RECOVERY);
            Ok((at, took))
        };
        (0..traps).map(one).collect::<Checked<Vec<_>>>()
    });
    let times = times?;
    let after = edge.look()?;
    tally.is_right()?;
    after.is_as_before(&before, traps)?;
    after.has_logged_only(&edge.envoy, &before, &LINES)?;
    let longest = recovered(&tally, &times)?;
    let fastest = times.iter().map(|(_, took)| *took).min().unwrap_or_default();
    ensure(fastest <= REFUSED_WITHIN.max(tally.slowest), || {
        format!("the request with the trap is refused after {fastest:?}")
    })?;
    Ok(Row::of(&tally, &before, &after, traps)
        .saying(format!("503 after {fastest:?}, back after {longest:?}")))
}

fn rounds(world: &World) -> u64 {
    WORKERS as u64 + world.profile.lasts.as_secs() / 20
}

/// Trap the VM of this worker; the other one goes on as if nothing was. Gives when, and after what time the request was
/// refused.
fn trap_one(world: &World, edge: &Edge, trap: &Request, worker: usize) -> Checked<(Instant, Duration)> {
    let [mut first, mut second] = edge.workers()?;
    world.mesh.orders.take();
    let (trapped, other) = if worker == 0 { (&mut first, &mut second) } else { (&mut second, &mut first) };
    let at = Instant::now();
    let status = trapped.exchange(trap)?.status;
    let took = at.elapsed();
    ensure(status == 503, || format!("{status} for the request with the trap"))?;
    for _ in 0..UNTOUCHED {
        let status = other.exchange(&world.cases[0].request)?.status;
        ensure(status == 200, || format!("{status} by the worker that has not trapped"))?;
    }
    is_kept_out(world)?;
    Ok((at, took))
}

/// Every refusal that a trap has cost came in time after one. Gives the longest time.
fn recovered(tally: &Tally, traps: &[(Instant, Duration)]) -> Checked<Duration> {
    let mut longest = Duration::ZERO;
    for (at, client) in &tally.borne {
        let since =
            traps.iter().rev().find(|(trap, _)| trap <= at).map(|(trap, _)| at.duration_since(*trap));
        let since = since.ok_or_else(|| format!("client {client} was refused before any trap"))?;
        ensure(since <= RECOVERY, || format!("client {client} was refused {since:?} after a trap"))?;
        longest = longest.max(since);
    }
    Ok(longest)
}

/// The client has its answer; whoever comes next is served by a fresh VM.
fn panics_at_end(world: &World, edge: &Edge) -> Checked<Row> {
    let trap = trap(world, "panic-at-end")?;
    let load = edge.load(world, Cost::UNAVAILABLE);
    let traps = rounds(world);
    edge.under_with(&load, traps, &LINES, |edge| {
        for _ in 0..traps {
            let status = edge.ask(&trap)?.status;
            ensure(status == 200, || format!("{status} for a request that traps when it is over"))?;
            thread::sleep(RECOVERY);
        }
        let back = edge.serves(&world.cases[0])?;
        Ok(format!("its client has a 200, back after {back:?}"))
    })
}

/// What workers share is not of their VMs.
fn counts_stay(world: &World, edge: &Edge) -> Checked<Row> {
    let (trap, health) = (trap(world, "panic")?, Request::get("/healthz"));
    let load = edge.load(world, Cost::UNAVAILABLE);
    edge.under_with(&load, 1, &LINES, |edge| {
        let mut passed = spend(edge, &health, BURST / 3)?;
        let status = edge.ask(&trap)?.status;
        ensure(status == 503, || format!("{status} for the request with the trap"))?;
        thread::sleep(RECOVERY);
        passed += spend(edge, &health, BURST * 2)?;
        ensure(passed == BURST, || format!("{passed} of a burst of {BURST} have passed around a trap"))?;
        Ok(format!("{passed} of a burst of {BURST}"))
    })
}

/// How many of so many requests pass. The others are limited.
fn spend(edge: &Edge, request: &Request, requests: usize) -> Checked<usize> {
    let mut passed = 0;
    for _ in 0..requests {
        let status = edge.ask(request)?.status;
        ensure([200, 429].contains(&status), || format!("{status} where a limit counts"))?;
        passed += usize::from(status == 200);
    }
    Ok(passed)
}

/// One worker is busy and the other is not; nothing is refused, and nobody's VM is lost.
fn works_late(world: &World, edge: &Edge) -> Checked<Row> {
    let late = trap(world, "loop-bounded")?;
    edge.under(&edge.load(world, Cost::NONE), || {
        let at = Instant::now();
        let status = edge.ask(&late)?.status;
        let took = at.elapsed();
        ensure(status == 200, || format!("{status} for a request that takes long"))?;
        ensure(took < LATE, || format!("it took {took:?}"))?;
        let other = edge.ask(&world.cases[0].request)?.status;
        ensure(other == 200, || format!("{other} afterwards"))?;
        Ok(format!("one request took {took:?}, its worker with it"))
    })
}

/// A VM that wants all memory gets what the proxy gives a VM, and that comes back with the VM's end.
fn hoards(world: &World, edge: &Edge) -> Checked<Row> {
    let trap = trap(world, "oom")?;
    let load = edge.load(world, Cost::UNAVAILABLE);
    let row = edge.under_with(&load, 1, &LINES, |edge| {
        let at = Instant::now();
        let status = edge.ask(&trap)?.status;
        let took = at.elapsed();
        ensure(status == 503, || format!("{status} for the request that wants all memory"))?;
        thread::sleep(RECOVERY);
        let back = edge.serves(&world.cases[0])?;
        Ok(format!("503 after {took:?}, back after {back:?}"))
    })?;
    ensure(row.growth < LEFT_BEHIND, || format!("{} MiB are left behind", row.growth >> 20))?;
    Ok(row)
}
