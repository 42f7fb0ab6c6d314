//! Clients that go away while an engine is asked about them.

use std::thread;
use std::time::{Duration, Instant};

use testenv::client::Connection;
use testenv::engine::{Conduct, Scripted};
use testenv::report::{Checked, ensure};

use crate::edge::Edge;
use crate::engine::TIMEOUT;
use crate::load::{Cost, Load};
use crate::mix;
use crate::row::Row;
use crate::world::World;

/// Connections that are opened and closed at the same time.
const CLIENTS: usize = 8;

/// What memory may differ by between a third of them and all.
const PLATEAU: i64 = 5 << 20;

/// How long the engine takes: every client is gone before it answers.
const DELAY: Duration = Duration::from_millis(100);

/// How long a client stays.
const STAY: Duration = Duration::from_millis(2);

/// After that nobody is asked about anybody any more.
const SETTLED: Duration = Duration::from_secs(5);

/// Each of them is asked about once and forgotten; what it has left behind does not grow.
pub fn run(world: &World, edge: &Edge, engine: &Scripted) -> Checked<Row> {
    engine.take();
    engine.behave(Conduct::Late(DELAY.min(TIMEOUT / 2)));
    let bad = mix::only(&world.cases, false);
    // Those who may come in would wait like the others; they come afterwards.
    let load = Load::new(edge.address, &bad, Cost::NONE);
    let third = world.profile.aborts / 3;
    let row = edge.under(&load, || {
        // The first of them bring the proxy what it keeps for so many at once.
        go_away(world, edge, third)?;
        is_forgotten(edge)?;
        let first = edge.envoy.resident_bytes()? as i64;
        go_away(world, edge, third)?;
        go_away(world, edge, third)?;
        is_forgotten(edge)?;
        let growth = edge.envoy.resident_bytes()? as i64 - first;
        ensure(growth < PLATEAU, || format!("two thirds have added {} KiB to the first", growth >> 10))?;
        let (gone, calls) = (3 * third, engine.take().len());
        ensure(calls <= gone, || format!("{calls} calls for {gone} clients"))?;
        ensure(calls >= gone / 2, || {
            format!("{calls} calls: most went away before they were asked about")
        })?;
        Ok(format!("{gone} gone, {calls} calls, {} KiB more after the first third", growth >> 10))
    });
    engine.behave(Conduct::Count);
    edge.serves(&world.cases[0])?;
    row
}

fn go_away(world: &World, edge: &Edge, clients: usize) -> Checked<()> {
    let good = mix::only(&world.cases, true);
    thread::scope(|scope| {
        let client = |first: usize| {
            let good = &good;
            scope.spawn(move || {
                for number in (first..clients).step_by(CLIENTS) {
                    let mut connection = Connection::plain(edge.address)?;
                    connection.send(&good[number % good.len()].request.to_bytes())?;
                    thread::sleep(STAY);
                }
                Ok(())
            })
        };
        let clients: Vec<_> = (0..CLIENTS).map(client).collect();
        clients.into_iter().try_for_each(|one| one.join().map_err(|_| "a client has panicked")?)
    })
}

/// No request is left of those that went away. The load has some under way all the time.
fn is_forgotten(edge: &Edge) -> Checked<()> {
    let start = Instant::now();
    loop {
        let left = edge.envoy.stat("http.clients.downstream_rq_active")?;
        if left <= CLIENTS as u64 {
            return Ok(());
        }
        ensure(start.elapsed() < SETTLED, || format!("{left} requests are left"))?;
        thread::sleep(Duration::from_millis(20));
    }
}
