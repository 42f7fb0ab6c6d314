//! Answers that are too large cost memory once, not each time.

use std::thread;
use std::time::{Duration, Instant};

use testenv::Side;
use testenv::issuer::{Algorithm, Key};

use crate::bodies::behaviour;
use crate::shop::{SHORTEST_REFRESH, Shop, list_orders, options, path, timed};

const LARGE: [&str; 3] = ["bytes-600-ki", "bytes-34-m", "keys-10000"];

/// What the process may grow by: for each of three VMs Envoy holds at most the 32 MiB to which it bounds the
/// answer to a callout, with another half for its buffers; the module itself takes 512 KiB at most.
const GROWTH: u64 = 3 * 48 * 1024 * 1024;

#[test]
fn an_answer_that_is_too_large_costs_a_bounded_amount_of_memory() {
    let shop = Shop::open(&options("faults-large", &LARGE, SHORTEST_REFRESH));
    shop.wait_for_keys(&LARGE, Duration::from_secs(20));
    let smuggled = Key::generate(Algorithm::Es256, "smuggled").unwrap();
    let envoy = shop.mesh.envoy(Side::Edge);
    let before = envoy.resident_bytes().unwrap();
    for name in LARGE {
        shop.mesh.issuer.behave_at(&path(name), behaviour(name, &shop.mesh.issuer, &smuggled));
    }
    let requests = LARGE.map(|name| list_orders(&shop.token(name)));
    let (start, mut peak) = (Instant::now(), before);
    let mut connections = shop.connections();
    // The refresh, and the retries 1, 2 and 4 s later.
    while start.elapsed() < SHORTEST_REFRESH + Duration::from_secs(8) {
        for (connection, request) in connections.iter_mut().zip(requests.iter().cycle()) {
            assert_eq!(timed(connection, request).0.status, 200);
        }
        peak = peak.max(envoy.resident_bytes().unwrap());
        thread::sleep(Duration::from_millis(20));
    }
    let fetched = LARGE.map(|name| shop.mesh.issuer.key_fetches_at(&path(name)));
    let after = envoy.resident_bytes().unwrap();
    let mebibytes = |bytes: u64| bytes / 1024 / 1024;
    println!(
        "\nlarge: {} MiB before, {} at most, {} after",
        mebibytes(before),
        mebibytes(peak),
        mebibytes(after)
    );
    assert!(fetched.iter().all(|count| *count >= 3), "{fetched:?}");
    assert!(peak.saturating_sub(before) < GROWTH, "grew from {before} to {peak} bytes");
    shop.close();
}
