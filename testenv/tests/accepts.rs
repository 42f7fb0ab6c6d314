//! What a route takes of a request, on the wire in front of and behind a real Envoy.

use std::io;
use std::net::SocketAddr;

use serde_json::json;
use testenv::client::{Answer, Connection, End, RawHttp2, Request, exchange};
use testenv::{Arrived, Bootstrap, Mesh, Options, RawService, Side};

/// The bound of this test: what fits into every first window of HTTP/2.
const BOUND: usize = 1_000;

/// The edge before a raw service. Orders are bounded, and the list of orders keeps the credential.
fn start(upstream: &RawService) -> Mesh {
    let port = upstream.address().port();
    let options = Options::new("accepts").only(&[Side::Edge]);
    let options = options.change(Side::Edge, move |bootstrap| change(bootstrap, port));
    Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"))
}

fn change(bootstrap: &mut Bootstrap, port: u16) -> io::Result<()> {
    for route in bootstrap.configuration("clients")?["routes"].as_array_mut().into_iter().flatten() {
        if route["name"] == "create-order" {
            route["accepts"]["body_bytes"] = json!(BOUND);
        }
        if route["name"] == "list-orders" {
            route["credential"] = json!("keep");
        }
    }
    bootstrap.send_to("orders", port)?;
    // So that a response can come that the module does not read.
    bootstrap.cluster("orders")?["typed_extension_protocol_options"] = json!({
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "common_http_protocol_options": { "max_headers_count": 5000 },
            "explicit_http_config": { "http_protocol_options": {} },
        },
    });
    Ok(())
}

