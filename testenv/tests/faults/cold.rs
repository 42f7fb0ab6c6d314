//! Faults before the first keys: requests are refused in time, and the edge recovers by itself.

use std::thread;
use std::time::Duration;

use testenv::client::Connection;
use testenv::gate;
use testenv::issuer::{Algorithm, Behaviour, Key};

use crate::bodies::{FAULTS, behaviour};
use crate::shop::{SHORTEST_REFRESH, SLACK, Shop, WAIT, list_orders, options, path, timed};

#[test]
fn requests_are_refused_in_time_and_the_edge_recovers_by_itself() {
    let smuggled = Key::generate(Algorithm::Es256, "smuggled").unwrap();
    // Down until each path has its own fault: what the first fetches meet is one of the faults, too.
    let options = options("faults-cold", &FAULTS, SHORTEST_REFRESH).issuer(Behaviour::Close);
    let shop = Shop::open(&options);
    let before = FAULTS.map(|name| shop.mesh.issuer.key_fetches_at(&path(name)));
    for name in FAULTS {
        shop.mesh.issuer.behave_at(&path(name), behaviour(name, &shop.mesh.issuer, &smuggled));
    }
    // Long enough for two retries.
    thread::sleep(Duration::from_millis(3500));
    let met = FAULTS.map(|name| shop.mesh.issuer.key_fetches_at(&path(name)));
    assert!(before.iter().zip(&met).all(|(before, met)| met > before), "{before:?} {met:?}");
    let survived = FAULTS.into_iter().filter(|name| unavailable(&shop, name, &smuggled)).count();
    assert_eq!(shop.mesh.orders.received().iter().filter(|it| it.path != "/healthz").count(), 0);
    shop.mesh.issuer.behave(Behaviour::Serve);
    shop.wait_for_keys(&FAULTS, Duration::from_secs(40));
    assert!(gate::count("jwt.faults_at_start", survived, FAULTS.len(), 12));
    shop.close();
}

/// Whether a good token and a forged one are both answered 503 in time, with the time to come again.
fn unavailable(shop: &Shop, name: &str, smuggled: &Key) -> bool {
    let tokens = [shop.token(name), shop.token_by(name, smuggled)];
    let clients = tokens.map(|token| {
        let edge = shop.mesh.reach.edge;
        thread::spawn(move || timed(&mut Connection::plain(edge).unwrap(), &list_orders(&token)))
    });
    clients.into_iter().all(|client| {
        let (answer, took) = client.join().unwrap();
        let told = answer.header("retry-after").is_some();
        let holds = answer.status == 503 && told && took < WAIT + SLACK;
        println!("\nfault {name} at start: {} after {took:?}, retry-after: {told}", answer.status);
        holds
    })
}
