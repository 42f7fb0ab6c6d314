//! Connections that compete for one key as fast as they can.

use serde_json::json;
use testenv::load::Load;

use crate::keys;
use crate::proxy::Proxy;

/// Requests that may pass. The next comes back in an hour.
const BURST: u64 = 500;

/// Connections that compete; each worker has several.
const CONNECTIONS: u64 = 8;

/// Rounds, each with a key of its own.
const ROUNDS: u64 = 10;

#[test]
fn a_storm_of_requests_for_one_key_never_gets_one_more_than_its_burst() {
    let limit = json!({ "requests": 1, "per_seconds": 3_600, "burst": BURST, "key": [keys::part()] });
    let proxy =
        Proxy::start("limits-storm", &json!({ "few": limit })).unwrap_or_else(|error| panic!("{error}"));
    let load = Load::hasty(CONNECTIONS, BURST * 4);
    for round in 0..ROUNDS {
        let requests = |_, bytes: &mut Vec<u8>| {
            keys::request(round, bytes);
            0
        };
        let tally = load.run(proxy.address, 1, &requests).unwrap();
        let (admitted, limited, contended) = (tally.count(200), tally.count(429), tally.count(503));
        println!(
            "round {round}: {admitted} admitted, {limited} limited, {contended} contended, at {:.0}/s",
            tally.per_second()
        );
        assert_eq!(admitted, BURST, "of {} requests", load.requests());
        assert_eq!(admitted + limited + contended, load.requests(), "no other answers");
    }
    assert!(proxy.both_workers_have_served().unwrap(), "one worker alone shows nothing");
}
