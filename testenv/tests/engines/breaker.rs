//! An engine that fails is left alone for a while.

use std::thread;
use std::time::Instant;

use testenv::client::Connection;
use testenv::engine::Conduct;
use testenv::{Side, gate, metrics};

use crate::edge::{FAILURES, LIMIT, OPEN};
use crate::shop::Shop;

/// Requests while it is left alone.
const MANY: usize = 30;

#[test]
fn after_failures_in_a_row_nobody_is_asked_until_a_while_has_passed() {
    let shop = Shop::open("engines-breaker", |edge| edge);
    // One connection is one worker.
    let mut connection = Connection::plain(shop.mesh.reach.edge).unwrap();
    let status = |connection: &mut Connection| shop.ask_on(connection).unwrap().answer.status;
    assert_eq!(status(&mut connection), 200);
    shop.engine.behave(Conduct::Fail(13));
    let failed = Instant::now();
    shop.engine.take();
    let statuses: Vec<_> = (0..MANY).map(|_| status(&mut connection)).collect();
    assert!(failed.elapsed() < OPEN, "too slow: this shows nothing");
    assert_eq!(statuses, vec![503; MANY]);
    assert_eq!(shop.engine.take().len(), FAILURES);
    let counted = |event: &str| {
        let name = format!("watchword.limit.engine.{event}.{LIMIT}");
        shop.mesh.envoy(Side::Edge).stat(&name).unwrap_or_else(|error| panic!("{error}"))
    };
    assert_eq!(
        (counted("failed"), counted("broken_circuit")),
        (FAILURES as u64, (MANY - FAILURES) as u64),
        "an operator sees why"
    );

    let served = metrics::served(shop.mesh.envoy(Side::Edge)).unwrap();
    let (asked, absent) = metrics::missing(&served, &["watchword_limit_engine"]).unwrap();
    assert!(gate::count("ship.metrics_engine", asked - absent.len(), asked, 4), "{absent:?}");

    // It is tried again, and fails again.
    thread::sleep(OPEN);
    assert_eq!([status(&mut connection), status(&mut connection), status(&mut connection)], [503; 3]);
    assert_eq!(shop.engine.take().len(), 1, "one failure is enough when it was tried");

    shop.engine.behave(Conduct::Count);
    assert_eq!(status(&mut connection), 503, "nobody knows yet that it is back");
    let back = shop.recovers_on(&mut connection).unwrap();
    println!("asked again {back:?} after the engine was back");
    shop.is_unharmed().unwrap();
}
