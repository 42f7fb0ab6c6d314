//! Keys that change under load: no token of a key in force is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use testenv::Side;
use testenv::client::Connection;
use testenv::issuer::Algorithm;

use crate::shop::{
    FETCH_TIMEOUT, SHORTEST_REFRESH, SLACK, Shop, WAIT, each_for_itself, list_orders, options, timed,
};

/// Clients, each of which pauses between requests: some hundred requests a second together.
const CLIENTS: usize = 4;
const PAUSE: Duration = Duration::from_millis(8);

/// Every VM has fetched once after this, also one whose last fetch has just ended.
const ALL_HAVE_FETCHED: Duration =
    Duration::from_secs(SHORTEST_REFRESH.as_secs() + FETCH_TIMEOUT.as_secs());

#[test]
fn a_rotation_that_is_published_first_fails_no_request() {
    let shop = Shop::open(&each_for_itself(options("faults-rotation", &[], SHORTEST_REFRESH)));
    shop.wait_for_keys(&["corp"], Duration::from_secs(20));
    let old = list_orders(&shop.token("corp"));
    let issuer = &shop.mesh.issuer;
    under_load(&shop, || {
        issuer.publish(Algorithm::Es256, "ec-2").unwrap();
        thread::sleep(ALL_HAVE_FETCHED);
        issuer.sign_with("ec-2").unwrap();
        thread::sleep(Duration::from_secs(1));
        issuer.retire("ec-1");
        thread::sleep(ALL_HAVE_FETCHED);
    });
    for connection in &mut shop.connections() {
        assert_eq!(timed(connection, &old).0.status, 401, "its key was retired");
    }
    shop.close();
}

#[test]
fn a_key_that_is_used_at_once_is_fetched_while_requests_wait() {
    let shop = Shop::open(&options("faults-rotation-hard", &[], Duration::from_secs(300)));
    shop.wait_for_keys(&["corp"], Duration::from_secs(20));
    let issuer = &shop.mesh.issuer;
    under_load(&shop, || {
        // A fetch for an unknown key is allowed again.
        thread::sleep(Duration::from_secs(11));
        issuer.publish(Algorithm::Es256, "ec-2").unwrap();
        issuer.sign_with("ec-2").unwrap();
        thread::sleep(Duration::from_secs(3));
    });
    println!("\nfetches: {}", issuer.key_fetches());
    assert_eq!(issuer.key_fetches(), 2, "one at start, one for the new key");
    shop.close();
}

/// Have clients send fresh tokens while `change` goes on.
fn under_load(shop: &Shop, change: impl FnOnce()) {
    let over = Arc::new(AtomicBool::new(false));
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(|| client(shop, &over))).collect();
        change();
        over.store(true, Ordering::Relaxed);
        let sent: usize = clients.into_iter().map(|client| client.join().unwrap()).sum();
        println!("\nrotation: {sent} requests, all answered 200");
        assert!(sent > 1_000, "{sent} requests are no load");
    });
    let workers = ["worker_0.downstream_cx_total", "worker_1.downstream_cx_total"];
    for worker in workers {
        assert!(shop.mesh.envoy(Side::Edge).stat(worker).unwrap() > 0, "{worker} has served nobody");
    }
}

fn client(shop: &Shop, over: &AtomicBool) -> usize {
    let mut connection = Connection::plain(shop.mesh.reach.edge).unwrap();
    let mut sent = 0;
    while !over.load(Ordering::Relaxed) {
        let (answer, took) = timed(&mut connection, &list_orders(&shop.token("corp")));
        assert_eq!(answer.status, 200, "request {sent}: {}", answer.text());
        assert!(took < WAIT + SLACK, "request {sent} took {took:?}");
        sent += 1;
        thread::sleep(PAUSE);
    }
    sent
}
