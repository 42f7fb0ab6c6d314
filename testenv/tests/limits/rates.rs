//! Ten thousand requests per second for one key, and for a hundred.

use std::time::Duration;

use serde_json::json;
use testenv::gate;
use testenv::load::{Load, at_rate};

use crate::expected::Quota;
use crate::keys;
use crate::proxy::Proxy;

/// Requests per second that must have been offered on average.
const OFFERED: f64 = 10_000.0;

/// Requests per second that are sent: a little more, for what is lost at the end.
const SENT: u32 = 10_300;

/// For so long. An answer that comes a millisecond late is then far below the bound of the gates.
const TIME: Duration = Duration::from_secs(10);

/// The most that may be off, in percent.
const MOST_OFF: f64 = 1.0;

/// Limit `keys` clients by `quota` under the load, and hold what was admitted against the gate.
fn check(gate_name: &str, label: &str, keys: u64, quota: Quota) {
    let proxy =
        Proxy::start(label, &json!({ "per-key": quota.limit() })).unwrap_or_else(|error| panic!("{error}"));
    let load = Load::paced(SENT, TIME);
    let classes = keys as usize;
    let (tally, reached) = at_rate(OFFERED, |attempt| {
        // Each attempt has keys of its own, which have spent nothing.
        let key = |number: u64| u64::from(attempt) * keys + number % keys;
        load.run(proxy.address, classes, &|number, bytes| {
            keys::request(key(number), bytes);
            (number % keys) as usize
        })
    })
    .unwrap();

    assert!(proxy.both_workers_have_served().unwrap(), "one worker alone shows nothing");
    assert_eq!(tally.count(200) + tally.count(429), load.requests(), "no other answers");
    let off = quota.percent_off(tally.classes());
    let expected: f64 = tally.classes().iter().map(|class| quota.expected(class)).sum();
    println!("{keys} keys: {} admitted, {expected:.0} expected", tally.count(200));
    let holds = reached && off <= MOST_OFF;
    assert!(gate::line(gate_name, format!("{off:.2}"), format!("<={MOST_OFF:.1}"), holds));
}

#[test]
fn one_hot_key_gets_its_rate_and_no_more_of_ten_thousand_requests_per_second() {
    check("limit.hot_key", "limits-hot-rate", 1, Quota { burst: 500, requests: 1_000, per_seconds: 1 });
}

#[test]
fn each_of_a_hundred_keys_gets_its_rate_and_no_more_of_ten_thousand_requests_per_second() {
    check(
        "limit.hundred_keys",
        "limits-hundred-rate",
        100,
        Quota { burst: 50, requests: 50, per_seconds: 1 },
    );
}