fn buyer(mesh: &Mesh) -> String {
    mesh.reach.token(r#"sub=carol&roles=["buyer"]&level=2"#).unwrap()
}

/// A POST in chunks, whose length nothing announces. What Envoy does not read any more may be lost.
fn post_chunks(edge: SocketAddr, token: &str, chunks: &[usize]) -> io::Result<Answer> {
    let mut connection = Connection::plain(edge)?;
    let head = format!(
        "POST /orders HTTP/1.1\r\nhost: shop.test\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    connection.send(head.as_bytes())?;
    for size in chunks {
        let chunk = format!("{size:x}\r\n{}\r\n", "x".repeat(*size));
        if connection.send(chunk.as_bytes()).is_err() {
            break;
        }
    }
    let _ = connection.send(b"0\r\n\r\n");
    connection.answer()
}

fn post_frames(edge: SocketAddr, token: &str, frames: &[usize]) -> io::Result<End> {
    let request = RawHttp2::default()
        .field(":method", "POST")
        .field(":scheme", "http")
        .field(":authority", "shop.test")
        .field(":path", "/orders")
        .field("authorization", format!("Bearer {token}"))
        .field("content-type", "application/json");
    frames.iter().fold(request, |request, size| request.data(vec![b'x'; *size])).send(edge)
}

/// Nothing of more than the bound, and nothing that could be taken for a whole request.
fn assert_cut(arrived: &[Arrived], what: &str) {
    for arrived in arrived {
        assert!(!arrived.complete && arrived.body.len() <= BOUND, "{what}: {}", arrived.body.len());
    }
}

/// The request was allowed before; what is logged is what became of it.
fn assert_logged_as_refused(mesh: &Mesh, answer: &Answer) {
    let log = mesh.envoy(Side::Edge).access_log();
    let entry = log.by_request_id(answer.request_id().unwrap()).unwrap();
    assert_eq!(entry.refusal(), Some(("route", "content_too_large")));
    assert_eq!(entry.decision()["reason"], "content_too_large");
}

#[test]
fn a_body_is_bounded_whether_or_not_its_length_is_announced() {
    let upstream = RawService::start().unwrap();
    let mesh = start(&upstream);
    let (edge, token) = (mesh.reach.edge, buyer(&mesh));
    for (chunks, status) in [
        (&[BOUND][..], 200),
        (&[BOUND / 2, BOUND / 2], 200),
        (&[BOUND + 1], 413),
        (&[BOUND / 2, BOUND / 2, 1], 413),
        (&[10; 200], 413),
    ] {
        let answer = post_chunks(edge, &token, chunks).unwrap();
        assert_eq!(answer.status, status, "HTTP/1.1 {chunks:?}");
        let first = upstream.take();
        assert_eq!(post_frames(edge, &token, chunks).unwrap(), End::Status(status), "HTTP/2 {chunks:?}");
        let second = upstream.take();
        if status == 200 {
            let bodies = [&first[0], &second[0]].map(|arrived| (arrived.complete, arrived.body.len()));
            assert_eq!(bodies, [(true, BOUND); 2]);
            assert_eq!(second[0].field("content-length"), None, "the length was not announced");
        } else {
            assert_cut(&first, "HTTP/1.1");
            assert_cut(&second, "HTTP/2");
            assert_logged_as_refused(&mesh, &answer);
        }
    }
    let announced = Request::post("/orders", "x".repeat(BOUND + 1)).bearer(&token);
    assert_eq!(exchange(edge, &announced).unwrap().status, 413);
    // What was cut before may be noticed only now.
    let announced = upstream.take().into_iter().find(|arrived| arrived.field("content-length").is_some());
    assert_eq!(announced, None, "what is announced is refused before anything is forwarded");
}

#[test]
fn a_request_brings_what_its_route_takes() {
    let upstream = RawService::start().unwrap();
    let mesh = start(&upstream);
    let token = buyer(&mesh);
    let post = |path: &str, content_type: &str| {
        let post = Request::new("POST", path).header("content-type", content_type);
        post.header("content-length", "0").header("x-note", "a").bearer(&token)
    };
    let with_body = |path: &str| Request::post(path, "{}").bearer(&token);
    let mut untyped = String::from_utf8(with_body("/orders").to_bytes()).unwrap();
    untyped = untyped.replace("content-type", "x-content-type");
    for (request, status, reason) in [
        (with_body("/orders").to_bytes(), 200, None),
        (post("/orders", "text/xml").to_bytes(), 200, None),
        (untyped.clone().into_bytes(), 415, Some("content_type_not_accepted")),
        (
            untyped.replace("x-content-type", "Content_Type").into_bytes(),
            415,
            Some("content_type_not_accepted"),
        ),
        (with_body("/orders?admin=1").to_bytes(), 400, Some("query_parameter_unknown")),
        (with_body("/orders?%zz").to_bytes(), 400, Some("query_malformed")),
    ] {
        let mut connection = Connection::plain(mesh.reach.edge).unwrap();
        connection.send(&request).unwrap();
        let answer = connection.answer().unwrap();
        let what = String::from_utf8_lossy(&request).into_owned();
        assert_eq!(answer.status, status, "{what}");
        let log = mesh.envoy(Side::Edge).access_log();
        let entry = log.by_request_id(answer.request_id().unwrap()).unwrap();
        assert_eq!(entry.refusal(), reason.map(|reason| ("route", reason)), "{what}");
        assert_eq!(upstream.take().len(), usize::from(status == 200), "{what}");
    }
}

#[test]
fn a_credential_ends_at_the_edge_unless_the_route_keeps_it() {
    let upstream = RawService::start().unwrap();
    let mesh = start(&upstream);
    let token = mesh.token("alice").unwrap();
    for (path, kept) in [("/orders", true), ("/orders/42", false)] {
        assert_eq!(exchange(mesh.reach.edge, &Request::get(path).bearer(&token)).unwrap().status, 200);
        let arrived = upstream.take().remove(0);
        assert_eq!(arrived.field("authorization").is_some(), kept, "{path}");
    }
}

#[test]
fn a_response_that_cannot_be_cleaned_is_not_sent() {
    let upstream = RawService::start().unwrap();
    let mesh = start(&upstream);
    let noise = "x-noise: 1\r\n".repeat(1_001);
    for (fields, status) in [("", 200), (noise.as_str(), 503)] {
        let head = format!("HTTP/1.1 200 OK\r\ntxn-token: secret\r\n{fields}content-length: 2\r\n\r\nok");
        upstream.answer_with(head.into_bytes());
        let answer = exchange(mesh.reach.edge, &Request::get("/healthz")).unwrap();
        assert_eq!((answer.status, answer.header("txn-token")), (status, None));
        assert_eq!(answer.header("x-noise"), None);
    }
    let entries = mesh.envoy(Side::Edge).access_log();
    let refused = entries.wait_for(|entry| entry.status == 503).unwrap();
    assert_eq!(refused.refusal(), Some(("host", "response_not_cleaned")));
}
