//! The memory of a VM after input that wants as much of it as it can get. It never shrinks, so what it has in the
//! end is the most that it has had.

use std::time::Duration;

use serde_json::json;
use testenv::report::{Checked, ensure};
use testenv_worker::issuer::{self, Algorithm};
use testenv_worker::requests::{get, with_fields, with_token};
use testenv_worker::{Signatures, Worker, shipped};
use wasmhost::{CalloutAnswer, Module, built};

use crate::row::{Row, Table};

/// The most that a VM may have.
const MOST_BYTES: usize = 32 << 20;

/// The least that it must have been given: with less, this shows nothing.
const LEAST_REQUESTS: u64 = 900;

/// After so long, keys are fetched again whatever has happened before.
const REFRESH: Duration = Duration::from_secs(331);

/// Bytes of tokens that are longer than any that is read.
const LONG: usize = 40 << 10;

/// Users who come once, and tokens and heads that are refused.
const USERS: usize = 400;
const REFUSED: usize = 100;

/// All rows of this family.
pub fn run(table: &Table) {
    table.suffer("memory after hostile input", feed);
}

fn feed() -> Checked<Row> {
    let module = Module::load_whole(&built::path("watchword"))?;
    let mut worker = Worker::start(&module, &shipped::edge(), Signatures::ByProxy);
    let first = worker.vm.memory_bytes();
    let mut sent = heads(&mut worker);
    let taken = keys(&mut worker)?;
    sent += users(&mut worker)?;
    let last = worker.vm.memory_bytes();
    ensure(!worker.vm.is_dead(), || "the VM has trapped".to_owned())?;
    ensure(last <= MOST_BYTES, || format!("{} MiB instead of {}", last >> 20, MOST_BYTES >> 20))?;
    ensure(sent >= LEAST_REQUESTS, || format!("{sent} requests show little"))?;
    let said = format!("{:.1} MiB at first, {:.1} in the end, {taken} key sets", mib(first), mib(last));
    Ok(Row { sent, growth: last as i64 - first as i64, ..Row::default() }.saying(said))
}

fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Long tokens of every form, many fields, long paths.
fn heads(worker: &mut Worker) -> u64 {
    let padded = |number: usize| {
        let mut claims = issuer::claims(&format!("long-{number}"));
        claims["padding"] = json!("x".repeat(LONG));
        issuer::sign(Algorithm::Es256, "ES256", &claims)
    };
    let mut sent = 0;
    for number in 0..REFUSED {
        let dots = ".".repeat(LONG);
        let nested = "[".repeat(LONG);
        let path = format!("/orders/{}", "a/".repeat(4_000 + number));
        for request in [
            with_token("/orders", &"A".repeat(LONG + number)),
            with_token("/orders", &dots),
            with_token("/orders", &nested),
            with_token("/orders", &padded(number)),
            with_fields(900, "/orders", &issuer::token(Algorithm::Es256, "zoe")),
            get(&path),
        ] {
            worker.request(request);
            sent += 1;
        }
    }
    sent
}

/// Sets that are too large, of too many keys, and as large as may be. Gives how many were answered.
fn keys(worker: &mut Worker) -> Checked<usize> {
    let many = |count: usize| json!({ "keys": vec![issuer::edge_jwk(); count] }).to_string();
    let padded = |bytes: usize| {
        let mut set = issuer::jwks();
        set["padding"] = json!("x".repeat(bytes));
        set.to_string()
    };
    let sets = [
        many(10_000),
        padded(31 << 20),
        padded(600 << 10),
        padded(500 << 10),
        "[".repeat(500 << 10),
        many(128),
    ];
    for set in &sets {
        worker.proxy.advance(REFRESH);
        worker.vm.tick()?;
        let callouts = worker.vm.callouts();
        ensure(!callouts.is_empty(), || "nothing is fetched again".to_owned())?;
        for callout in callouts {
            worker.vm.respond(callout.token, Some(CalloutAnswer::new(200, set.clone())))?;
        }
    }
    // With the good one again, as if nothing had been.
    worker.proxy.advance(REFRESH);
    worker.vm.tick()?;
    for callout in worker.vm.callouts() {
        worker.vm.respond(callout.token, Some(CalloutAnswer::new(200, issuer::jwks().to_string())))?;
    }
    Ok(sets.len())
}

/// Everything that is remembered of users, of many.
fn users(worker: &mut Worker) -> Checked<u64> {
    for number in 0..USERS {
        let mut claims = issuer::claims(&format!("user-{number}"));
        claims["groups"] =
            json!((0..100).map(|group| format!("group-{number}-{group}")).collect::<Vec<_>>());
        let token = issuer::sign(Algorithm::Es256, "ES256", &claims);
        let seen = worker.request(with_token(&format!("/orders/{number}"), &token));
        ensure(seen.outcome.forwarded().is_some(), || {
            format!("a good user is refused: {:?}", seen.outcome)
        })?;
    }
    Ok(USERS as u64)
}
