//! A running edge with a scripted engine, and what becomes of requests.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use testenv::client::{Answer, Connection, Request};
use testenv::engine::{Refused, Scripted, Windows};
use testenv::report::{Checked, Verdict, ensure};
use testenv::{Mesh, Side};

use crate::edge::{Edge, LIMIT, OPEN};

/// A limit that nobody reaches.
pub const FAR: u32 = 1_000_000;

/// The window of every scripted limit: longer than any test takes.
pub const WINDOW: Duration = Duration::from_secs(3600);

/// How long the way back may take once an engine is back.
const RECOVERY: Duration = Duration::from_secs(10);

/// The edge, the engine and the service.
pub struct Shop {
    // Clients go before servers.
    pub mesh: Mesh,
    pub engine: Scripted,
    token: String,
}

/// What became of a request.
pub struct Outcome {
    pub answer: Answer,
    pub took: Duration,
    /// Whether it was forwarded although nobody has counted it.
    pub open: bool,
}

/// An engine with a limit that nobody reaches.
pub fn engine() -> Scripted {
    Scripted::start(Windows::new(FAR, WINDOW, Refused::Free)).unwrap()
}

impl Shop {
    /// Start one whose edge is as `change` makes it.
    pub fn open(label: &str, change: impl FnOnce(Edge) -> Edge) -> Self {
        let engine = engine();
        let edge = change(Edge::of(engine.address()));
        let mesh = Mesh::start(&edge.options(label)).unwrap_or_else(|error| panic!("{error}"));
        let token = mesh.token("alice").unwrap();
        Self { mesh, engine, token }
    }

    /// A request that the engine is asked about.
    pub fn request(&self) -> Request {
        Request::get("/orders").bearer(&self.token)
    }

    /// Send one on a connection of its own.
    pub fn ask(&self) -> io::Result<Outcome> {
        self.ask_on(&mut Connection::plain(self.mesh.reach.edge)?)
    }

    /// Send one on this connection.
    pub fn ask_on(&self, connection: &mut Connection) -> io::Result<Outcome> {
        let start = Instant::now();
        let answer = connection.exchange(&self.request())?;
        let took = start.elapsed();
        let log = self.mesh.envoy(Side::Edge).access_log();
        let entry = answer.request_id().and_then(|id| log.by_request_id(id));
        let decision = entry.and_then(|entry| entry.decision).unwrap_or_default();
        Ok(Outcome { answer, took, open: decision.contains(&format!("limit_open:{LIMIT}")) })
    }

    /// A connection to each worker, as long as there are no others.
    pub fn workers(&self) -> io::Result<[Connection; 2]> {
        let connect = || Connection::plain(self.mesh.reach.edge);
        Ok([connect()?, connect()?])
    }

    /// Wait until the engine, which is well, is asked again and decides.
    pub fn recovers_on(&self, connection: &mut Connection) -> Checked<Duration> {
        let start = Instant::now();
        loop {
            let calls = self.engine.calls();
            let outcome = self.ask_on(connection)?;
            if outcome.answer.status == 200 && !outcome.open && self.engine.calls() > calls {
                return Ok(start.elapsed());
            }
            ensure(start.elapsed() < RECOVERY, || "the engine is back, the edge is not".to_owned())?;
            thread::sleep(OPEN / 20);
        }
    }

    /// No VM has trapped, no request is left, and what asks nobody is answered.
    pub fn is_unharmed(&self) -> Verdict {
        let edge = self.mesh.envoy(Side::Edge);
        let reloads = edge.stat("vm_reload")?;
        ensure(reloads == 0, || format!("{reloads} VMs have trapped"))?;
        ensure(!edge.log().contains("panicked"), || "a module has panicked".to_owned())?;
        let left = edge.stat("http.clients.downstream_rq_active")?;
        ensure(left == 0, || format!("{left} requests are left"))?;
        let health = Connection::plain(self.mesh.reach.edge)?.exchange(&Request::get("/healthz"))?.status;
        ensure(health == 200, || format!("/healthz answers {health}"))?;
        Ok("no trap, no request left, /healthz 200".to_owned())
    }
}
