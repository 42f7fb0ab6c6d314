//! The real engine: Limitador, on a Redis.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::thread;

use serde_json::{Value, json};
use testenv::client::Http2;
use testenv::engine::{Code, Limitador, LimitadorOptions, Redis, ask, question};
use testenv::{RunDirectory, gate};

/// Why a gate is absent where there is no Redis.
const NO_REDIS: &str = "redis-server is not installed";

/// The program, built once.
static PROGRAM: LazyLock<PathBuf> =
    LazyLock::new(|| Limitador::build(env!("CARGO")).unwrap_or_else(|error| panic!("{error}")));

/// An engine on a Redis of its own.
pub struct Real {
    // In the order of dependence, in which they are dropped.
    pub engine: Limitador,
    redis: Redis,
    directory: RunDirectory,
}

impl Real {
    /// Start it with one limit; nothing without a Redis, and then the gate says so.
    pub fn start(label: &str, limit: &Value, gate: (&str, &str)) -> Option<Self> {
        Self::that_says("statuses", label, limit, gate)
    }

    /// The same, where its answers tell what is left in another way.
    pub fn that_says(
        says: &'static str,
        label: &str,
        limit: &Value,
        (gate_name, want): (&str, &str),
    ) -> Option<Self> {
        if !Redis::is_installed() {
            println!("{label}: not tried, {NO_REDIS}");
            gate::absent(gate_name, want, NO_REDIS);
            return None;
        }
        let directory = RunDirectory::create(label).unwrap();
        let redis = Redis::start(directory.path()).unwrap_or_else(|error| panic!("{error}"));
        let engine = engine(&directory, &redis, limit, says);
        Some(Self { engine, redis, directory })
    }

    /// Another engine on the same Redis.
    fn another(&self, limit: &Value) -> Limitador {
        engine(&self.directory, &self.redis, limit, "statuses")
    }
}

fn engine(directory: &RunDirectory, redis: &Redis, limit: &Value, says: &'static str) -> Limitador {
    let limits = json!([limit]);
    let options = LimitadorOptions { limits: &limits, redis: Some(redis.url()), says };
    Limitador::start(&PROGRAM, directory.path(), &options).unwrap_or_else(|error| panic!("{error}"))
}

/// A limit in Limitador's words, for each value of the first part of a key called `part`.
pub fn limit(requests: usize, seconds: u64, part: &str) -> Value {
    json!({
        "namespace": "shop", "max_value": requests, "seconds": seconds,
        "conditions": [], "variables": [format!("descriptors[0]['{part}']")],
    })
}

#[test]
fn two_engines_on_one_redis_admit_no_more_than_the_limit_together() {
    let (requests, clients) = (100, 4);
    let limit = limit(requests, 60, "tenant");
    let want = format!("{requests}/{requests}");
    let Some(real) = Real::start("engines-real", &limit, ("limit.engine_is_exact", &want)) else { return };
    let other = real.another(&limit);
    let client = |index: usize| {
        let address = [real.engine.address(), other.address()][index % 2];
        move || {
            let mut connection = Http2::plain(address).unwrap();
            let mut ask = || ask(&mut connection, &question("shop", &[("tenant", "acme")], 1)).unwrap();
            (0..requests).filter(|_| ask().overall_code() == Code::Ok).count()
        }
    };
    let admitted: usize = thread::scope(|scope| {
        let clients: Vec<_> = (0..clients).map(|index| scope.spawn(client(index))).collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    let left =
        ask(&mut Http2::plain(other.address()).unwrap(), &question("shop", &[("tenant", "other")], 3));
    assert_eq!(left.unwrap().statuses[0].limit_remaining, 97, "others have a limit of their own");
    assert!(gate::count("limit.engine_is_exact", admitted, requests, requests));
}
