//! Somebody who asks for the route without authentication all the while.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use testenv::client::{Connection, Request};

/// How often it asks.
const PAUSE: Duration = Duration::from_millis(50);

/// The longest an answer may take that waits for nothing: the rest is for a busy machine.
const AT_MOST: Duration = Duration::from_millis(1000);

pub(crate) struct Vigil {
    over: Arc<AtomicBool>,
    watching: JoinHandle<Seen>,
}

#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) answers: usize,
    pub(crate) failures: Vec<String>,
}

impl Vigil {
    pub(crate) fn start(edge: SocketAddr) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&over);
        Self { over, watching: thread::spawn(move || watch(edge, &until)) }
    }

    pub(crate) fn end(self) -> Seen {
        self.over.store(true, Ordering::Relaxed);
        self.watching.join().expect("it only collects")
    }
}

fn watch(edge: SocketAddr, over: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    while !over.load(Ordering::Relaxed) {
        let start = Instant::now();
        // A new connection each time: the kernel gives it to either worker.
        let answer = Connection::plain(edge).and_then(|mut it| it.exchange(&Request::get("/healthz")));
        let took = start.elapsed();
        match answer {
            Ok(answer) if answer.status == 200 && took < AT_MOST => seen.answers += 1,
            Ok(answer) => seen.failures.push(format!("{} after {took:?}", answer.status)),
            Err(error) => seen.failures.push(error.to_string()),
        }
        thread::sleep(PAUSE);
    }
    seen
}
