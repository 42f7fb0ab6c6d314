//! Good tokens, sent all the time while something happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use testenv::issuer::Key;
use testenv::report::ensure;

use crate::shop::Shop;

/// Between the requests of one client: more of them would measure the machine.
const PAUSE: Duration = Duration::from_millis(40);

/// What the clients of one issuer saw.
#[derive(Default)]
pub struct Load {
    /// Requests that were answered.
    pub requests: usize,
    /// The longest that one took.
    pub slowest: Duration,
    /// What else than 200 they were answered with.
    pub failed: Vec<String>,
}

impl Load {
    /// Send one good token of `name` after another by `key` until `stop`, each on a connection of its own, so
    /// that all workers get some.
    pub fn run(shop: &Shop, name: &str, key: impl Fn() -> Arc<Key>, stop: &AtomicBool) -> Self {
        let mut load = Self::default();
        while !stop.load(Ordering::Relaxed) {
            load.send(shop, name, &key());
            thread::sleep(PAUSE);
        }
        load
    }

    /// Send one.
    pub fn send(&mut self, shop: &Shop, name: &str, key: &Key) {
        self.requests += 1;
        match shop.token(name, key).and_then(|token| shop.ask(&token)) {
            Ok((answer, time)) => {
                self.slowest = self.slowest.max(time);
                if answer.status != 200 {
                    self.failed.push(format!("{} for a token by {}", answer.status, key.id()));
                }
            }
            Err(error) => self.failed.push(error.to_string()),
        }
    }

    /// All of several clients.
    pub fn sum(loads: impl IntoIterator<Item = Self>) -> Self {
        let mut sum = Self::default();
        for load in loads {
            sum.requests += load.requests;
            sum.slowest = sum.slowest.max(load.slowest);
            sum.failed.extend(load.failed);
        }
        sum
    }

    /// None failed, and each was answered within `most`.
    pub fn is_well_within(&self, most: Duration) -> testenv::report::Verdict {
        let Self { requests, slowest, failed } = self;
        let first = failed.first();
        ensure(failed.is_empty(), || format!("{} of {requests} failed, first {first:?}", failed.len()))?;
        ensure(*slowest < most, || format!("the slowest of {requests} took {slowest:?}"))?;
        ensure(*requests > 0, || "nothing was sent".to_owned())?;
        Ok(format!("{requests} x 200, slowest {slowest:?}"))
    }
}
