//! What happens to requests while the engine makes up its mind.

use std::io;
use std::thread;
use std::time::Duration;

use serde_json::json;
use testenv::client::{Answer, Connection};
use testenv::engine::Conduct;
use testenv::{Bootstrap, Mesh, Side};

use crate::edge::Edge;
use crate::shop::{Shop, engine};

/// How long the engine takes.
const DELAY: Duration = Duration::from_millis(400);

/// How long the edge waits for it.
const TIMEOUT_MS: u64 = 1000;

/// Clients that go away.
const ABORTS: usize = 20;

/// Envoy drops trailers of HTTP/1.1 unless told otherwise.
fn with_trailers(bootstrap: &mut Bootstrap) -> io::Result<()> {
    bootstrap.connection_manager("clients")?["http_protocol_options"] = json!({ "enable_trailers": true });
    bootstrap.cluster("orders")?["typed_extension_protocol_options"] = json!({
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": { "http_protocol_options": { "enable_trailers": true } },
        },
    });
    Ok(())
}

/// Sent in pieces, so that body and trailer arrive while the head waits.
fn post_with_trailer(mesh: &Mesh, token: &str) -> io::Result<Answer> {
    let head = format!(
        "POST /orders HTTP/1.1\r\nhost: shop.test\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\nte: trailers\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let mut connection = Connection::plain(mesh.reach.edge)?;
    for piece in [head.as_str(), "5\r\nhello\r\n", "6\r\n world\r\n", "0\r\nx-checksum: 11\r\n\r\n"] {
        connection.send(piece.as_bytes())?;
        thread::sleep(Duration::from_millis(20));
    }
    connection.answer()
}

#[test]
fn nothing_of_a_request_is_forwarded_before_the_engine_has_answered_and_then_all_of_it() {
    let engine = engine();
    let edge = Edge::of(engine.address()).service("timeout_ms", json!(TIMEOUT_MS));
    let options = edge.options("engines-waits").change(Side::Edge, with_trailers);
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let token = mesh.reach.token(r#"sub=carol&roles=["buyer"]&level=2"#).unwrap();
    engine.behave(Conduct::Late(DELAY));
    let answer = thread::scope(|scope| {
        let client = scope.spawn(|| post_with_trailer(&mesh, &token));
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
    let shop = Shop::open("engines-aborts", |edge| edge.service("timeout_ms", json!(TIMEOUT_MS)));
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
