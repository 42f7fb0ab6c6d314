//! A load with a pace: so many requests per second, whatever the answers, counted by class and status.
//!
//! Each connection is a thread that sends a few requests at once, reads their answers and waits for its next
//! turn. A turn that comes late is made up for, so the rate is kept on average; whether it was, the tally says.

mod answers;
mod attempts;
mod tally;

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use answers::Answers;
pub use attempts::{ATTEMPTS, at_rate};
pub use tally::{Class, Tally};

/// Connections of a load that says nothing else. A prime, so that each of them gets to each of many keys that
/// take turns.
const CONNECTIONS: u64 = 13;

/// Requests that a connection sends at once. Envoy ends connections on which more than two answers of its own
/// wait to be written, as floods.
const BATCH: u64 = 2;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// What to send, and how fast.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Connections that are kept open.
    pub connections: u64,
    /// Requests per second, of all connections together; `None`: as many as are answered.
    pub per_second: Option<u32>,
    /// Turns of each connection; each is a batch of requests.
    turns: u64,
}

/// A request, by its number in the load: writes its bytes and says of which class it is.
pub trait Requests: Fn(u64, &mut Vec<u8>) -> usize + Sync {}
impl<F: Fn(u64, &mut Vec<u8>) -> usize + Sync> Requests for F {}

impl Load {
    /// So many requests per second for so long.
    pub fn paced(per_second: u32, time: Duration) -> Self {
        let requests = u64::from(per_second) * time.as_millis() as u64 / 1_000;
        Self { per_second: Some(per_second), ..Self::hasty(CONNECTIONS, requests) }
    }

    /// At least so many requests as fast as they are answered.
    pub const fn hasty(connections: u64, requests: u64) -> Self {
        Self { connections, per_second: None, turns: requests.div_ceil(connections * BATCH) }
    }

    /// Requests that are sent in all.
    pub const fn requests(&self) -> u64 {
        self.turns * self.connections * BATCH
    }

    /// Send `requests` of `classes` classes to `address`, and count what is answered.
    ///
    /// # Errors
    /// When a connection breaks, or what comes back is no answer.
    pub fn run(&self, address: SocketAddr, classes: usize, requests: &impl Requests) -> io::Result<Tally> {
        let streams: Vec<_> = (0..self.connections).map(|_| connect(address)).collect::<io::Result<_>>()?;
        let began = Instant::now();
        let tallies: Vec<io::Result<Tally>> = thread::scope(|scope| {
            let client = |(number, stream)| {
                scope.spawn(move || self.drive(number, stream, began, Tally::new(began, classes), requests))
            };
            let clients: Vec<_> = (0..).zip(streams).map(client).collect();
            let gone = || io::Error::other("a client has panicked");
            clients.into_iter().map(|client| client.join().unwrap_or_else(|_| Err(gone()))).collect()
        });
        tallies.into_iter().try_fold(Tally::new(began, classes), |sum, tally| Ok(sum.with(tally?)))
    }

    fn drive(
        &self,
        number: u64,
        mut stream: TcpStream,
        began: Instant,
        mut tally: Tally,
        requests: &impl Requests,
    ) -> io::Result<Tally> {
        let mut answers = Answers::default();
        let (mut bytes, mut classes) = (Vec::new(), Vec::new());
        for turn in (number..).step_by(self.connections as usize).take(self.turns as usize) {
            self.wait_for(turn, began);
            bytes.clear();
            classes.clear();
            classes.extend((turn * BATCH..(turn + 1) * BATCH).map(|request| requests(request, &mut bytes)));
            stream.write_all(&bytes)?;
            for class in &classes {
                let status = answers.next(&mut stream)?;
                tally.note(*class, status, Instant::now());
            }
        }
        Ok(tally)
    }

    /// Until it is time for this turn of all connections together.
    fn wait_for(&self, turn: u64, began: Instant) {
        let Some(per_second) = self.per_second else { return };
        let due = Duration::from_secs_f64((turn * BATCH) as f64 / f64::from(per_second));
        thread::sleep(due.saturating_sub(began.elapsed()));
    }
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawService;

    fn get(number: u64, bytes: &mut Vec<u8>) -> usize {
        bytes.extend_from_slice(b"GET / HTTP/1.1\r\nhost: shop.test\r\n\r\n");
        (number % 2) as usize
    }

    #[test]
    fn sends_what_it_says_at_the_pace_it_says() {
        let service = RawService::start().unwrap();
        service.answer_with(b"HTTP/1.1 429 Slow\r\nContent-Length: 2\r\n\r\nno".to_vec());
        let load = Load::paced(520, Duration::from_millis(500));
        let tally = load.run(service.address(), 2, &get).unwrap();
        assert_eq!(load.requests(), 260);
        assert_eq!(tally.count(429), 260);
        assert_eq!(tally.classes().iter().map(|class| class.count(429)).collect::<Vec<_>>(), [130, 130]);
        assert_eq!(service.take().len(), 260);
        assert!(tally.per_second() <= 550.0, "the pace was not kept: {}", tally.per_second());
    }

    #[test]
    fn a_broken_answer_is_an_error() {
        let service = RawService::start().unwrap();
        service.answer_with(b"HTTP/1.1 200 OK\r\n\r\n".to_vec());
        let error = Load::hasty(1, 2).run(service.address(), 2, &get).unwrap_err();
        assert_eq!(error.to_string(), "an answer whose length is not told");
    }
}
