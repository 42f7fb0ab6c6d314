//! The rows, by what they are.

mod aborts;
mod bounds;
mod bytes;
mod claims;
mod credentials;
mod framing;
mod grpc;
mod http2;
mod identity;
mod methods;
mod paths;
mod streams;
mod trailers;
mod unavailable;

use testenv::client::{RawHttp2, Request};

use crate::row::Row;
use crate::tokens::Tokens;

/// All of them.
pub fn all(tokens: &Tokens) -> Vec<Row> {
    [
        credentials::rows(tokens),
        claims::rows(tokens),
        identity::rows(tokens),
        paths::rows(tokens),
        unavailable::rows(tokens),
        bounds::rows(tokens),
        bytes::rows(tokens),
        framing::rows(tokens),
        methods::rows(tokens),
        http2::rows(tokens),
        grpc::rows(tokens),
        trailers::rows(tokens),
        aborts::rows(tokens),
        streams::rows(tokens),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a reader may ask for.
fn order(token: &str) -> Request {
    Request::get("/orders/42").bearer(token)
}

/// The head of a request of these lines, and the id of its row.
fn head(lines: &[&[u8]]) -> Vec<u8> {
    let mut head = lines.join(b"\r\n".as_slice());
    head.extend(format!("\r\nx-request-id: {}\r\n\r\n", crate::row::ID).bytes());
    head
}

/// The fields of HTTP/2 that a request for this path begins with.
fn frames(method: &str, path: &str) -> RawHttp2 {
    let frames = RawHttp2::default().field(":method", method).field(":scheme", "http");
    frames.field(":authority", "shop.test").field(":path", path)
}
