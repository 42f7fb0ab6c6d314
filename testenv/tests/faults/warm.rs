//! The issuer fails, or changes its keys, when keys are cached.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use testenv::Side;
use testenv::issuer::Algorithm;
use testenv::report::{Checked, Report, Verdict, ensure};

use crate::edge::{self, SHORTEST_REFRESH};
use crate::fault::{Fault, Material};
use crate::forgery::Forgery;
use crate::load::Load;
use crate::shop::{Shop, WAIT};

/// The issuer that does not fail.
const SOUND: &str = "sound";

/// Refreshes that the faults last for.
const REFRESHES: u32 = 2;

/// What chance takes off an interval at most: a tenth.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(9);

/// How long workers may take to see what one of them has fetched.
const SPREAD: Duration = Duration::from_millis(500);

/// What memory may grow by: one answer of Envoy's bound for callouts, read in one piece more, and what every
/// request costs.
const MOST_GROWTH: u64 = 64 * 1024 * 1024;

/// All faults at once, each at an issuer of its own, beside an issuer that rotates its keys as it should.
pub fn run(report: &Report, material: &Material) -> std::io::Result<()> {
    let faults = material.faults();
    let names: Vec<&str> = faults.iter().map(|fault| fault.name).chain([SOUND]).collect();
    let shop = Shop::open(&edge::options("faults-warm", &names, SHORTEST_REFRESH))?;
    let opened = Instant::now();
    report.case("one fetch at start for each issuer", || one_fetch_each(&shop, &names));
    for fault in &faults {
        shop.mesh.issuer.behave_at(&edge::path(fault.name), fault.behaviour.clone());
    }
    let (stop, start) = (AtomicBool::new(false), Instant::now());
    thread::scope(|scope| {
        let (shop, stop) = (&shop, &stop);
        let memory = scope.spawn(|| growth(shop, stop));
        let cases: Vec<_> =
            faults.iter().map(|fault| (fault, scope.spawn(|| warm(shop, fault, material, stop)))).collect();
        report.case("keys published before they sign", || rotation(shop));
        report.case("one fetch for each refresh", || one_fetch_per_refresh(shop, opened));
        stop.store(true, Ordering::Relaxed);
        for (fault, case) in cases {
            let verdict = case.join().unwrap_or_else(|_| Err("panicked".into()));
            report.note(&format!("{} with keys", fault.name), &verdict, start.elapsed());
        }
        let memory = memory.join().unwrap_or_else(|_| Err("panicked".into()));
        report.note("memory", &memory, start.elapsed());
    });
    report.case("edge with keys", || shop.is_unharmed());
    Ok(())
}

/// Two workers and the main thread share what one of them fetches.
fn one_fetch_each(shop: &Shop, names: &[&str]) -> Verdict {
    for name in names {
        let (answer, _) = shop.ask(&shop.token(name, &shop.first_key)?)?;
        ensure(answer.status == 200, || format!("{name} is answered with {} at first", answer.status))?;
    }
    thread::sleep(SPREAD);
    let fetches: Vec<_> =
        names.iter().map(|name| (name, shop.fetches(name))).filter(|(_, n)| *n != 1).collect();
    ensure(fetches.is_empty(), || format!("not fetched once: {fetches:?}"))?;
    Ok(format!("{} issuers, 1 fetch each", names.len()))
}

fn warm(shop: &Shop, fault: &Fault, material: &Material, stop: &AtomicBool) -> Verdict {
    match fault.reason {
        Some(reason) => goes_on(shop, fault.name, reason, material, stop),
        None => follows(shop, fault.name, material),
    }
}

/// No request fails or waits, and nothing of what the issuer says is believed.
fn goes_on(shop: &Shop, name: &str, reason: &str, material: &Material, stop: &AtomicBool) -> Verdict {
    let load = Load::run(shop, name, || Arc::clone(&shop.first_key), stop);
    let mut forgeries = shop.forgeries(name, material)?;
    let what = "the key of the set";
    forgeries.push(Forgery { what, token: shop.token(name, &material.next)? });
    shop.refuses(&forgeries, &[401])?;
    let failed = shop.failed(name, reason)?;
    Ok(format!("{}, {failed} x {reason}", load.is_well_within(WAIT)?))
}

