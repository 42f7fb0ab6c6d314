//! A process that hands its listeners on to a new one and ends.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use testenv::report::{Checked, ensure};
use testenv::{Envoy, Generation};

use crate::edge::Edge;
use crate::load::{Cost, Load};
use crate::row::{Row, Table};
use crate::vitals;
use crate::world::World;

/// How long the first process may take to end, once there is a second: that has a module to compile first.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the first process lets go of its connections. It ends soon after that.
const DRAIN_SECONDS: u32 = 2;

/// How long the first requests of the second may wait for its keys, as the shipped configuration says, and what a
/// machine adds that has other things to do.
const SLOWEST: Duration = Duration::from_millis(2_500);

/// All rows of this family.
pub fn run(world: &World, table: &Table) -> io::Result<()> {
    table.suffer("handed on to a new process", || hand_on(world));
    Ok(())
}

/// Nobody is refused, and nobody waits longer than for first keys. What the first process had counted is gone with it.
fn hand_on(world: &World) -> Checked<Row> {
    let ports = World::ports()?;
    let mut first = process(world, "restart-0", ports, 0)?;
    first.envoy.ready()?;
    first.serves(&world.cases[0])?;
    let before = first.look()?;
    let load = Load::new(first.address, &world.cases, Cost::NONE);
    let (second, tally) = load.while_doing(|| succeed(world, &mut first.envoy, ports));
    let second = second?;
    let after = vitals::look(&second.envoy)?;
    tally.is_right()?;
    ensure(tally.slowest < SLOWEST, || format!("the slowest answer took {:?}", tally.slowest))?;
    let log = [first.envoy.log(), second.envoy.log()].concat();
    ensure(!log.contains("panicked"), || "a module has panicked".to_owned())?;
    Ok(Row::of(&tally, &before, &after, 0).saying(format!("the slowest answer took {:?}", tally.slowest)))
}

/// A second process takes over. When the first has ended, it goes on for a while alone.
fn succeed(world: &World, first: &mut Envoy, ports: [u16; 3]) -> Checked<Edge> {
    let mut second = process(world, "restart-1", ports, 1)?;
    let status = first.ended(PATIENCE)?;
    ensure(status.success(), || format!("the first process has ended with {status}"))?;
    second.envoy.ready()?;
    thread::sleep(world.profile.lasts);
    Ok(second)
}

fn process(world: &World, name: &str, ports: [u16; 3], number: u32) -> io::Result<Edge> {
    let [port, _, admin] = ports;
    let (bootstrap, mut options) = world.bootstrap(name, ports, |_| Ok(()))?;
    options.drain_seconds = DRAIN_SECONDS;
    options.generation = Some(Generation { family: port, number });
    let envoy = Envoy::start(name, &bootstrap, world.mesh.directory(), admin, &options)?;
    Ok(Edge { envoy, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) })
}
