//! Clients that send one request after another.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use testenv::client::{Connection, Request};

/// A client: whom it asks, and what.
#[derive(Debug, Clone)]
pub struct Client {
    pub edge: SocketAddr,
    pub request: Request,
}

/// The statuses that all of them get for so many requests each, as fast as they can.
pub fn burst(clients: &[Client], requests: usize) -> Vec<u16> {
    run(clients, |client| client.send(requests, Duration::ZERO))
}

/// The statuses that all of them get for so many requests each, one every `pause`, whatever an answer takes.
pub fn steady(clients: &[Client], requests: usize, pause: Duration) -> Vec<u16> {
    run(clients, |client| client.send(requests, pause))
}

fn run(clients: &[Client], send: impl Fn(&Client) -> Vec<u16> + Sync) -> Vec<u16> {
    let send = &send;
    thread::scope(|scope| {
        let clients: Vec<_> = clients.iter().map(|client| scope.spawn(move || send(client))).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

impl Client {
    fn send(&self, requests: usize, pause: Duration) -> Vec<u16> {
        let mut connection = Connection::plain(self.edge).unwrap();
        let mut due = Instant::now();
        let mut next = || {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            due += pause;
            connection.exchange(&self.request).unwrap().status
        };
        (0..requests).map(|_| next()).collect()
    }
}
