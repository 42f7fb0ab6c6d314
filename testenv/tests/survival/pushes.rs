//! Configurations that are pushed under load, good ones and bad ones, as a control plane would: by listeners.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testenv::report::{Checked, ensure};

use crate::edge::Edge;
use crate::listeners::{self, Watched};
use crate::load::Cost;
use crate::mix;
use crate::row::{Row, Table};
use crate::world::World;

/// Pushes before memory is looked at.
const WARM_UP: usize = 3;

/// Between two pushes.
const INTERVAL: Duration = Duration::from_millis(500);

/// How long the proxy keeps a configuration, and all that was made of it, for the connections that began under it. As
/// it is unless told otherwise, ten minutes, it would keep all of them.
const DRAIN_SECONDS: u32 = 1;

/// After so long, what a configuration has left behind is no longer in memory: it goes a moment after the drain.
const GONE: Duration = Duration::from_secs(DRAIN_SECONDS as u64 + 2);

/// How long workers may take to decide by a pushed configuration.
const IN_FORCE: Duration = Duration::from_secs(2);

/// Memory that so many pushes under one id of VMs may add, and so many fewer as well: less cannot be told from what a
/// load costs.
const MOST_GROWTH: i64 = 5 << 20;
const FOR_PUSHES: u64 = 20;

/// What of a bad configuration stands in the log.
const REFUSED: [&str; 3] = ["configuration refused", "Failed to configure base Wasm plugin", "Plugin "];

/// Where in a listener Watchword's configuration is.
const CONFIGURATION: &str =
    "/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config/configuration/value";

/// A listener that can be changed.
struct Pusher {
    file: Watched,
    listeners: Vec<Value>,
    version: u64,
}

/// All rows of this family.
pub fn run(world: &World, table: &Table) -> io::Result<()> {
    let file = Watched::new(world.mesh.directory(), "listeners")?;
    let mut shipped = Vec::new();
    let edge = world.edge_that_drains("pushes", DRAIN_SECONDS, |bootstrap| {
        shipped = listeners::discover_listeners(bootstrap, &file)?;
        Ok(())
    })?;
    let mut pusher = Pusher { file, listeners: shipped, version: 0 };
    table.suffer("a good listener every 500 ms", || good(world, &edge, &mut pusher));
    table.suffer("a bad one between good ones", || bad(world, &edge, &mut pusher));
    Ok(())
}

fn good(world: &World, edge: &Edge, pusher: &mut Pusher) -> Checked<Row> {
    // What a proxy keeps for as long as it is busy is no part of what pushes cost.
    let (warm, tally) = edge.load(world, Cost::NONE).while_doing(|| -> Checked<()> {
        for _ in 0..WARM_UP {
            pusher.push_good()?;
            thread::sleep(INTERVAL);
        }
        Ok(())
    });
    warm.and_then(|()| tally.is_right())?;
    let updates = edge.envoy.stat("lds.update_success")?;
    let row = edge.under(&edge.load(world, Cost::NONE), || {
        for _ in 0..world.profile.pushes {
            pusher.push_good()?;
            thread::sleep(INTERVAL);
        }
        let took = pusher.is_in_force(edge)?;
        thread::sleep(GONE);
        let updates = edge.envoy.stat("lds.update_success")? - updates;
        ensure(updates == world.profile.pushes, || format!("{updates} updates were taken"))?;
        Ok(format!("{updates} in force, the last after {took:?}"))
    })?;
    let most = MOST_GROWTH * world.profile.pushes.max(FOR_PUSHES) as i64 / FOR_PUSHES as i64;
    ensure(row.growth < most, || format!("grew by {} MiB", row.growth >> 20))?;
    Ok(row)
}

/// The proxy refuses the bad ones, and goes on with what it had.
fn bad(world: &World, edge: &Edge, pusher: &mut Pusher) -> Checked<Row> {
    let rejected = edge.envoy.stat("lds.update_rejected")?;
    edge.under_with(&edge.load(world, Cost::NONE), 0, &REFUSED, |edge| {
        for _ in 0..world.profile.pushes / 2 {
            pusher.push_bad()?;
            thread::sleep(INTERVAL);
            pusher.is_in_force(edge)?;
            pusher.push_good()?;
            thread::sleep(INTERVAL);
        }
        pusher.is_in_force(edge)?;
        let rejected = edge.envoy.stat("lds.update_rejected")? - rejected;
        ensure(rejected == world.profile.pushes / 2, || format!("{rejected} updates were refused"))?;
        ensure(edge.envoy.log().contains("unknown field `providerz`"), || {
            "the log does not say why".to_owned()
        })?;
        Ok(format!("{rejected} refused with the name of the field"))
    })
}

impl Pusher {
    /// Another realm, by which an answer tells its configuration.
    fn push_good(&mut self) -> io::Result<()> {
        self.version += 1;
        let version = self.version;
        self.configuration(|configuration| configuration["realm"] = json!(realm(version)))?;
        self.file.push(&self.listeners, version)
    }

    /// The same with a field that does not exist, and a realm that must never be seen.
    fn push_bad(&self) -> io::Result<()> {
        let Self { file, listeners, version } = self;
        let mut bad = Self { file: file.clone(), listeners: listeners.clone(), version: *version };
        bad.configuration(|configuration| {
            configuration["realm"] = json!("bad");
            configuration["jwt"]["providerz"] = json!({});
        })?;
        bad.file.push(&bad.listeners, bad.version + 1_000_000)
    }

    /// Wait until every worker decides by the last good one. Gives how long that took.
    fn is_in_force(&self, edge: &Edge) -> Checked<Duration> {
        let wanted = format!("realm=\"{}\"", realm(self.version));
        let start = Instant::now();
        let (mut in_a_row, mut took) = (0, Duration::ZERO);
        while in_a_row < 10 {
            let answer = edge.ask(&mix::orders())?;
            let challenge = answer.header("www-authenticate").unwrap_or_default().to_owned();
            ensure(!challenge.contains("bad"), || "a refused configuration decides".to_owned())?;
            in_a_row = if challenge.contains(&wanted) { in_a_row + 1 } else { 0 };
            if in_a_row == 0 {
                took = start.elapsed();
            }
            ensure(took < IN_FORCE, || format!("{challenge} instead of {wanted} after {took:?}"))?;
        }
        Ok(took)
    }

    fn configuration(&mut self, change: impl Fn(&mut Value)) -> io::Result<()> {
        let of = self.listeners.first_mut().and_then(|listener| listener.pointer_mut(CONFIGURATION));
        of.map(change).ok_or_else(|| io::Error::other("no configuration"))
    }
}

fn realm(version: u64) -> String {
    format!("shop-{version}")
}
