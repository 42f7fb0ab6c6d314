//! Requests that wait in a VM for the keys of an issuer that has never given any, when the VM traps.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use testenv::client::{Answer, Connection};
use testenv::report::{Checked, ensure};
use testenv::workers::WORKERS;
use testenv::{Behaviour, Bootstrap};

use crate::edge::Edge;
use crate::load::Cost;
use crate::mix;
use crate::row::Row;
use crate::traps::{self, LINES};
use crate::world::World;

/// The issuer.
const SLOW: &str = "slow";

/// Its name in `iss`.
const ISSUER: &str = "https://slow.test";

/// Where its keys would be.
const KEYS: &str = "/jwks/slow";

/// How long its keys take: longer than any fetch may.
const DELAY: Duration = Duration::from_secs(10);

/// For how long a request may wait for first keys, as the shipped configuration says.
const COLD_KEYS: Duration = Duration::from_secs(1);

/// When the proxy ends a request of which nothing is heard, as the shipped configuration says.
const STREAM_IDLE: Duration = Duration::from_secs(5);

/// Added to deadlines for a machine that has other things to do.
const SLACK: Duration = Duration::from_millis(1_500);

/// Requests that wait.
const WAITING: usize = 8;

/// Let users of that issuer in, too.
pub fn trust_a_slow_issuer(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let configuration = bootstrap.configuration("clients")?;
    let mut provider = configuration["jwt"]["providers"]["corp"].clone();
    provider["issuer"] = json!(ISSUER);
    provider["keys"]["remote"]["path"] = json!(KEYS);
    configuration["jwt"]["providers"][SLOW] = provider;
    // With several issuers, policies must know whose user it is.
    let authz = &mut configuration["authz"];
    let schema = authz["schema"].as_str().unwrap_or_default();
    authz["schema"] = json!(schema.replace("tenant: String,", "tenant: String, issuer: String,"));
    authz["principals"][0]["attributes"]["issuer"] = json!({ "claim": "iss" });
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        if route["name"] == "create-order" {
            route["authenticate"] = json!({ "any_of": [SLOW] });
        }
    }
    Ok(())
}

/// From now on its keys take too long.
pub fn slow_down(world: &World) {
    world.mesh.issuer.behave_at(KEYS, Behaviour::Delay(DELAY));
}

/// They are ended by the proxy: by whom else? Their VM is gone, and with it all that knew of them.
pub fn run(world: &World, edge: &Edge) -> Checked<Row> {
    let token = world.mesh.issuer.token(&mix::user("zoe")?.claim("iss", ISSUER))?;
    let request = testenv::client::Request::post("/orders", "{}").bearer(&token);
    let trap = traps::trap(world, "panic")?;
    let load = edge.load(world, Cost::UNAVAILABLE);
    edge.under_with(&load, WORKERS as u64, &LINES, |edge| {
        let mut waiting = Vec::new();
        for _ in 0..WAITING {
            let mut connection = Connection::plain(edge.address)?;
            connection.send(&request.to_bytes())?;
            waiting.push(connection);
        }
        let start = Instant::now();
        thread::sleep(COLD_KEYS / 5);
        trap_both(edge, &trap)?;
        ensure(start.elapsed() < COLD_KEYS, || "nobody waited any more: this shows nothing".to_owned())?;
        let ended = waiting.iter_mut().map(|one| Ok((one.answer()?, start.elapsed())));
        told(&ended.collect::<io::Result<Vec<_>>>()?)
    })
}

/// A VM of each worker.
fn trap_both(edge: &Edge, trap: &testenv::client::Request) -> Checked<()> {
    for mut worker in edge.workers()? {
        let status = worker.exchange(trap)?.status;
        ensure(status == 503, || format!("{status} for a request with a trap"))?;
    }
    Ok(())
}

fn told(ended: &[(Answer, Duration)]) -> Checked<String> {
    for (answer, took) in ended {
        ensure(*took > COLD_KEYS, || {
            "who waited was answered before its time: this shows nothing".to_owned()
        })?;
        ensure(answer.status >= 400, || format!("who waited in a trapped VM got {}", answer.status))?;
        ensure(*took < STREAM_IDLE + SLACK, || {
            format!("who waited in a trapped VM was answered after {took:?}")
        })?;
    }
    let mut statuses: Vec<u16> = ended.iter().map(|(answer, _)| answer.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    let slowest = ended.iter().map(|(_, took)| *took).max().unwrap_or_default();
    Ok(format!("{} that waited got {statuses:?}, the last after {slowest:?}", ended.len()))
}