/// A set with one good key is a set: its key is in force, and the one before it no more.
fn follows(shop: &Shop, name: &str, material: &Material) -> Verdict {
    await_fetch(shop, name)?;
    let (new, _) = shop.ask(&shop.token(name, &material.next)?)?;
    let (old, _) = shop.ask(&shop.token(name, &shop.first_key)?)?;
    let statuses = (new.status, old.status);
    ensure(statuses == (200, 401), || format!("{statuses:?} by the new key and the old one"))?;
    shop.refuses(&shop.forgeries(name, material)?, &[401])?;
    Ok("200 by the good one, 401 by the one before".to_owned())
}

/// Until all workers have what was published before.
fn await_fetch(shop: &Shop, name: &str) -> Checked<()> {
    let (before, start) = (shop.fetches(name), Instant::now());
    while shop.fetches(name) == before {
        ensure(start.elapsed() < SHORTEST_REFRESH * 2, || "nothing is fetched again".to_owned())?;
        thread::sleep(Duration::from_millis(50));
    }
    thread::sleep(SPREAD);
    Ok(())
}

/// Publish, wait, sign, retire: no request fails, and at the end the old key is no good.
fn rotation(shop: &Shop) -> Verdict {
    let done = AtomicBool::new(false);
    let signing = || shop.mesh.issuer.key(Algorithm::Es256);
    let (load, rotated) = thread::scope(|scope| {
        let load = scope.spawn(|| Load::run(shop, SOUND, signing, &done));
        let rotated = rotate(shop);
        done.store(true, Ordering::Relaxed);
        (load.join(), rotated)
    });
    rotated?;
    load.map_err(|_| "panicked")?.is_well_within(WAIT)
}

fn rotate(shop: &Shop) -> Checked<()> {
    let issuer = &shop.mesh.issuer;
    issuer.publish(Algorithm::Es256, "ec-2")?;
    await_fetch(shop, SOUND)?;
    issuer.sign_with("ec-2")?;
    let (old, _) = shop.ask(&shop.token(SOUND, &shop.first_key)?)?;
    ensure(old.status == 200, || format!("a token from before is answered with {}", old.status))?;
    thread::sleep(SPREAD);
    issuer.retire(shop.first_key.id());
    await_fetch(shop, SOUND)?;
    let (old, _) = shop.ask(&shop.token(SOUND, &shop.first_key)?)?;
    ensure(old.status == 401, || format!("a token by a retired key is answered with {}", old.status))
}

fn one_fetch_per_refresh(shop: &Shop, opened: Instant) -> Verdict {
    let most = opened.elapsed().as_secs() / SHORTEST_INTERVAL.as_secs();
    let refreshes = shop.fetches(SOUND) - 1;
    let in_bounds = (u64::from(REFRESHES)..=most).contains(&refreshes);
    ensure(in_bounds, || format!("{refreshes} refreshes instead of {REFRESHES} to {most}"))?;
    Ok(format!("{refreshes} refreshes in {:?}", opened.elapsed()))
}

/// The most that the edge has held more than at first.
fn growth(shop: &Shop, stop: &AtomicBool) -> Verdict {
    let edge = shop.mesh.envoy(Side::Edge);
    let first = edge.resident_bytes()?;
    let mut most = first;
    while !stop.load(Ordering::Relaxed) {
        most = most.max(edge.resident_bytes()?);
        thread::sleep(Duration::from_millis(5));
    }
    let growth = most - first;
    ensure(growth < MOST_GROWTH, || format!("grew by {} MiB", growth >> 20))?;
    Ok(format!("grew by {} MiB at most", growth >> 20))
}
