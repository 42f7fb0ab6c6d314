//! The engine of a global limit fails under load; and what else is suffered by the same edge.

use std::io;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use testenv::Bootstrap;
use testenv::engine::{Code, Conduct, HeaderValue, RateLimitResponse, Refused, Scripted, Windows};
use testenv::report::{Checked, ensure};

use crate::edge::Edge;
use crate::load::{Cost, Load};
use crate::mix;
use crate::row::{Row, Table};
use crate::world::World;
use crate::{aborts, drain, flood, reset};

/// The cluster of the engine.
const CLUSTER: &str = "quota";

/// The deadline of a call: far more than an engine on the loopback takes, also beside other work.
pub const TIMEOUT: Duration = Duration::from_millis(200);

/// A limit that nobody reaches, and a window that no test lasts.
const FAR: u32 = 100_000_000;
const WINDOW: Duration = Duration::from_secs(24 * 3_600);

/// Clients, where each waits for a slow engine.
const PATIENT_CLIENTS: usize = 64;

/// Of so many requests one may be refused where an engine answers late but in time: the machine has other things to do.
const ONE_IN: usize = 20;

/// One of the ways in which the engine fails.
struct Fault {
    name: &'static str,
    /// Nothing is an engine that is gone.
    conduct: Option<Conduct>,
    /// What is answered to whom it would let pass.
    status: u16,
    cost: Cost,
}

/// All rows of this family.
pub fn run(world: &World, table: &Table) -> io::Result<()> {
    let engine = Scripted::start(Windows::new(FAR, WINDOW, Refused::Free))?;
    let port = engine.address().port();
    let edge = world.edge("engine", |bootstrap| configure(bootstrap, port))?;
    for fault in faults() {
        table.suffer(fault.name, || suffer(world, &edge, &engine, &fault));
    }
    table.suffer("keys that come once", || flood::run(world, &edge));
    table.suffer("clients that go away while they wait", || aborts::run(world, &edge, &engine));
    table.suffer("streams that are reset at once", || reset::run(world, &edge));
    table.suffer("drained, then ended", || drain::run(world, edge, &engine));
    Ok(())
}

fn configure(bootstrap: &mut Bootstrap, port: u16) -> io::Result<()> {
    let service = json!({ "cluster": CLUSTER, "domain": "shop", "timeout_ms": TIMEOUT.as_millis() as u64 });
    let global = json!({ "service": "engine", "mode": "check", "when_down": "refuse" });
    let configuration = bootstrap.configuration("clients")?;
    configuration["ratelimit"] = json!({
        "services": { "engine": service },
        "limits": { "global": { "key": ["subject"], "global": global }, "per-key": flood::limit() },
    });
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        match route["name"].as_str() {
            Some("list-orders") => route["limits"] = json!(["global"]),
            Some("health") => route["limits"] = json!(["per-key"]),
            _ => {}
        }
    }
    bootstrap.copy_cluster("issuer", CLUSTER)?;
    bootstrap.send_to(CLUSTER, port)?;
    bootstrap.speak_http2(CLUSTER)
}

fn faults() -> Vec<Fault> {
    let fault = |name, conduct, status| Fault { name, conduct: Some(conduct), status, cost: Cost::NONE };
    let over = RateLimitResponse {
        overall_code: Code::OverLimit.into(),
        response_headers_to_add: hostile(),
        request_headers_to_add: hostile(),
        ..RateLimitResponse::default()
    };
    vec![
        Fault { name: "an engine that is gone", conduct: None, status: 503, cost: Cost::NONE },
        Fault {
            cost: Cost::UNAVAILABLE,
            ..fault("one that is slow, in time", Conduct::Late(TIMEOUT / 4), 200)
        },
        fault("one that is too late", Conduct::Late(TIMEOUT * 2), 503),
        fault("one that never answers", Conduct::Hang, 503),
        fault("garbage of an engine", Conduct::Bytes(Bytes::from_static(b"\xff\xfe<html>")), 503),
        fault("its code UNKNOWN", Conduct::code(Code::Unknown), 503),
        // What may be made of an answer that is half of one: what it says, or as if there was none.
        Fault {
            cost: Cost::UNAVAILABLE,
            ..fault("over limit, with hostile fields", Conduct::Say(over), 429)
        },
    ]
}

/// Those that would split an answer, and many that are long.
fn hostile() -> Vec<HeaderValue> {
    let field = |key: String, value: &str| HeaderValue { key, value: value.to_owned() };
    let many = (0..500).map(|number| field(format!("x-many-{number}"), &"1".repeat(100)));
    let split = [
        field("x-quota\r\nx-split".to_owned(), "1"),
        field("x-quota-plan".to_owned(), "gold\r\nx-split: 1"),
        field("x-watchword-subject".to_owned(), "admin"),
    ];
    split.into_iter().chain(many).collect()
}

/// Whoever an engine would be asked about is answered as the limit says; all others as always.
fn suffer(world: &World, edge: &Edge, engine: &Scripted, fault: &Fault) -> Checked<Row> {
    edge.serves(&world.cases[0])?;
    match &fault.conduct {
        Some(conduct) => engine.behave(conduct.clone()),
        None => engine.stop(),
    }
    let cases = mix::answered_with(&world.cases, fault.status);
    let load = Load { clients: PATIENT_CLIENTS, ..Load::new(edge.address, &cases, fault.cost) };
    let row = edge.under(&load, || {
        thread::sleep(world.profile.lasts);
        Ok(String::new())
    });
    engine.behave(Conduct::Count);
    engine.go_on()?;
    let back = edge.serves(&world.cases[0])?;
    let row = row?;
    let most = if fault.status == 200 { row.sent as usize / ONE_IN } else { row.sent as usize };
    ensure(row.borne as usize <= most, || format!("{} of {} were refused", row.borne, row.sent))?;
    Ok(row.saying(format!("{} for the good, back after {back:?}", fault.status)))
}
