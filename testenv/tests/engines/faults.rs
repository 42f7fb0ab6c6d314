//! Whatever the engine does, the edge answers in time, and what its configuration says.

use std::time::Duration;

use serde_json::json;
use testenv::client::{Answer, Connection};
use testenv::engine::Conduct;
use testenv::report::{Checked, Report, Verdict, ensure};

use crate::edge::{FAILURES, TIMEOUT};
use crate::fault::{Fault, LISTED, Want, faults};
use crate::shop::{Outcome, Shop};

/// As many as there are, for each of two edges, and how each is afterwards: one that is gone must be noticed.
const CASES: usize = 2 * (17 + 1);

/// Requests of each: too few to open the circuit.
const SAMPLES: usize = FAILURES - 1;

/// What a decision may take beside the deadline of the call.
const SLACK: Duration = Duration::from_millis(5);

/// Beginnings of names of fields that only an engine would add.
const FOREIGN: [&str; 5] = ["x-quota", "x-split", "x-many", "set-cookie", "x-watchword"];

#[test]
fn whatever_the_engine_does_the_edge_answers_as_configured_and_in_time() {
    let report = Report::of("engine fault");
    for (when_down, status) in [("refuse", 503), ("allow", 200)] {
        let shop = Shop::open(&format!("engines-faults-{when_down}"), |edge| {
            edge.global("when_down", json!(when_down)).service("response_headers", json!([LISTED]))
        });
        let baseline = baseline(&shop).unwrap();
        println!("a request that an engine decides at once takes {baseline:?}");
        for fault in faults() {
            let verdict = suffer(&shop, &fault, status, baseline);
            report.case(&format!("{}, {when_down}", fault.name), &verdict);
        }
        report.case(&format!("edge afterwards, {when_down}"), &shop.is_unharmed());
    }
    let wrong = report.close("limit.engine_faults", CASES);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The median of a request while all is well.
fn baseline(shop: &Shop) -> Checked<Duration> {
    shop.recovers()?;
    Ok(median(&sample(shop, 10 * SAMPLES)?))
}

/// Requests during a fault, and the way back.
fn suffer(shop: &Shop, fault: &Fault, when_down: u16, baseline: Duration) -> Verdict {
    shop.engine.take();
    match &fault.conduct {
        Some(conduct) => shop.engine.behave(conduct.clone()),
        None => shop.engine.stop(),
    }
    let outcomes = sample(shop, SAMPLES)?;
    let calls = shop.engine.take().len();
    shop.engine.behave(Conduct::Count);
    shop.engine.go_on()?;

    let asked = if fault.conduct.is_some() { SAMPLES } else { 0 };
    ensure(calls == asked, || format!("{calls} calls for {SAMPLES} requests"))?;
    outcomes.iter().try_for_each(|outcome| is_wanted(outcome, fault.want, when_down))?;
    nothing_foreign(shop, &outcomes)?;
    let (usual, slowest) = (median(&outcomes), outcomes.iter().map(|outcome| outcome.took).max());
    let most = baseline + TIMEOUT + SLACK;
    ensure(usual <= most, || format!("decided after {usual:?}, which is more than {most:?}"))?;
    let back = shop.recovers()?;
    Ok(format!("{usual:?}, at most {:?}, back after {back:?}", slowest.unwrap_or_default()))
}

/// On one connection, as one worker sees it.
fn sample(shop: &Shop, requests: usize) -> Checked<Vec<Outcome>> {
    let mut connection = Connection::plain(shop.mesh.reach.edge)?;
    (0..requests).map(|_| Ok(shop.ask_on(&mut connection)?)).collect()
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
    for request in received.iter().rev().take(SAMPLES) {
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
