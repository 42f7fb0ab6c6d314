//! What happens to requests while the engine makes up its mind.

use std::thread;
use std::time::Duration;

use testenv::client::{Connection, post_with_trailer};
use testenv::engine::Conduct;
use testenv::{Mesh, Side};

use crate::edge::Edge;
use crate::shop::{Shop, engine};

/// How long the engine takes: less than the edge waits.
const DELAY: Duration = Duration::from_millis(400);

/// Clients that go away.
const ABORTS: usize = 20;

#[test]
fn nothing_of_a_request_is_forwarded_before_the_engine_has_answered_and_then_all_of_it() {
    let engine = engine();
    let edge = Edge::of(engine.address());
    let options = edge
        .options("engines-waits")
        .change(Side::Edge, |bootstrap| bootstrap.forward_trailers("clients", "orders"));
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let token = mesh.reach.token(r#"sub=carol&roles=["buyer"]&level=2"#).unwrap();
    engine.behave(Conduct::Late(DELAY));
    let answer = thread::scope(|scope| {
        let client = scope.spawn(|| post_with_trailer(mesh.reach.edge, &token));
        thread::sleep(DELAY / 2);
        assert_eq!(engine.calls(), 1);
        assert_eq!(mesh.orders.received(), [], "nobody has answered yet");
        client.join().unwrap()
    });
    let answer = answer.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let received = mesh.orders.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body_bytes, "hello world".len());
    assert_eq!(received[0].trailers, [("x-checksum".to_owned(), "11".to_owned())]);
    assert_eq!(engine.calls(), 1, "one request is one question");
}

#[test]
fn a_client_that_goes_away_while_it_waits_does_no_harm() {
    let shop = Shop::open("engines-aborts", |edge| edge);
    shop.engine.behave(Conduct::Late(DELAY));
    for _ in 0..ABORTS {
        let mut connection = Connection::plain(shop.mesh.reach.edge).unwrap();
        connection.send(&shop.request().to_bytes()).unwrap();
        thread::sleep(DELAY / 20);
    }
    // The answers of all of them come to nobody.
    thread::sleep(DELAY * 2);
    assert_eq!(shop.engine.take().len(), ABORTS);
    assert_eq!(shop.mesh.orders.received(), [], "who is gone has not been served");
    let outcome = shop.ask().unwrap();
    assert_eq!((outcome.answer.status, outcome.open), (200, false));
    shop.is_unharmed().unwrap();
}
