//! What a client writes after the body of a request is no more believed than what it writes before.

use std::io;

use serde_json::json;
use testenv::client::{Http2, Request};
use testenv::{Bootstrap, Mesh, Options, Side};

/// Trailers by which a framework that merges them into the headers would learn who calls.
const RESERVED: [&str; 4] =
    ["x-watchword-subject", "x_watchword_subject", "x-watchword-caller", "txn-token"];

/// HTTP/2 all the way: Envoy forwards its trailers, and those of HTTP/1.1 only where it is told to.
fn speak_http2(bootstrap: &mut Bootstrap) -> io::Result<()> {
    bootstrap.cluster("orders")?["typed_extension_protocol_options"] = json!({
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": { "http2_protocol_options": {} },
        },
    });
    Ok(())
}

#[test]
fn no_identity_header_reaches_a_service_as_a_trailer() {
    let options = Options::new("trailers").only(&[Side::Edge]).change(Side::Edge, speak_http2);
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let token = mesh.reach.token(r#"sub=carol&roles=["buyer"]&level=2"#).unwrap();
    let request = Request::post("/orders", "{}").bearer(&token).trailer("x-control", "1");
    let request = RESERVED.iter().fold(request, |request, name| request.trailer(name, "admin"));

    let answer = Http2::plain(mesh.reach.edge).unwrap().exchange(&request).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let received = mesh.orders.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body_bytes, 2);
    assert_eq!(received[0].trailers, [("x-control".to_owned(), "1".to_owned())]);
}
