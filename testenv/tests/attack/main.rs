//! Attacks on tokens through a real Envoy, and the same ones on Envoy's own filter beside it.

#![expect(clippy::disallowed_methods, reason = "answers are measured with a real clock")]

mod attack;
mod draft;
mod families;
mod forge;
mod numbers;
mod page;
mod partner;
mod proxies;
mod trial;

use std::collections::HashMap;
use std::time::{Duration, Instant};
use std::{io, thread};

use attack::{Attack, Expected};
use forge::{Forge, OwnKeys};
use partner::Partner;
use proxies::Proxies;
use serde_json::Value;
use testenv::client::{Request, exchange};
use testenv::{Side, gate};
use trial::{Traces, Trial};

/// The fewest attacks and controls.
const ATTACKS: usize = 150;
const CONTROLS: usize = 20;

/// How long both proxies may take to fetch their first keys.
const FIRST_KEYS: Duration = Duration::from_secs(10);

#[test]
fn every_attack_is_refused_in_time_for_its_own_reason() {
    let partner = Partner::new().unwrap();
    let proxies = Proxies::start(&partner).unwrap_or_else(|error| panic!("{error}"));
    let own = OwnKeys::of(&proxies.mesh.issuer);
    let forge = Forge::new(&own, &partner).unwrap();
    await_keys(&proxies, &forge);
    let trials = run(&proxies, &forge);
    let traces = traces(&proxies, &forge);

    let complaints: Vec<_> = trials.iter().filter_map(|trial| trial.complaint(&traces)).collect();
    complaints.iter().for_each(|complaint| println!("{complaint}"));
    print_slowest(&trials);
    let controls = counted("jwt.attack_controls", &trials, &traces, CONTROLS, Attack::is_control);
    let attacks = counted("jwt.attack_tokens", &trials, &traces, ATTACKS, |attack| !attack.is_control());
    assert!(controls && attacks, "{} of {} are not as they must be", complaints.len(), trials.len());

    assert_one_body_for_all_reasons(&trials);
    assert!(!forge.was_sprung(), "somebody fetched a key from where a token said");
    assert_unharmed(&proxies, &forge);
    assert_explained(&trials);
    page::check(&trials, &version(&proxies).unwrap()).unwrap_or_else(|error| panic!("{error}"));
}

/// Until then, a refusal may be for the lack of keys.
fn await_keys(proxies: &Proxies, forge: &Forge<'_>) {
    let start = Instant::now();
    for address in [proxies.mesh.reach.edge, proxies.native_address] {
        let request = Request::get("/orders").bearer(&forge.good().token());
        while !exchange(address, &request).is_ok_and(|answer| answer.status == 200) {
            assert!(start.elapsed() < FIRST_KEYS, "a good token is refused at {address}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn run(proxies: &Proxies, forge: &Forge<'_>) -> Vec<Trial> {
    let (ours, native) = (proxies.mesh.reach.edge, proxies.native_address);
    let mut trials = Vec::new();
    for family in families::all(forge) {
        for attack in family.attacks {
            let id = trials.len().to_string();
            trials.push(Trial::run(id, family.name, attack, ours, native));
        }
    }
    trials
}

/// Once the log has come as far as a request that is sent last.
fn traces(proxies: &Proxies, forge: &Forge<'_>) -> Traces {
    let last = Request::get("/orders").bearer(&forge.good().token());
    let last = exchange(proxies.mesh.reach.edge, &last).unwrap();
    let log = proxies.mesh.envoy(Side::Edge).access_log();
    log.by_request_id(last.request_id().unwrap()).expect("the last request is in the access log");
    Traces::new(log.entries(), &proxies.mesh.orders)
}

fn counted(
    name: &str,
    trials: &[Trial],
    traces: &Traces,
    least: usize,
    counts: impl Fn(&Attack) -> bool,
) -> bool {
    let counted: Vec<_> = trials.iter().filter(|trial| counts(&trial.attack)).collect();
    let right = counted.iter().filter(|trial| trial.complaint(traces).is_none());
    gate::count(name, right.count(), counted.len(), least)
}

fn print_slowest(trials: &[Trial]) {
    let refused = trials.iter().filter(|trial| !trial.attack.is_control());
    let (waiting, at_once): (Vec<_>, Vec<_>) = refused.partition(|trial| trial.attack.may_wait());
    for (what, trials) in [("refusal", at_once), ("refusal of an unknown key", waiting)] {
        if let Some(slowest) = trials.iter().max_by_key(|trial| trial.time) {
            let Trial { family, attack, time, .. } = slowest;
            println!("slowest {what}: {family} / {}: {time:?}", attack.name);
        }
    }
}

/// A client that is told more for one reason than for another learns from it.
fn assert_one_body_for_all_reasons(trials: &[Trial]) {
    let mut told: HashMap<(u16, Option<&str>), Value> = HashMap::new();
    for trial in trials {
        if let (Expected::Refused(refused), Some(body)) = (&trial.attack.expected, trial.told()) {
            let first = told.entry((refused.status, refused.error)).or_insert_with(|| body.clone());
            assert_eq!(*first, body, "{} / {}", trial.family, trial.attack.name);
        }
    }
    assert_eq!(told.len(), 3, "no credential, a bad one, two");
}

/// No trap, no crash, and a good token is taken as before.
fn assert_unharmed(proxies: &Proxies, forge: &Forge<'_>) {
    let edge = proxies.mesh.envoy(Side::Edge);
    assert_eq!(edge.stat("vm_reload").unwrap(), 0, "a VM has trapped");
    assert!(!edge.log().contains("panicked"), "a module has panicked");
    for address in [proxies.mesh.reach.edge, proxies.native_address] {
        let request = Request::get("/orders").bearer(&forge.good().token());
        assert_eq!(exchange(address, &request).unwrap().status, 200);
    }
}

/// A difference needs its reason on the page, and a reason needs its difference.
fn assert_explained(trials: &[Trial]) {
    let wrong = trials.iter().filter(|trial| trial.differs() != trial.attack.differs.is_some());
    let wrong: Vec<_> = wrong.map(Trial::summary).collect();
    assert!(wrong.is_empty(), "differences and their reasons do not fit:\n{}", wrong.join("\n"));
}

/// Which Envoy it was, as `1.40.0`.
fn version(proxies: &Proxies) -> io::Result<String> {
    let info = proxies.native.admin("/server_info")?;
    let info: Value = serde_json::from_str(&info)?;
    let version = info["version"].as_str().and_then(|version| version.split('/').nth(1));
    version.map(str::to_owned).ok_or_else(|| io::Error::other(format!("no version in {info}")))
}
