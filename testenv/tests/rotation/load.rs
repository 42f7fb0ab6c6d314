//! Good tokens, sent all the time.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use testenv::client::Request;

use crate::fleet::Fleet;

/// Between the requests of one client.
const PAUSE: Duration = Duration::from_millis(8);

/// Users that take turns: tokens of many ages are in use at any time.
const USERS: usize = 40;

/// What clients saw.
#[derive(Default)]
pub struct Load {
    /// Requests that were sent.
    pub requests: usize,
    /// What else than 200 they were answered with.
    pub failed: Vec<String>,
}

impl Load {
    /// Send one request after another to the replicas that are up until `stop`, each on a connection of its
    /// own, so that all workers get some.
    pub fn run(fleet: &Fleet, stop: &AtomicBool) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let tokens: Vec<String> =
            (0..USERS).map(|user| fleet.mesh.token(&format!("user-{user}")).unwrap()).collect();
        let mut load = Self::default();
        while !stop.load(Ordering::Relaxed) {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let request = Request::get("/orders").bearer(&tokens[number / 2 % USERS]);
            load.requests += 1;
            match fleet.ask(number, &request) {
                Ok(200) => {}
                Ok(status) => load.failed.push(status.to_string()),
                Err(error) => load.failed.push(error.to_string()),
            }
            thread::sleep(PAUSE);
        }
        load
    }

    /// All of several clients.
    pub fn sum(loads: impl IntoIterator<Item = Self>) -> Self {
        let mut sum = Self::default();
        for load in loads {
            sum.requests += load.requests;
            sum.failed.extend(load.failed);
        }
        sum
    }
}
