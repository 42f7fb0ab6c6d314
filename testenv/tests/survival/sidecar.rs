//! F21: three filters in one proxy of two workers, in the memory that sidecars have. They are of one module and share
//! its VMs, as those of the shipped sidecar do: one for what comes in, others for what goes out and for keys.

use std::io;
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};
use testenv::report::{Checked, ensure};
use testenv::{Bootstrap, free_ports};

use crate::load::{Case, Cost, Load};
use crate::row::{Row, Table};
use crate::world::World;

/// What a sidecar may have in all, and what its filters may add.
const MOST_BYTES: u64 = 128 << 20;
const MOST_ADDED: i64 = 60 << 20;

/// All rows of this family.
pub fn run(world: &World, table: &Table) -> io::Result<()> {
    table.suffer("F21 three filters in a sidecar's memory", || fits(world));
    Ok(())
}

fn fits(world: &World) -> Checked<Row> {
    let bare = bare(world)?;
    let start = Instant::now();
    let edge = world.edge("three-filters", three_filters)?;
    let took = start.elapsed();
    let row = edge.under(&edge.load(world, Cost::NONE), || {
        thread::sleep(world.profile.lasts);
        Ok(String::new())
    })?;
    let resident = edge.envoy.resident_bytes()?;
    let added = resident as i64 - bare as i64;
    ensure(resident < MOST_BYTES, || format!("{} MiB", resident >> 20))?;
    ensure(added < MOST_ADDED, || format!("{} MiB more than without filters", added >> 20))?;
    Ok(row.saying(format!(
        "{} MiB, {} of them for filters, serves after {took:.1?}",
        resident >> 20,
        added >> 20
    )))
}

/// What the same proxy has without any filter, after as many requests.
fn bare(world: &World) -> Checked<u64> {
    let edge = world.edge("no-filters", |bootstrap| {
        let filters = bootstrap.connection_manager("clients")?["http_filters"].as_array_mut();
        filters.ok_or_else(|| io::Error::other("no filters"))?.remove(0);
        Ok(())
    })?;
    // Whatever is asked, the service answers, and is told nobody.
    let let_in = world.cases.iter().filter(|case| case.status == 200);
    let good: Vec<Case> = let_in.map(|case| Case { subject: None, ..case.clone() }).collect();
    let load = Load::new(edge.address, &good, Cost::NONE);
    let ((), tally) = load.while_doing(|| thread::sleep(world.profile.lasts));
    tally.is_right()?;
    Ok(edge.envoy.resident_bytes()?)
}

/// The listener, and two more like it with a name, a port and a configuration of their own.
fn three_filters(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let (ports, held) = free_ports::<2>()?;
    let listeners = bootstrap.document()?["static_resources"]["listeners"].as_array_mut();
    let listeners = listeners.ok_or_else(|| io::Error::other("no listeners"))?;
    for port in ports {
        let mut listener = listeners[0].clone();
        let name = format!("clients-{port}");
        listener["address"]["socket_address"]["port_value"] = json!(port);
        let config = &mut listener["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"][0]["typed_config"]
            ["config"];
        config["name"] = json!(format!("watchword.{name}"));
        config["configuration"]["value"]["realm"] = json!(name);
        listener["name"] = Value::String(name);
        listeners.push(listener);
    }
    drop(held);
    Ok(())
}
