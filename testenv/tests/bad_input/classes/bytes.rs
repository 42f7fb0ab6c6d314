//! Bytes that are no UTF-8, wherever they can stand. In the value of a field they are allowed and opaque (RFC 9110
//! §5.5): who needs no text forwards them as they are; who needs a text refuses.

use testenv::client::{RawHttp2, Request};
use testenv::report::ensure;

use super::{frames, head, order};
use crate::exchange::exchange;
use crate::row::Ending::{self, Cut, Forwarded, Proxy, Refused};
use crate::row::{ID, Row, Sent};
use crate::tokens::Tokens;

const CLASS: &str = "bytes that are no text";

/// Never UTF-8.
const BYTES: &[u8] = b"\xff\xfe";

/// Fields that nobody on the way needs to read: forwarded, byte for byte.
const OPAQUE: [&str; 13] = [
    "x-note",
    "user-agent",
    "origin",
    "accept-language",
    "range",
    "if-none-match",
    "forwarded",
    "via",
    "cookie",
    "proxy-authorization",
    "content-language",
    "grpc-timeout",
    "grpc-message",
];

/// Fields that the proxy or the edge writes itself, or takes away: the request passes, whatever becomes of them.
const TAKEN: [&str; 11] = [
    "referer",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "x-envoy-original-path",
    "x-envoy-upstream-rq-timeout-ms",
    "traceparent",
    "tracestate",
    "baggage",
    "txn-token",
    "x-watchword-subject",
];

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(OPAQUE.map(|name| forwarded(tokens, name)));
    rows.extend(TAKEN.map(|name| taken(tokens, name)));
    rows.extend(refused(tokens));
    rows.extend(lines());
    rows.extend(controls());
    rows
}

fn forwarded(tokens: &Tokens, name: &'static str) -> Row {
    let request = order(&tokens.reader).header(name, BYTES);
    Row::plays(CLASS, name, move |world, id| {
        for sent in [Sent::Http1(request.clone()), Sent::Http2(request.clone())] {
            let came = exchange(world, &sent, id)?;
            ensure(came.status == Some(200), || format!("{:?}", came.status))?;
            let [arrived] = world.arrived_of(id).try_into().map_err(|_| "not one arrived")?;
            ensure(arrived.field(name) == Some(BYTES), || format!("changed: {arrived:?}"))?;
        }
        Ok("as they are".to_owned())
    })
}

fn taken(tokens: &Tokens, name: &'static str) -> Row {
    let request = order(&tokens.reader).header(name, BYTES);
    Row::plays(CLASS, name, move |world, id| {
        for sent in [Sent::Http1(request.clone()), Sent::Http2(request.clone())] {
            crate::row::send(world, &sent, &[Forwarded], id)?;
        }
        Ok("passes".to_owned())
    })
}

fn refused(tokens: &Tokens) -> Vec<Row> {
    let row =
        |name: &str, request: Request, may: &[Ending]| Row::sends(CLASS, name, Sent::Http1(request), may);
    let in_token = [b"Bearer ".as_slice(), tokens.reader.as_bytes(), BYTES].concat();
    let preflight = Request::new("OPTIONS", "/orders").header("origin", "https://shop.test");
    vec![
        row(
            "authorization",
            Request::get("/orders/42").header("authorization", BYTES),
            &[Refused(401, "jwt", "")],
        ),
        row(
            "behind a token",
            Request::get("/orders/42").header("authorization", in_token),
            &[Refused(401, "jwt", "")],
        ),
        row(
            "authorization, where nobody looks",
            Request::get("/echo").header("authorization", BYTES),
            &[Forwarded],
        ),
        row(
            "the cookie that holds tokens",
            Request::get("/orders/42").header("cookie", b"session=\xff\xfe"),
            &[Refused(401, "jwt", "")],
        ),
        row(
            "beside a token in a cookie",
            Request::get("/orders/42")
                .header("cookie", [b"a=\xff; session=", tokens.reader.as_bytes()].concat()),
            &[Forwarded, Refused(400, "jwt", "credential_not_removable")],
        ),
        row(
            "x-api-key",
            Request::get("/exports/orders").header("x-api-key", BYTES),
            &[Refused(401, "jwt", "")],
        ),
        row(
            "content-type where one is wanted",
            Request::new("POST", "/orders").header("content-type", BYTES).bearer(&tokens.buyer).body("{}"),
            &[Refused(415, "route", "content_type_not_accepted")],
        ),
        row(
            "access-control-request-method",
            preflight.header("access-control-request-method", BYTES),
            &[Refused(404, "route", "route_unknown")],
        ),
        row(
            "connection",
            Request::get("/echo").header("connection", BYTES),
            &[Forwarded, Proxy(400), Refused(400, "identity", "")],
        ),
        row("te", Request::get("/echo").header("te", BYTES), &[Forwarded, Proxy(400)]),
        row(
            "expect (RFC 9110 §10.1.1)",
            Request::get("/echo").header("expect", BYTES),
            &[Forwarded, Proxy(417)],
        ),
        row("a body", Request::post("/orders", BYTES).bearer(&tokens.buyer), &[Forwarded]),
        row("content-length", Request::get("/echo").header("content-length", BYTES), &[Proxy(400)]),
        row(
            "transfer-encoding",
            Request::get("/echo").header("transfer-encoding", BYTES),
            &[Proxy(400), Proxy(501)],
        ),
    ]
}

