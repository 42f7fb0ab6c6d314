//! Whatever the engine does, the edge answers in time, and what its configuration says.

use std::io;
use std::time::Duration;

use serde_json::json;
use testenv::Side;
use testenv::client::{Answer, Connection};
use testenv::engine::Conduct;
use testenv::report::{Checked, Report, Verdict, ensure};

use crate::edge::FAILURES;
use crate::fault::{Fault, LISTED, TIMEOUT, Want, faults};
use crate::shop::{Outcome, Shop};

/// As many as there are, for each of two edges, and how each is afterwards: one that is gone must be noticed.
const CASES: usize = 2 * (17 + 1);

/// Requests of each worker during each: too few to open the circuit.
const SAMPLES: usize = FAILURES - 1;

/// What a decision may take beside the deadline of the call.
const SLACK: Duration = Duration::from_millis(5);

/// How often the time of a decision is measured before it counts as too long.
const ATTEMPTS: usize = 3;

/// How it is said that one took too long.
const TOO_LATE: &str = "decided after";

/// Beginnings of names of fields that only an engine would add.
const FOREIGN: [&str; 5] = ["x-quota", "x-split", "x-many", "set-cookie", "x-watchword"];

#[test]
fn whatever_the_engine_does_the_edge_answers_as_configured_and_in_time() {
    let report = Report::of("engine fault");
    for (when_down, status) in [("refuse", 503), ("allow", 200)] {
        let shop = Shop::open(&format!("engines-faults-{when_down}"), |edge| {
            edge.global("when_down", json!(when_down))
                .service("timeout_ms", json!(TIMEOUT.as_millis() as u64))
                .service("response_headers", json!([LISTED]))
        });
        let mut workers = shop.workers().unwrap();
        let baseline = baseline(&shop, &mut workers).unwrap();
        println!("a request that an engine decides at once takes {baseline:?}");
        for fault in faults() {
            report.case(&format!("{}, {when_down}", fault.name), || {
                suffer_unhurried(&shop, &mut workers, &fault, (status, baseline))
            });
        }
        for worker in ["worker_0.downstream_cx_total", "worker_1.downstream_cx_total"] {
            let connections = shop.mesh.envoy(Side::Edge).stat(worker).unwrap();
            assert!(connections > 0, "{worker} has served nobody: the test shows half");
        }
        report.case(&format!("edge afterwards, {when_down}"), || shop.is_unharmed());
    }
    let wrong = report.close("limit.engine_faults", CASES);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The median of a request while all is well.
fn baseline(shop: &Shop, workers: &mut [Connection]) -> Checked<Duration> {
    recover(shop, workers)?;
    Ok(median(&sample(shop, workers, 10 * SAMPLES)?))
}

/// A machine that is busy elsewhere wakes nobody in time. Whoever is late by itself is so every time.
fn suffer_unhurried(
    shop: &Shop,
    workers: &mut [Connection],
    fault: &Fault,
    known: (u16, Duration),
) -> Verdict {
    let mut verdict = suffer(shop, workers, fault, known);
    for _ in 1..ATTEMPTS {
        if verdict.as_ref().is_err_and(|wrong| wrong.to_string().starts_with(TOO_LATE)) {
            verdict = suffer(shop, workers, fault, known);
        }
    }
    verdict
}

/// Requests during a fault, and the way back. Beside it: what the limit answers without the engine, and how long a
/// request takes with it.
fn suffer(
    shop: &Shop,
    workers: &mut [Connection],
    fault: &Fault,
    (when_down, baseline): (u16, Duration),
) -> Verdict {
    shop.engine.take();
    match &fault.conduct {
        Some(conduct) => shop.engine.behave(conduct.clone()),
        None => shop.engine.stop(),
    }
    let outcomes = sample(shop, workers, SAMPLES)?;
    let calls = shop.engine.take().len();
    shop.engine.behave(Conduct::Count);
    shop.engine.go_on()?;
    let back = recover(shop, workers)?;

    let asked = if fault.conduct.is_some() { outcomes.len() } else { 0 };
    ensure(calls == asked, || format!("{calls} calls for {} requests", outcomes.len()))?;
    outcomes.iter().try_for_each(|outcome| is_wanted(outcome, fault.want, when_down))?;
    nothing_foreign(shop, &outcomes)?;
    let (usual, slowest) = (median(&outcomes), outcomes.iter().map(|outcome| outcome.took).max());
    let most = baseline + TIMEOUT + SLACK;
    ensure(usual <= most, || format!("{TOO_LATE} {usual:?}, which is more than {most:?}"))?;
    Ok(format!("{usual:?}, at most {:?}, back after {back:?}", slowest.unwrap_or_default()))
}

/// So many requests of each worker.
fn sample(shop: &Shop, workers: &mut [Connection], requests: usize) -> Checked<Vec<Outcome>> {
    let connections = workers.iter_mut().flat_map(|connection| {
        let outcomes: Vec<_> = (0..requests).map(|_| shop.ask_on(connection)).collect();
        outcomes
    });
    Ok(connections.collect::<io::Result<_>>()?)
}

/// Each worker finds out for itself that the engine is back. Gives how long the last one took.
fn recover(shop: &Shop, workers: &mut [Connection]) -> Checked<Duration> {
    let times = workers.iter_mut().map(|connection| shop.recovers_on(connection));
    Ok(times.collect::<Checked<Vec<_>>>()?.into_iter().max().unwrap_or_default())
}

fn median(outcomes: &[Outcome]) -> Duration {
    let mut times: Vec<_> = outcomes.iter().map(|outcome| outcome.took).collect();
    times.sort();
    times[times.len() / 2]
}

fn is_wanted(outcome: &Outcome, want: Want, when_down: u16) -> Checked<()> {
    let got = (outcome.answer.status, outcome.open);
    let (engine, configured) = (got == (200, false), got == (when_down, when_down == 200));
    let wanted = match want {
        Want::Engine | Want::EngineAndField => engine,
        Want::WhenDown => configured,
        Want::Either => engine || configured,
    };
    ensure(wanted, || format!("{got:?} (status, uncounted) instead of {want:?}"))?;
    let listed = outcome.answer.header(LISTED);
    ensure(want != Want::EngineAndField || listed == Some("gold"), || format!("{LISTED} is {listed:?}"))
}

/// No field of the engine is in an answer but the one that is listed, whole, and none reaches the service.
fn nothing_foreign(shop: &Shop, outcomes: &[Outcome]) -> Checked<()> {
    for outcome in outcomes {
        let foreign = foreign(&outcome.answer.headers);
        ensure(foreign.is_empty(), || format!("the answer has {foreign:?}"))?;
        ensure(is_of_the_service(&outcome.answer), || "the answer is another one".to_owned())?;
    }
    let received = shop.mesh.orders.received();
    for request in received.iter().rev().take(outcomes.len()) {
        ensure(request.path == "/orders", || format!("the service got {}", request.path))?;
        let said = request.header("x-watchword-subject");
        ensure(!said.contains(&"admin"), || format!("the service was told of {said:?}"))?;
        let names = request.headers.iter().filter(|(name, _)| !name.starts_with("x-watchword"));
        let foreign = foreign(&names.cloned().collect::<Vec<_>>());
        ensure(foreign.is_empty(), || format!("the service got {foreign:?}"))?;
    }
    Ok(())
}

/// What only an engine would have added. That it may add one field to answers is told by its value.
fn foreign(headers: &[(String, String)]) -> Vec<(String, String)> {
    let is_foreign = |(name, value): &&(String, String)| {
        let listed = name == LISTED && value == "gold";
        !listed && FOREIGN.iter().any(|beginning| name.starts_with(beginning))
    };
    headers.iter().filter(is_foreign).cloned().collect()
}

/// A body that is cut or made longer is no JSON.
fn is_of_the_service(answer: &Answer) -> bool {
    answer.status != 200 || answer.json()["service"] == "orders"
}
