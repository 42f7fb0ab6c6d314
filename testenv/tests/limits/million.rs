//! What a million keys cost in memory, and that they disturb nobody.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testenv::client::Connection;
use testenv::gate;
use testenv::load::{Load, Tally};

use crate::expected::Quota;
use crate::keys;
use crate::proxy::{Proxy, configuration};

/// Keys, each of which comes once.
const KEYS: u64 = 1_000_000;

/// The most that they may add to the memory of the proxy, in MB, with the table that counts them.
const MOST_MB: f64 = 16.0;

/// Clients that come all the time, with every so manyth request.
const HOT: u64 = 4;
const HOT_EVERY: u64 = 8;

/// Connections of the load.
const CONNECTIONS: u64 = 8;

/// Requests by which the proxy gets what it keeps for as long as it is busy.
const WARM_UP: u64 = 100_000;

/// The limit. What was spent comes back within a minute, so that there are soon more keys than places for them.
const QUOTA: Quota = Quota { burst: 100, requests: 1, per_seconds: 60 };

/// How long the workers may take to decide by another configuration.
const PATIENCE: Duration = Duration::from_secs(20);

/// The limit with so many slots, or with as many as there are by default.
fn with_slots(slots: Option<u32>) -> Value {
    let mut configuration = configuration(&json!({ "per-key": QUOTA.limit() }));
    if let Some(slots) = slots {
        configuration["ratelimit"]["slots"] = json!(slots);
        configuration["ratelimit"]["limits"]["per-key"]["burst"] = json!(QUOTA.burst + 1);
    }
    configuration
}

/// Requests of classes 0 to `HOT` for hot keys, and of one more for keys that come once, from `first` on.
fn requests(first: u64) -> impl Fn(u64, &mut Vec<u8>) -> usize + Sync {
    move |number, bytes| {
        let hot = number / HOT_EVERY % HOT;
        let is_hot = number % HOT_EVERY == 0;
        keys::request(if is_hot { hot } else { first + number }, bytes);
        (if is_hot { hot } else { HOT }) as usize
    }
}

fn run(proxy: &Proxy, all: u64, first: u64) -> Tally {
    Load::hasty(CONNECTIONS, all).run(proxy.address, HOT as usize + 1, &requests(first)).unwrap()
}

/// Wait until the workers promise the burst of the limit with the default slots.
fn in_force(proxy: &Proxy) {
    let (start, promise) = (Instant::now(), format!("q={};", QUOTA.burst));
    let mut connections: Vec<_> = (0..4).map(|_| Connection::plain(proxy.address).unwrap()).collect();
    let mut bytes = Vec::new();
    keys::request(u64::MAX, &mut bytes);
    let mut promises = |connection: &mut Connection| {
        connection.send(&bytes).unwrap();
        let answer = connection.answer().unwrap();
        answer.header("ratelimit-policy").unwrap_or_default().contains(&promise)
    };
    while !connections.iter_mut().all(&mut promises) {
        assert!(start.elapsed() < PATIENCE, "the pushed configuration is not in force");
        thread::sleep(Duration::from_millis(20));
    }
}

fn megabytes(proxy: &Proxy) -> f64 {
    proxy.envoy.resident_bytes().unwrap() as f64 / 1e6
}

#[test]
#[ignore = "measures memory for more than a minute"]
fn a_million_keys_add_little_memory_and_let_nobody_off() {
    // Warm, but without the table: it is part of what a million keys cost.
    let proxy = Proxy::configured("limits-million", &with_slots(Some(64)))
        .unwrap_or_else(|error| panic!("{error}"));
    run(&proxy, WARM_UP, 2 * KEYS);
    let before = megabytes(&proxy);
    proxy.push(&with_slots(None)).unwrap();
    in_force(&proxy);
    let with_table = megabytes(&proxy);
    let tally = run(&proxy, KEYS * HOT_EVERY / (HOT_EVERY - 1) + 1, HOT);
    let after = megabytes(&proxy);

    assert!(proxy.both_workers_have_served().unwrap(), "one worker alone shows nothing");
    let (hot, cold) = (&tally.classes()[..HOT as usize], &tally.classes()[HOT as usize]);
    assert!(cold.all() >= KEYS, "{} keys", cold.all());
    assert_eq!(cold.count(200), cold.all(), "each of them comes for the first time");
    for class in hot {
        let (admitted, expected) = (class.count(200), QUOTA.expected(class));
        println!("a hot key: {admitted} of {} admitted, {expected:.1} expected", class.all());
        assert!((admitted as f64 - expected).abs() <= 1.0, "others let it off, or took of it");
    }
    let forgotten = proxy.envoy.stat("limit.forgotten").unwrap();
    assert!(forgotten > 0, "there were places for all of them");
    let per_second = cold.all() as f64 / cold.duration().as_secs_f64();
    println!(
        "{} keys, {per_second:.0} new ones per second, {forgotten} forgotten; {before:.1} MB, {with_table:.1} MB with the table, {after:.1} MB",
        cold.all()
    );
    let growth = after - before;
    assert!(gate::line(
        "limit.million_keys_mb",
        format!("{growth:.1}"),
        format!("<={MOST_MB:.0}"),
        growth <= MOST_MB
    ));
}
