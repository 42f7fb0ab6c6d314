//! Tokens that name keys which nobody has, and a key that is used the moment it exists.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use testenv::client::{Connection, Request};
use testenv::gate;
use testenv::issuer::Algorithm;
use testenv::report::{Report, Verdict, ensure};

use crate::edge;
use crate::load::Load;
use crate::shop::{self, SLACK, Shop, WAIT};

/// The issuer.
const ISSUER: &str = "rotating";

/// As shipped: within this test, nothing is due by itself.
const REFRESH: Duration = Duration::from_secs(300);

/// After a fetch, a token that names an unknown key leads to none for this long.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(10);

/// Tokens with key names of their own.
const UNKNOWN: usize = 10_000;

/// Connections that they come on.
const CONNECTIONS: usize = 8;

/// Run both.
pub fn run(report: &Report) -> std::io::Result<()> {
    let shop = Shop::open(&edge::options("faults-storm", &[ISSUER], REFRESH))?;
    report.case("10000 unknown key names", || unknown_keys(&shop));
    report.case("a new key used at once", || used_at_once(&shop));
    report.case("edge under attack", || shop.is_unharmed());
    Ok(())
}

/// Until a token with an unknown key leads to a fetch again.
fn after_the_last_fetch() {
    thread::sleep(SHORTEST_INTERVAL + Duration::from_secs(1));
}

fn unknown_keys(shop: &Shop) -> Verdict {
    let (answer, _) = shop.ask(&shop.token(ISSUER, &shop.first_key)?)?;
    ensure(answer.status == 200, || format!("{} at first", answer.status))?;
    let requests = requests(shop)?;
    after_the_last_fetch();
    let before = shop.fetches(ISSUER);
    ensure(before == 1, || format!("{before} fetches at start"))?;
    let stop = AtomicBool::new(false);
    let start = Instant::now();
    let (refused, load, took) = thread::scope(|scope| {
        let good = scope.spawn(|| Load::run(shop, ISSUER, || shop.first_key.clone(), &stop));
        let attackers: Vec<_> =
            requests.iter().map(|requests| scope.spawn(|| attack(shop, requests))).collect();
        let refused: std::io::Result<usize> =
            attackers.into_iter().map(|one| one.join().expect("it has no panic")).sum();
        let took = start.elapsed();
        stop.store(true, Ordering::Relaxed);
        (refused, good.join().expect("it has no panic"), took)
    });
    let refused = refused?;
    let fetches = shop.fetches(ISSUER) - before;
    let few = gate::line("jwt.unknown_kid_fetches", fetches, "<=1", fetches <= 1);
    ensure(few, || format!("{fetches} fetches"))?;
    ensure(refused == UNKNOWN, || format!("{refused} of {UNKNOWN} got 401"))?;
    Ok(format!("{UNKNOWN} x 401 in {took:?}, {fetches} fetch, beside {}", load.is_well_within(WAIT)?))
}

/// For each connection its requests, as bytes.
fn requests(shop: &Shop) -> std::io::Result<Vec<Vec<Request>>> {
    let token = |number: usize| {
        let header = json!({ "kid": format!("nobody-{number}") });
        shop.mesh.issuer.forge(&shop::request(ISSUER), &header, |input| shop.first_key.sign(input))
    };
    let request = |number| Ok(Request::get("/orders?forged=1").bearer(&token(number)?));
    let requests: Vec<Request> = (0..UNKNOWN).map(request).collect::<std::io::Result<_>>()?;
    Ok(requests.chunks(UNKNOWN / CONNECTIONS).map(<[Request]>::to_vec).collect())
}

/// How many are refused as they should be.
fn attack(shop: &Shop, requests: &[Request]) -> std::io::Result<usize> {
    let mut connection = Connection::plain(shop.mesh.reach.edge)?;
    let mut refused = 0;
    for request in requests {
        refused += usize::from(connection.exchange(request)?.status == 401);
    }
    Ok(refused)
}

/// The issuer is wrong to do so, and users shall not notice.
fn used_at_once(shop: &Shop) -> Verdict {
    after_the_last_fetch();
    let before = shop.fetches(ISSUER);
    let issuer = &shop.mesh.issuer;
    issuer.publish(Algorithm::Es256, "ec-2")?;
    issuer.sign_with("ec-2")?;
    let key = issuer.key(Algorithm::Es256);
    let left = AtomicUsize::new(200);
    let client = || {
        let mut load = Load::default();
        while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
            load.send(shop, ISSUER, &key);
        }
        load
    };
    let loads = thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(client)).collect();
        Load::sum(clients.into_iter().map(|client| client.join().expect("it has no panic")))
    });
    let fetches = shop.fetches(ISSUER) - before;
    ensure(fetches == 1, || format!("{fetches} fetches instead of one"))?;
    Ok(format!("{}, {fetches} fetch", loads.is_well_within(WAIT + SLACK)?))
}