/// Where HTTP wants other characters, in HTTP/1.1 (RFC 9112 §3, RFC 9110 §5.1 and §7.2) and HTTP/2 (RFC 9113 §8.2.1).
fn lines() -> Vec<Row> {
    let host: &[u8] = b"host: shop.test";
    let bytes = |name: &str, lines: &[&[u8]], may: &[Ending]| {
        Row::sends(CLASS, name, Sent::Bytes(head(lines)), may)
    };
    let by_hand = |name: &str, frames: RawHttp2, may: &[Ending]| {
        Row::sends(CLASS, format!("HTTP/2: {name}"), Sent::Frames(frames), may)
    };
    let no_id = format!("GET /echo?{ID} HTTP/1.1\r\nhost: shop.test\r\n");
    let no_id = [no_id.as_bytes(), b"x-request-id: \xff\xfe\r\n\r\n"].concat();
    let path = [Proxy(400), Refused(400, "route", "path_character")];
    let malformed = [Cut, Proxy(400)];
    let base = RawHttp2::default;
    vec![
        Row::sends(CLASS, "x-request-id", Sent::Bytes(no_id), &[Forwarded]),
        bytes("the method", &[b"G\xff HTTP/1.1", host], &[Proxy(400)]),
        bytes("the path", &[b"GET /orders/\xff HTTP/1.1", host], &path),
        bytes("the query", &[b"GET /echo?\xff HTTP/1.1", host], &path),
        bytes("the version", &[b"GET /echo HTTP/1.\xff", host], &[Proxy(400)]),
        bytes("the name of a field", &[b"GET /echo HTTP/1.1", host, b"x-\xff: 1"], &[Proxy(400)]),
        bytes("the host", &[b"GET /echo HTTP/1.1", b"host: \xff\xfe"], &[Proxy(400)]),
        bytes("the host in a target", &[b"GET http://\xff/echo HTTP/1.1", host], &[Proxy(400)]),
        by_hand(
            "the path",
            frames("GET", "/orders/x").field("x-a", BYTES).field(":path", BYTES),
            &malformed,
        ),
        by_hand(
            "the query",
            base()
                .field(":method", "GET")
                .field(":scheme", "http")
                .field(":authority", "shop.test")
                .field(":path", b"/echo?\xff"),
            &[Cut, Proxy(400), path[1]],
        ),
        by_hand(
            "the method",
            base()
                .field(":method", b"G\xff")
                .field(":scheme", "http")
                .field(":authority", "shop.test")
                .field(":path", "/echo"),
            &malformed,
        ),
        by_hand(
            "the authority",
            base()
                .field(":method", "GET")
                .field(":scheme", "http")
                .field(":authority", BYTES)
                .field(":path", "/echo"),
            &malformed,
        ),
        by_hand(
            "the scheme",
            base()
                .field(":method", "GET")
                .field(":scheme", BYTES)
                .field(":authority", "shop.test")
                .field(":path", "/echo"),
            &malformed,
        ),
        by_hand("the name of a field", frames("GET", "/echo").field(b"x-\xff", "1"), &malformed),
    ]
}

/// NUL, CR and LF in a value are refused or, in HTTP/1.1, replaced by a space (RFC 9110 §5.5).
fn controls() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, value) in [("NUL", b"a\0b".as_slice()), ("CR", b"a\rb"), ("LF", b"a\nb")] {
        let request = frames("GET", "/echo").field("x-note", value);
        rows.push(Row::sends(
            CLASS,
            format!("HTTP/2: {name} in a value"),
            Sent::Frames(request),
            &[Cut, Proxy(400)],
        ));
    }
    let lines = |value| head(&[b"GET /echo HTTP/1.1", b"host: shop.test", value]);
    let nul = Sent::Bytes(lines(b"x-note: a\0b"));
    rows.push(Row::sends(CLASS, "NUL in a value", nul, &[Proxy(400)]));
    let bare = lines(b"x-note: a\rb");
    rows.push(Row::plays(
        CLASS,
        "a bare CR in a value (RFC 9112 §2.2: 400, or a space)",
        move |world, id| {
            let came = exchange(world, &Sent::Bytes(bare.clone()), id)?;
            let arrived = world.arrived_of(id);
            let is_raw = arrived
                .iter()
                .any(|arrived| arrived.field("x-note").is_some_and(|value| value.contains(&b'\r')));
            ensure(matches!(came.status, Some(200 | 400)) && !is_raw, || {
                format!("{:?}: {arrived:?}", came.status)
            })?;
            Ok(format!("{:?}", came.status))
        },
    ));
    rows
}
