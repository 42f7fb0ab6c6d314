//! Clients that ask all the time, on connections that stay open, at every worker of the edge.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use testenv::client::{Connection, Request};
use testenv::report::{Checked, ensure};
use testenv::workers::{WORKERS, connections};

use crate::edge::Edge;
use crate::gate::Gate;
use crate::sighting::{Seen, Sighting, Sightings};

/// How much is asked.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Clients, each with a connection to every worker.
    pub clients: usize,
    /// Between two requests of a client.
    pub pause: Duration,
}

/// What was seen so far.
pub struct Watch {
    seen: Mutex<Sightings>,
    stop: AtomicBool,
}

/// How often is looked for what clients have seen.
const POLL: Duration = Duration::from_millis(2);

impl Load {
    /// Enough to find out whoever goes wrong.
    pub const LIGHT: Self = Self { clients: 1, pause: Duration::from_millis(50) };

    /// Enough to tell some milliseconds apart.
    pub const DENSE: Self = Self { clients: 2, pause: Duration::from_millis(5) };

    /// Keep asking at `gate` while `act` runs. Gives what it gives, and all that was seen.
    pub fn while_doing<T>(
        self,
        edge: &Edge,
        gate: &Gate,
        request: &Request,
        act: impl FnOnce(&Watch) -> Checked<T>,
    ) -> Checked<(T, Sightings)> {
        let watch = Watch { seen: Mutex::default(), stop: AtomicBool::new(false) };
        let done = thread::scope(|scope| {
            for _ in 0..self.clients {
                scope.spawn(|| watch.keep_asking(edge, gate, request, self.pause));
            }
            let done = act(&watch);
            watch.stop.store(true, Ordering::Relaxed);
            done
        });
        let seen = watch.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.map(|done| (done, seen))
    }
}

impl Watch {
    /// Wait until every worker decides by `version`. Gives how long after `since` each of them was seen to.
    pub fn until(&self, version: u64, since: Instant, most: Duration) -> Checked<[Duration; WORKERS]> {
        loop {
            if let Some(first) = self.seen().first_by(version) {
                return Ok(first.map(|first| first.saturating_duration_since(since)));
            }
            ensure(since.elapsed() < most, || format!("version {version} is not seen within {most:?}"))?;
            thread::sleep(POLL);
        }
    }

    /// What was seen so far.
    pub fn seen(&self) -> MutexGuard<'_, Sightings> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_asking(&self, edge: &Edge, gate: &Gate, request: &Request, pause: Duration) {
        let mut clients = match Client::one_for_each_worker(edge, gate) {
            Ok(clients) => clients,
            Err(error) => return self.note(Sighting::broken(error.to_string())),
        };
        while !self.stop.load(Ordering::Relaxed) {
            for client in &mut clients {
                self.note(client.ask(edge, gate, request));
            }
            thread::sleep(pause);
        }
    }

    fn note(&self, sighting: Sighting) {
        self.seen().0.push(sighting);
    }
}

/// A connection, and the worker that has it.
struct Client {
    connection: Connection,
    worker: usize,
}

/// Connections that may be opened until every worker has one: others open some at the same time.
const MOST_TRIES: usize = 50;

/// Held while a connection is opened, so that a worker that has one more has this one.
static OPENING: Mutex<()> = Mutex::new(());

impl Client {
    fn one_for_each_worker(edge: &Edge, gate: &Gate) -> io::Result<Vec<Self>> {
        let mut clients: Vec<Self> = Vec::new();
        for _ in 0..MOST_TRIES {
            let client = Self::open(edge, gate)?;
            if clients.iter().all(|known| known.worker != client.worker) {
                clients.push(client);
            }
            if clients.len() == WORKERS {
                return Ok(clients);
            }
        }
        Err(io::Error::other("a worker gets no connection"))
    }

    fn open(edge: &Edge, gate: &Gate) -> io::Result<Self> {
        let _opening = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
        let before = connections(&edge.envoy, gate.address())?;
        let connection = Connection::plain(gate.address())?;
        // A worker counts a connection when it has got it, which may be a moment later.
        for _ in 0..1_000 {
            let after = connections(&edge.envoy, gate.address())?;
            if let Some(worker) = (0..WORKERS).find(|worker| after[*worker] > before[*worker]) {
                return Ok(Self { connection, worker });
            }
            thread::sleep(Duration::from_millis(1));
        }
        Err(io::Error::other("no worker has got the connection"))
    }

    /// Ask, and go on with a new connection where the edge closes this one.
    fn ask(&mut self, edge: &Edge, gate: &Gate, request: &Request) -> Sighting {
        let sent = Instant::now();
        let answer = self.connection.exchange(request);
        let (got, worker) = (Instant::now(), self.worker);
        let closes = match &answer {
            Ok(answer) => answer.header("connection") == Some("close"),
            Err(_) => true,
        };
        if closes && let Ok(next) = Self::open(edge, gate) {
            *self = next;
        }
        let seen = answer.map_or_else(|error| Seen::Wrong(error.to_string()), |answer| Seen::of(&answer));
        Sighting { sent, got, worker, seen }
    }
}

impl Sighting {
    fn broken(error: String) -> Self {
        let now = Instant::now();
        Self { sent: now, got: now, worker: 0, seen: Seen::Wrong(error) }
    }
}
