//! Traps that come faster than VMs do.

use std::thread;
use std::time::{Duration, Instant};

use testenv::client::Connection;
use testenv::report::{Checked, ensure};

use crate::edge::Edge;
use crate::load::Cost;
use crate::row::Row;
use crate::traps::{self, LINES, RECOVERY};
use crate::world::World;

/// Between two traps: far less than the second for which the proxy then waits with a fresh VM.
const PAUSE: Duration = Duration::from_millis(150);

/// As long as the storm lasts everybody may be refused. Nobody may be let in who must not be, the admin interface
/// answers, and when it is over everybody is served.
pub fn run(world: &World, edge: &Edge) -> Checked<Row> {
    let trap = traps::trap(world, "panic")?;
    let before = edge.look()?;
    let (said, tally) = edge.load(world, Cost::UNAVAILABLE).while_doing(|| {
        world.mesh.orders.take();
        let start = Instant::now();
        let mut sent = 0;
        while start.elapsed() < world.profile.lasts {
            let status = Connection::plain(edge.address)?.exchange(&trap)?.status;
            ensure(status == 503, || format!("{status} for a request with a trap"))?;
            let ready = edge.envoy.admin("/ready")?;
            ensure(ready.starts_with("LIVE"), || format!("the admin interface says {ready}"))?;
            traps::is_kept_out(world)?;
            sent += 1;
            thread::sleep(PAUSE);
        }
        let back = edge.serves(&world.cases[0])?;
        ensure(back <= RECOVERY, || format!("back {back:?} after the last trap"))?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>((sent, back))
    });
    let (sent, back): (u64, Duration) = said?;
    let after = edge.look()?;
    tally.is_right()?;
    after.has_logged_only(&edge.envoy, &before, &LINES)?;
    let reloads = after.reloads - before.reloads;
    ensure((1..=sent).contains(&reloads), || format!("{reloads} reloads for {sent} traps"))?;
    let refused = tally.borne.len() as u64 * 100 / tally.sent.max(1);
    let said = format!("{sent} traps, {refused} % refused, back after {back:?}");
    Ok(Row::of(&tally, &before, &after, reloads).saying(said))
}
