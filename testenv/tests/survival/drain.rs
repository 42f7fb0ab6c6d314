//! A proxy that is taken out of service, and ended.

use std::thread;
use std::time::Duration;

use testenv::client::{Connection, Request, exchange};
use testenv::engine::{Conduct, Scripted};
use testenv::report::{Checked, ensure};

use crate::edge::Edge;
use crate::engine::TIMEOUT;
use crate::load::Cost;
use crate::row::Row;
use crate::world::World;

/// Listeners let go of their connections, whole: each answer says that it is the last.
const DRAIN: &str = "/drain_listeners?graceful&skip_exit";

/// Requests that an engine is asked about when the proxy is told to let go.
const WAITING: usize = 20;

/// How long a proxy may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Nobody is refused while listeners let go, those who wait included; then the process ends by itself, in order.
pub fn run(world: &World, mut edge: Edge, engine: &Scripted) -> Checked<Row> {
    engine.behave(Conduct::Late(TIMEOUT / 2));
    let row = edge.under(&edge.load(world, Cost::NONE), || {
        let mut waiting = wait(world, &edge)?;
        let said = exchange(edge.envoy.admin_address(), &Request::new("POST", DRAIN))?;
        ensure(said.status == 200, || format!("the admin interface says {}", said.status))?;
        for one in &mut waiting {
            let status = one.answer()?.status;
            ensure(status == 200, || format!("who waited got {status}"))?;
        }
        engine.behave(Conduct::Count);
        thread::sleep(world.profile.lasts);
        Ok(format!("{WAITING} that waited got 200"))
    })?;
    edge.envoy.terminate()?;
    let status = edge.envoy.ended(PATIENCE)?;
    ensure(status.success(), || format!("it ended with {status}"))?;
    let log = edge.envoy.log();
    ensure(!log.contains("panicked"), || "a module has panicked at its end".to_owned())?;
    Ok(row.saying("ended in order"))
}

fn wait(world: &World, edge: &Edge) -> Checked<Vec<Connection>> {
    let one = |number: usize| {
        let mut connection = Connection::plain(edge.address)?;
        connection.send(&world.cases[number * 2 % world.cases.len()].request.to_bytes())?;
        Ok(connection)
    };
    (0..WAITING).map(one).collect()
}
