//! The edge's signing key is replaced while requests come in: none of them notices.
//!
//! Two replicas of the edge stand before one sidecar, which fetches their keys, now from the one and now from
//! the other. A replica gets a new configuration by a restart, one after the other; in between they are at
//! different stages. Each step is finished on both before the next begins, and some time passes:
//!
//! 1. *Publish.* Both sign with k1 and tell of k2 as `next`. Then every sidecar must have fetched the keys
//!    once: `refresh_seconds` of the sidecar.
//! 2. *Activate.* Both sign with k2 and tell of k1 as `previous`. Then no token by k1 may be in force any
//!    more: `lifetime_seconds` of the edge and `leeway_seconds` of the sidecar.
//! 3. *Retire.* Both tell of k2 alone. After `refresh_seconds` no sidecar takes k1.
//!
//! `next` and `previous` need the public half only: the private half of k2 comes to a replica when it starts
//! to sign with it, and that of k1 is gone from then on.

#![expect(clippy::disallowed_methods, reason = "a rotation takes real time")]

mod fleet;
mod load;
mod replica;
mod token;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use testenv::gate;
use testenv::issuer::{Algorithm, Key};

use fleet::{Fleet, LEEWAY, LIFETIME, REFRESH};
use load::Load;
use replica::Stage;

/// Clients that send at the same time: with their pauses some hundred requests a second.
const CLIENTS: usize = 4;

/// Requests below which nothing is proved.
const LEAST: usize = 1000;

/// Added to each wait, for a fetch and for a machine that has other things to do.
const SLACK: Duration = Duration::from_secs(3);

#[test]
fn a_key_is_replaced_and_no_request_notices() {
    let [k1, k2, unknown] = ["k1", "k2", "k3"].map(|id| Key::generate(Algorithm::Es256, id).unwrap());
    let fleet = Fleet::start(&Stage::only(&k1)).unwrap();
    let stop = AtomicBool::new(false);
    let (load, by_k1) = thread::scope(|scope| {
        let clients = [(); CLIENTS].map(|()| scope.spawn(|| Load::run(&fleet, &stop)));
        let by_k1 = rotate(&fleet, &k1, &k2);
        stop.store(true, Ordering::Relaxed);
        (Load::sum(clients.map(|client| client.join().unwrap())), by_k1)
    });
    for (token, status, what) in [
        (by_k1, 401, "a token by the retired key that was taken before"),
        (token::new(&k1), 401, "a token by the retired key"),
        (token::new(&unknown), 401, "a token by a key that was never told of"),
        (token::new(&k2), 200, "a token by the active key"),
    ] {
        assert_eq!(fleet.ask_sidecar(&token).unwrap(), status, "{what}");
    }
    let Load { requests, failed } = load;
    let right = requests - failed.len();
    assert!(gate::count("identity.rotation", right, requests, LEAST), "{:#?}", failed.first());
}

/// From k1 to k2. Gives a token by k1 that was taken before k1 was retired and has not expired since.
fn rotate(fleet: &Fleet, k1: &Key, k2: &Key) -> String {
    let activated = Stage { previous: Some(k1), active: k2, next: None };
    fleet.restart_all(&Stage { previous: None, active: k1, next: Some(k2) });
    thread::sleep(REFRESH + SLACK);
    fleet.restart(1, &activated);
    thread::sleep(SLACK);
    fleet.restart(0, &activated);
    thread::sleep(LIFETIME + LEEWAY + SLACK);
    let by_k1 = token::new(k1);
    assert_eq!(fleet.ask_sidecar(&by_k1).unwrap(), 200, "a token by the previous key");
    fleet.restart_all(&Stage::only(k2));
    thread::sleep(REFRESH + SLACK);
    by_k1
}
