//! A running edge.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use testenv::client::{Answer, Connection, Request, exchange};
use testenv::report::{Checked, ensure};
use testenv::workers::WORKERS;
use testenv::{Bootstrap, Envoy};

use crate::balance;
use crate::load::{Case, Cost, Load};
use crate::row::Row;
use crate::vitals::{self, Vitals};
use crate::world::World;

/// How long an edge may take until every worker serves.
const PATIENCE: Duration = Duration::from_secs(30);

/// Answers in a row after which both workers have answered.
const IN_A_ROW: usize = 20;

/// The edge. Dropping it ends it.
pub struct Edge {
    pub envoy: Envoy,
    pub address: SocketAddr,
}

impl Edge {
    /// Start one, and wait until each worker serves whoever brings a good token.
    pub fn start(
        world: &World,
        name: &str,
        drain_seconds: u32,
        change: impl FnOnce(&mut Bootstrap) -> io::Result<()>,
    ) -> io::Result<Self> {
        let ports @ [port, _, admin] = World::ports()?;
        let (bootstrap, mut options) = world.bootstrap(name, ports, change)?;
        options.drain_seconds = drain_seconds;
        let mut envoy = Envoy::start(name, &bootstrap, world.mesh.directory(), admin, &options)?;
        envoy.ready()?;
        let edge = Self { envoy, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) };
        edge.serves(&world.cases[0]).map_err(io::Error::other)?;
        Ok(edge)
    }

    /// Wait until every worker answers `case` rightly. Gives how long the last wrong answer has come after now.
    pub fn serves(&self, case: &Case) -> Checked<Duration> {
        let start = Instant::now();
        let (mut in_a_row, mut last) = (0, Duration::ZERO);
        while in_a_row < IN_A_ROW {
            let status = self.ask(&case.request)?.status;
            in_a_row = if status == case.status { in_a_row + 1 } else { 0 };
            if in_a_row == 0 {
                last = start.elapsed();
                thread::sleep(Duration::from_millis(10));
            }
            ensure(last < PATIENCE, || format!("{status} instead of {}", case.status))?;
        }
        Ok(last)
    }

    /// A request on a connection of its own.
    pub fn ask(&self, request: &Request) -> io::Result<Answer> {
        exchange(self.address, request)
    }

    /// A connection to each worker.
    pub fn workers(&self) -> io::Result<[Connection; WORKERS]> {
        balance::to_each(&self.envoy, self.address)
    }

    /// What it holds.
    pub fn look(&self) -> io::Result<Vitals> {
        vitals::look(&self.envoy)
    }

    /// A fault that costs no VM: what it does, under this load.
    pub fn under(&self, load: &Load<'_>, act: impl FnOnce() -> Checked<String>) -> Checked<Row> {
        self.under_with(load, 0, &[], |_| act())
    }

    /// A fault that costs `reloads` VMs, and has these `lines` in errors of the log.
    pub fn under_with(
        &self,
        load: &Load<'_>,
        reloads: u64,
        lines: &[&str],
        act: impl FnOnce(&Self) -> Checked<String>,
    ) -> Checked<Row> {
        let before = self.look()?;
        let (said, tally) = load.while_doing(|| act(self));
        let said = said?;
        let after = self.look()?;
        tally.is_right()?;
        after.is_as_before(&before, reloads)?;
        after.has_logged_only(&self.envoy, &before, lines)?;
        Ok(Row::of(&tally, &before, &after, reloads).saying(said))
    }

    /// The usual load: everything of the mix, at the usual pace.
    pub fn load<'a>(&self, world: &'a World, cost: Cost) -> Load<'a> {
        Load::new(self.address, &world.cases, cost)
    }
}
