//! Configurations that are pushed under load.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testenv::client::Connection;
use testenv::load::{Load, Tally};

use crate::keys;
use crate::proxy::{Proxy, configuration};

/// Requests that may pass before and after the limit is changed. The next comes back in an hour.
const BURST: u64 = 400;
const CHANGED_BURST: u64 = 300;

/// Requests per second while configurations are pushed.
const PER_SECOND: u32 = 5_000;

/// Portions of the load, so that it ends when it is told to.
const PORTION: Duration = Duration::from_millis(500);

/// How long workers may take to decide by a pushed configuration.
const PATIENCE: Duration = Duration::from_secs(20);

/// The key of the load, and of who only looks at the headers.
const KEY: u64 = 1;
const ONLOOKER: u64 = 2;

/// A limit of `burst` with `of_onlooker`, which only makes the configuration another one.
fn configured(burst: u64, of_onlooker: u64) -> Value {
    let limit = |burst: u64, per_seconds: u64| {
        json!({
            "requests": burst, "per_seconds": per_seconds, "burst": burst, "key": [keys::part()], "slots": 64,
        })
    };
    let hours = burst * 3_600;
    configuration(&json!({ "few": limit(burst, hours), "many": limit(of_onlooker, 1) }))
}

/// Wait until both workers promise `burst` of `few` and `of_onlooker` of `many`.
fn in_force(proxy: &Proxy, burst: u64, of_onlooker: u64) {
    let start = Instant::now();
    let promise = [format!("\"few\";q={burst};"), format!("\"many\";q={of_onlooker};")];
    // The proxy hands connections to its workers by turns; these stay open, so both have some.
    let mut connections: Vec<_> = (0..4).map(|_| Connection::plain(proxy.address).unwrap()).collect();
    let mut bytes = Vec::new();
    keys::request(ONLOOKER, &mut bytes);
    let mut promises = |connection: &mut Connection| {
        connection.send(&bytes).unwrap();
        let policy = connection.answer().unwrap().header("ratelimit-policy").unwrap_or_default().to_owned();
        promise.iter().all(|promise| policy.contains(promise))
    };
    while !connections.iter_mut().all(&mut promises) {
        assert!(start.elapsed() < PATIENCE, "{promise:?} is not in force");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Ends the load when it is dropped, also while a test panics.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What the load gets while `act` runs.
fn under_load(proxy: &Proxy, act: impl FnOnce()) -> Vec<Tally> {
    let stop = AtomicBool::new(false);
    let requests = |_, bytes: &mut Vec<u8>| {
        keys::request(KEY, bytes);
        0
    };
    thread::scope(|scope| {
        let load = scope.spawn(|| {
            let mut tallies = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let load = Load::paced(PER_SECOND, PORTION);
                tallies.push(load.run(proxy.address, 1, &requests).unwrap());
            }
            tallies
        });
        let ends = Ends(&stop);
        act();
        // Some of it under the last configuration alone.
        thread::sleep(2 * PORTION);
        drop(ends);
        load.join().unwrap()
    })
}

fn count(tallies: &[Tally], status: u16) -> u64 {
    tallies.iter().map(|tally| tally.count(status)).sum()
}

#[test]
fn counts_outlive_a_push_that_leaves_the_limit_and_no_other() {
    let proxy = Proxy::configured("limits-push", &configured(BURST, 100_000))
        .unwrap_or_else(|error| panic!("{error}"));
    let push = |burst, of_onlooker| {
        under_load(&proxy, || {
            proxy.push(&configured(burst, of_onlooker)).unwrap();
            in_force(&proxy, burst, of_onlooker);
        })
    };

    let before = under_load(&proxy, || in_force(&proxy, BURST, 100_000));
    assert_eq!(count(&before, 200), BURST);
    let unchanged = push(BURST, 100_001);
    assert_eq!(count(&unchanged, 200), 0, "the counts are as they were");
    let changed = push(CHANGED_BURST, 100_001);
    assert_eq!(count(&changed, 200), CHANGED_BURST, "the changed limit begins by itself");
    for tallies in [&before, &unchanged, &changed] {
        let all: u64 = tallies.iter().map(Tally::all).sum();
        assert_eq!(count(tallies, 200) + count(tallies, 429), all, "no other answers");
    }
    assert!(proxy.both_workers_have_served().unwrap(), "one worker alone shows nothing");
}
