//! Keys of a limit that come once, and one that comes all the time.

use std::thread;

use serde_json::{Value, json};
use testenv::client::{Connection, Request};
use testenv::report::{Checked, ensure};

use crate::edge::Edge;
use crate::load::Cost;
use crate::row::Row;
use crate::world::World;

/// Requests of one key that may pass. The next comes back in an hour.
const BURST: usize = 20;

/// Every so manyth request of a client is of the one key.
const HOT_EVERY: usize = 10;

/// Clients of the flood.
const CLIENTS: usize = 4;

/// What all keys together may add to the memory of the proxy.
const MOST_GROWTH: i64 = 64 << 20;

/// What of the flood has passed, and what was limited.
#[derive(Debug, Default)]
struct Counts {
    hot: [usize; 2],
    cold: [usize; 2],
}

/// The limit.
pub fn limit() -> Value {
    json!({ "requests": 1, "per_seconds": 3_600, "burst": BURST, "key": [{ "header": "x-key" }], "when_missing": "shared" })
}

/// The one key goes on being limited, exactly; those that come once pass, and what they add is bounded.
pub fn run(world: &World, edge: &Edge) -> Checked<Row> {
    let keys = world.profile.keys;
    let mut row = edge.under(&edge.load(world, Cost::NONE), || exact(&flood(edge, keys)?))?;
    row.sent += keys as u64;
    ensure(row.growth < MOST_GROWTH, || format!("grew by {} MiB", row.growth >> 20))?;
    Ok(row)
}

fn flood(edge: &Edge, keys: usize) -> Checked<Counts> {
    thread::scope(|scope| {
        let client = |client: usize| scope.spawn(move || send(edge, client, keys / CLIENTS));
        let clients: Vec<_> = (0..CLIENTS).map(client).collect();
        clients.into_iter().try_fold(Counts::default(), |sum, one| {
            Ok(sum.with(&one.join().map_err(|_| "a client has panicked")??))
        })
    })
}

fn send(edge: &Edge, client: usize, requests: usize) -> Checked<Counts> {
    let mut counts = Counts::default();
    let mut connection = Connection::plain(edge.address)?;
    for number in 0..requests {
        let is_hot = number % HOT_EVERY == 0;
        let key = if is_hot { "hot".to_owned() } else { format!("cold-{client}-{number}") };
        let answer = connection.exchange(&Request::get("/healthz").header("x-key", key))?;
        let place = if is_hot { &mut counts.hot } else { &mut counts.cold };
        match answer.status {
            200 => place[0] += 1,
            429 => place[1] += 1,
            other => return Err(format!("{other} where a limit counts").into()),
        }
        if answer.header("connection") == Some("close") {
            connection = Connection::plain(edge.address)?;
        }
    }
    Ok(counts)
}

impl Counts {
    fn with(self, other: &Self) -> Self {
        let add = |one: [usize; 2], other: [usize; 2]| [one[0] + other[0], one[1] + other[1]];
        Self { hot: add(self.hot, other.hot), cold: add(self.cold, other.cold) }
    }
}

fn exact(counts: &Counts) -> Checked<String> {
    let Counts { hot: [passed, limited], cold: [once, lost] } = counts;
    ensure(*passed == BURST, || format!("{passed} of the hot key have passed"))?;
    ensure(*limited > 0, || "the hot key never reached its limit: this shows nothing".to_owned())?;
    ensure(*lost == 0, || format!("{lost} keys that came once were limited"))?;
    Ok(format!("{once} keys, {passed} of {} of the hot one", passed + limited))
}
