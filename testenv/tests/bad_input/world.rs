//! A running edge, and all that is around it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use testenv::client::{Connection, Request};
use testenv::engine::{Conduct, Refused, Scripted, Windows};
use testenv::report::{Checked, Verdict, ensure};
use testenv::{Arrived, Mesh, RawService, Side};

use crate::edge;
use crate::refusal::Bodies;
use crate::streamer::Streamer;
use crate::tokens::Tokens;
use crate::unharmed::{Counts, PROBE, answers};

/// The engine's limit, which nobody reaches, in a window longer than the test.
const FAR: (u32, Duration) = (1_000_000, Duration::from_secs(3600));

/// The edge, the services, the engine, and what was seen so far.
pub struct World {
    // Clients go before servers.
    pub mesh: Mesh,
    /// The listener with bounds so wide that ours are met.
    pub wide: SocketAddr,
    pub engine: Scripted,
    pub streamer: Streamer,
    pub tokens: Tokens,
    pub bodies: Bodies,
    upstream: RawService,
    before: Counts,
    strays: Mutex<Vec<Arrived>>,
    /// Rows that the proxy has ended after they were let pass: a service sees them break off, sooner or later.
    broken_off: Mutex<BTreeSet<Vec<u8>>>,
}

impl World {
    /// Start everything.
    pub fn open() -> Checked<Self> {
        let upstream = RawService::start()?;
        let streamer = Streamer::start()?;
        let engine = Scripted::start(Windows::new(FAR.0, FAR.1, Refused::Free))?;
        let places = [upstream.address(), streamer.address(), engine.address()].map(|place| place.port());
        let (options, wide) = edge::options(places)?;
        let mesh = Mesh::start(&options)?;
        let tokens = Tokens::of(&mesh)?;
        warm_up(mesh.reach.edge)?;
        let before = Counts::of(mesh.envoy(Side::Edge))?;
        let (bodies, strays, broken_off) = (Bodies::default(), Mutex::default(), Mutex::default());
        Ok(Self { mesh, wide, engine, streamer, tokens, bodies, upstream, before, strays, broken_off })
    }

    /// Where clients come in.
    pub const fn edge(&self) -> SocketAddr {
        self.mesh.reach.edge
    }

    /// What has arrived of this row, by its id or by a query that is its id. Whatever else has is kept, but what only
    /// shows that somebody answers.
    pub fn arrived_of(&self, id: &str) -> Vec<Arrived> {
        let is = |arrived: &Arrived, id: &str| {
            let by_target = arrived.target().ends_with(format!("?{id}").as_bytes());
            by_target || arrived.field("x-request-id") == Some(id.as_bytes())
        };
        let arrived = self.upstream.take().into_iter().filter(|arrived| !is(arrived, PROBE));
        let (own, others): (Vec<_>, Vec<_>) = arrived.partition(|arrived| is(arrived, id));
        let others = others.into_iter().filter(|arrived| !self.has_broken_off(arrived));
        self.strays.lock().unwrap_or_else(PoisonError::into_inner).extend(others);
        own
    }

    /// The proxy has ended this row: what arrives of it later has broken off.
    pub fn breaks_off(&self, id: &str) {
        self.broken_off.lock().unwrap_or_else(PoisonError::into_inner).insert(id.as_bytes().to_vec());
    }

    fn has_broken_off(&self, arrived: &Arrived) -> bool {
        let broken_off = self.broken_off.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = arrived.field("x-request-id").is_some_and(|id| broken_off.contains(id));
        !arrived.complete && is_known
    }

    /// Nothing of this row has arrived.
    pub fn nothing_arrived(&self, id: &str) -> Checked<()> {
        let arrived = self.arrived_of(id);
        ensure(arrived.is_empty(), || format!("{} arrived: {arrived:?}", arrived.len()))
    }

    /// What the engine does from now on.
    pub fn engine_does(&self, conduct: Conduct) -> EngineAgain<'_> {
        self.engine.behave(conduct);
        EngineAgain(&self.engine)
    }

    /// Somebody answers, nothing has trapped, nothing is left, and nothing has arrived that nobody has waited for.
    pub fn is_unharmed(&self) -> Checked<()> {
        answers(self.edge())?;
        self.before.are_still_those_of(self.mesh.envoy(Side::Edge))?;
        self.arrived_of(PROBE);
        let strays = std::mem::take(&mut *self.strays.lock().unwrap_or_else(PoisonError::into_inner));
        ensure(strays.is_empty(), || format!("arrived unasked: {strays:?}"))?;
        ensure(self.streamer.is_idle(), || "a stream was asked for that nobody has waited for".to_owned())
    }

    /// As far as its log says.
    pub fn has_not_panicked(&self) -> Verdict {
        let log = self.mesh.envoy(Side::Edge).log();
        ensure(!log.contains("panicked"), || "a module has panicked".to_owned())?;
        Ok("none".to_owned())
    }

    /// A counter of ours, 0 where it does not count yet.
    pub fn count(&self, name: &str) -> u64 {
        self.mesh.envoy(Side::Edge).stat(&format!("wasmcustom.watchword.{name}")).unwrap_or_default()
    }
}

/// Each worker has a connection to everybody whom it asks: to make one takes longer than a hasty question may.
fn warm_up(edge: SocketAddr) -> Checked<()> {
    answers(edge)?;
    let mut connections = [Connection::plain(edge)?, Connection::plain(edge)?];
    let warm = Request::get("/patient").header("x-request-id", PROBE);
    for connection in &mut connections {
        let status = connection.exchange(&warm)?.status;
        ensure(status == 200, || format!("the engine is not there: {status}"))?;
    }
    Ok(())
}

/// The engine counts again when this is dropped.
pub struct EngineAgain<'a>(&'a Scripted);

impl Drop for EngineAgain<'_> {
    fn drop(&mut self) {
        self.0.behave(Conduct::Count);
    }
}
