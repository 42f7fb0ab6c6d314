//! Clients choose the key names in tokens. They must not choose how often the issuer is asked.

use std::thread;
use std::time::{Duration, Instant};

use testenv::client::Connection;
use testenv::gate;
use testenv::issuer::{Flaw, TokenRequest};

use crate::shop::{Shop, list_orders, options, timed};

const TOKENS: usize = 10_000;
const CONNECTIONS: usize = 16;

/// No refresh falls into the test.
const REFRESH: Duration = Duration::from_secs(300);

/// Between two fetches for unknown keys. The test starts when one is allowed, and ends before the next.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(10);

#[test]
fn ten_thousand_unknown_keys_cause_one_fetch() {
    let shop = Shop::open(&options("faults-kids", &[], REFRESH));
    shop.wait_for_keys(&["corp"], Duration::from_secs(20));
    println!("\nfetches at start: {}", shop.mesh.issuer.key_fetches());
    assert_eq!(shop.mesh.issuer.key_fetches(), 1, "one for the whole proxy");
    let request = TokenRequest::new("mallory").flaw(Flaw::UnknownKid);
    let tokens: Vec<_> = (0..TOKENS).map(|_| shop.mesh.issuer.token(&request).unwrap()).collect();
    thread::sleep(SHORTEST_INTERVAL + Duration::from_secs(1));

    let (edge, start) = (shop.mesh.reach.edge, Instant::now());
    let storm: Vec<_> = tokens
        .chunks(TOKENS / CONNECTIONS)
        .map(|tokens| {
            let requests: Vec<_> = tokens.iter().map(|token| list_orders(token)).collect();
            thread::spawn(move || {
                let mut connection = Connection::plain(edge).unwrap();
                requests.iter().filter(|request| timed(&mut connection, request).0.status == 401).count()
            })
        })
        .collect();
    let good = list_orders(&shop.token("corp"));
    let mut connections = shop.connections();
    while storm.iter().any(|client| !client.is_finished()) {
        for connection in &mut connections {
            assert_eq!(timed(connection, &good).0.status, 200);
        }
        thread::sleep(Duration::from_millis(10));
    }
    let refused: usize = storm.into_iter().map(|client| client.join().unwrap()).sum();
    println!("\n{refused} unknown keys in {:?}", start.elapsed());
    assert_eq!(refused, TOKENS);
    assert!(start.elapsed() < SHORTEST_INTERVAL, "too slow to show anything");
    let fetches = shop.mesh.issuer.key_fetches() - 1;
    assert!(gate::line("jwt.unknown_kid_fetches", fetches, "<=1", fetches <= 1));
    shop.close();
}
