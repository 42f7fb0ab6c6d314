//! What comes in.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use wasmhost::Request;

/// Of the edge, self-signed and made once with `openssl req -x509`: a new one would have another length. No test
/// asks whether somebody trusts it.
const EDGE_CERTIFICATE: &str = include_str!("keys/edge-certificate.pem");

/// Who calls, and the trace of it.
const ADDRESS: &str = "192.0.2.1:49152";
pub const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// `GET` as Envoy has it of a client that says little more than it must: 12 header fields.
pub fn get(path: &str) -> Request {
    Request::get("shop.test", path)
        .header("user-agent", "curl/8.5.0")
        .header("accept", "application/json")
        .header("accept-encoding", "gzip, br")
        .header("x-forwarded-for", "192.0.2.1")
        .header("x-forwarded-proto", "https")
        .header("x-envoy-external-address", "192.0.2.1")
        .header("x-request-id", "5f2b0a1c-1111-4222-8333-444455556666")
        .header("traceparent", TRACE)
        .property(&["source", "address"], ADDRESS)
}

/// The same with a bearer token: 13.
pub fn with_token(path: &str, token: &str) -> Request {
    bearing(get(path), token)
}

/// The same with `fields` header fields in all, those that browsers and other proxies add.
pub fn with_fields(fields: usize, path: &str, token: &str) -> Request {
    let mut request = with_token(path, token);
    for number in request.headers.len()..fields {
        request.headers.add(format!("sec-fetch-detail-{number}"), "\"Not A Brand\";v=\"8\", same-origin");
    }
    request
}

/// The same over a connection on which the edge has proven who it is.
pub fn from_edge(request: Request) -> Request {
    let certificate = utf8_percent_encode(EDGE_CERTIFICATE, NON_ALPHANUMERIC).to_string();
    request
        .property(&["connection", "peer_certificate"], certificate)
        .property(&["connection", "peer_certificate_valid"], [1])
        .property(&["connection", "tls_version"], "TLSv1.3")
}

fn bearing(request: Request, token: &str) -> Request {
    request.header("authorization", format!("Bearer {token}"))
}
