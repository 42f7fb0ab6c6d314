//! Faults while keys are cached: nobody notices.

use std::thread;
use std::time::{Duration, Instant};

use testenv::gate;
use testenv::issuer::{Algorithm, Key};

use crate::bodies::{FAULTS, behaviour};
use crate::shop::{FETCH_TIMEOUT, SHORTEST_REFRESH, SLACK, Shop, WAIT, list_orders, options, path, timed};

/// Longer than a refresh: all VMs fetch in it, and their fetches end.
const OUTAGE: Duration = Duration::from_secs(SHORTEST_REFRESH.as_secs() + FETCH_TIMEOUT.as_secs() + 3);

#[test]
fn no_request_fails_or_waits_and_no_key_of_a_bad_answer_is_used() {
    let shop = Shop::open(&options("faults-cached", &FAULTS, SHORTEST_REFRESH));
    shop.wait_for_keys(&FAULTS, Duration::from_secs(20));
    let smuggled = Key::generate(Algorithm::Es256, "smuggled").unwrap();
    let under_our_name = Key::generate(Algorithm::Es256, "ec-1").unwrap();
    let before = FAULTS.map(|name| shop.mesh.issuer.key_fetches_at(&path(name)));
    for name in FAULTS {
        shop.mesh.issuer.behave_at(&path(name), behaviour(name, &shop.mesh.issuer, &smuggled));
    }
    let good = good_answers(&shop);
    let mut survived = 0;
    for (index, name) in FAULTS.into_iter().enumerate() {
        let fetched = shop.mesh.issuer.key_fetches_at(&path(name)) - before[index];
        let refused = refuses(&shop, name, &smuggled) && refuses(&shop, name, &under_our_name);
        let holds = fetched > 0 && refused && good[index].is_ok();
        println!(
            "\nfault {name}: fetched {fetched} times, forgeries refused: {refused}, {:?}",
            good[index]
        );
        survived += usize::from(holds);
    }
    assert!(gate::count("jwt.faults", survived, FAULTS.len(), 12));
    shop.close();
}

/// Ask with a good token of each provider in turn, on several connections, until the outage is over. Gives
/// for each how many requests were answered well, or the first that was not.
fn good_answers(shop: &Shop) -> Vec<Result<usize, String>> {
    let requests = FAULTS.map(|name| list_orders(&shop.token(name)));
    let mut connections = shop.connections();
    let mut good = vec![Ok(0); FAULTS.len()];
    let start = Instant::now();
    while start.elapsed() < OUTAGE {
        for (request, good) in requests.iter().zip(&mut good) {
            for connection in &mut connections {
                let (answer, took) = timed(connection, request);
                let well = answer.status == 200 && took < WAIT;
                *good = good.clone().and_then(|count: usize| {
                    if well { Ok(count + 1) } else { Err(format!("{} after {took:?}", answer.status)) }
                });
            }
        }
        thread::sleep(Duration::from_millis(20));
    }
    good
}

/// Whether both workers refuse a token that `key` has signed.
fn refuses(shop: &Shop, name: &str, key: &Key) -> bool {
    let request = list_orders(&shop.token_by(name, key));
    shop.connections().iter_mut().all(|connection| {
        let (answer, took) = timed(connection, &request);
        answer.status == 401 && took < WAIT + SLACK
    })
}
