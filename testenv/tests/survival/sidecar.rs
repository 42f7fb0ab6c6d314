//! Three filters in one proxy of two workers, as sidecars have: for what comes in, for what goes out, for keys. They
//! are of one module and share its VMs, so that the second and the third cost next to nothing.
//!
//! What the first costs is held elsewhere (`perf.rss_mb`): a proxy without any has some 65 MiB, V8 and the module are
//! some 75 more. Here it may not be much more than that.

use std::io;
use std::net::TcpListener;
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};
use testenv::report::{Checked, ensure};
use testenv::{Bootstrap, free_ports};

use crate::edge::Edge;
use crate::load::Cost;
use crate::row::{Row, Table};
use crate::world::World;

/// What such a proxy may have in all, and what two filters may add to one.
const MOST_BYTES: i64 = 160 << 20;
const MOST_ADDED: i64 = 10 << 20;

/// All rows of this family.
pub fn run(world: &World, table: &Table) -> io::Result<()> {
    table.suffer("three filters in one proxy", || fits(world));
    Ok(())
}

fn fits(world: &World) -> Checked<Row> {
    let one = world.edge("one-filter", |_| Ok(()))?;
    let one = with_load(world, &one)?.1;
    let (ports, held) = free_ports()?;
    let start = Instant::now();
    let edge = world.edge("three-filters", |bootstrap| three_filters(bootstrap, ports, held))?;
    let took = start.elapsed();
    let (row, three) = with_load(world, &edge)?;
    ensure(three < MOST_BYTES, || format!("{} MiB", three >> 20))?;
    ensure(three - one < MOST_ADDED, || format!("{} MiB, {} with one filter", three >> 20, one >> 20))?;
    Ok(row.saying(format!("{} MiB, {} with one filter, serves after {took:.1?}", three >> 20, one >> 20)))
}

/// Under load, and what it holds then.
fn with_load(world: &World, edge: &Edge) -> Checked<(Row, i64)> {
    let row = edge.under(&edge.load(world, Cost::NONE), || {
        thread::sleep(world.profile.lasts);
        Ok(String::new())
    })?;
    Ok((row, i64::try_from(edge.envoy.resident_bytes()?)?))
}

/// The listener, and two more like it with a name, a port and a configuration of their own.
fn three_filters(bootstrap: &mut Bootstrap, ports: [u16; 2], held: Vec<TcpListener>) -> io::Result<()> {
    let listeners = bootstrap.document()?["static_resources"]["listeners"].as_array_mut();
    let listeners = listeners.ok_or_else(|| io::Error::other("no listeners"))?;
    for port in ports {
        let mut listener = listeners[0].clone();
        let name = format!("clients-{port}");
        listener["address"]["socket_address"]["port_value"] = json!(port);
        let plugin = listener.pointer_mut(PLUGIN).ok_or_else(|| io::Error::other("no plugin"))?;
        plugin["name"] = json!(format!("watchword.{name}"));
        plugin["configuration"]["value"]["realm"] = json!(name);
        listener["name"] = Value::String(name);
        listeners.push(listener);
    }
    drop(held);
    Ok(())
}

/// Where in a listener Watchword is.
const PLUGIN: &str = "/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config";
