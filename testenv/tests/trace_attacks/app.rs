//! The application behind the sidecar of orders, played by the test: it answers when it is told to, and makes
//! no calls of its own. Those are the test's to make, under whatever trace it likes.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a request may take to come, and an answer to be released.
const PATIENCE: Duration = Duration::from_secs(10);

/// Requests whose path begins with this are held.
pub const HOLD: &str = "hold";

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// The application. It serves until the test ends.
pub struct App {
    address: SocketAddr,
    state: Arc<State>,
}

/// What it has received.
#[derive(Debug, Clone)]
pub struct Received {
    target: String,
    fields: Vec<(String, String)>,
}

#[derive(Default)]
struct State {
    seen: Mutex<Seen>,
    changed: Condvar,
}

#[derive(Default)]
struct Seen {
    received: Vec<Received>,
    released: BTreeSet<String>,
}

impl App {
    /// Start it.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, state) = (listener.local_addr()?, Arc::<State>::default());
        let accepting = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&accepting);
                // A broken connection is the proxy's affair: the test looks at what the client saw.
                thread::spawn(move || serve(&stream, &state));
            }
        });
        Ok(Self { address, state })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The request for `target`, once it has come.
    pub fn await_request(&self, target: &str) -> io::Result<Received> {
        let found = |seen: &Seen| seen.find(target).is_none();
        let waited = self.state.changed.wait_timeout_while(self.state.lock(), PATIENCE, |seen| found(seen));
        let (seen, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let missing = || io::Error::other(format!("{target} has not reached the application"));
        seen.find(target).cloned().ok_or_else(missing)
    }

    /// Whether a request for `target` has come.
    pub fn has_received(&self, target: &str) -> bool {
        self.state.lock().find(target).is_some()
    }

    /// Let the request for `target` be answered.
    pub fn release(&self, target: &str) {
        self.state.lock().released.insert(target.to_owned());
        self.state.changed.notify_all();
    }
}

impl Received {
    /// All values of the field `name`.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let found = self.fields.iter().filter(|(candidate, _)| candidate.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).collect()
    }

    /// The names of all fields.
    pub fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|(name, _)| name.as_str()).collect()
    }
}

impl Seen {
    fn find(&self, target: &str) -> Option<&Received> {
        self.received.iter().find(|received| received.target == target)
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, received: Received) {
        let target = received.target.clone();
        let mut seen = self.lock();
        seen.received.push(received);
        self.changed.notify_all();
        if target.contains(HOLD) {
            let held = |seen: &mut Seen| !seen.released.contains(&target);
            drop(self.changed.wait_timeout_while(seen, PATIENCE, held));
        }
    }
}

fn serve(stream: &TcpStream, state: &State) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(received) = read(&mut reader)? {
        state.note(received);
        (&mut &*stream).write_all(ANSWER)?;
    }
    Ok(())
}

/// The next request; none when the proxy has closed the connection. None here has a body.
fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<Received>> {
    let line = read_line(reader)?;
    let Some(target) = line.split(' ').nth(1) else { return Ok(None) };
    let mut received = Received { target: target.to_owned(), fields: Vec::new() };
    loop {
        let line = read_line(reader)?;
        let Some((name, value)) = line.split_once(':') else { return Ok(Some(received)) };
        received.fields.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn read_line(reader: &mut BufReader<&TcpStream>) -> io::Result<String> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}
