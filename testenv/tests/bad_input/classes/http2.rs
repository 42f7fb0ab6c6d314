//! What is no request in HTTP/2 (RFC 9113 §8): the stream or the connection ends, or the answer is 400. All of it is
//! the proxy's to refuse; what it takes, we decide about.

use testenv::client::RawHttp2;
use testenv::report::{Verdict, ensure};

use super::frames;
use crate::exchange::exchange;
use crate::row::Ending::{self, Cut, Forwarded, Proxy, Refused};
use crate::row::{Row, Sent};
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "HTTP/2";

/// RFC 9113 §8.1.1.
const MALFORMED: &[Ending] = &[Cut, Proxy(400)];

/// The pseudo-headers of a good request.
const PSEUDO: [(&str, &str); 4] =
    [(":method", "GET"), (":scheme", "http"), (":authority", "shop.test"), (":path", "/healthz")];

/// Types of frames (RFC 9113 §6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(PSEUDO.map(|(name, _)| row(format!("no {name}"), without(name), MALFORMED)));
    rows.extend(
        PSEUDO.map(|(name, value)| row(format!("{name} twice"), good().field(name, value), MALFORMED)),
    );
    rows.push(row("no pseudo-header at all", RawHttp2::default().field("x-a", "1"), MALFORMED));
    rows.extend(pseudo());
    rows.extend(fields());
    rows.extend(connects(tokens));
    rows.extend(bodies());
    rows.extend(other_frames());
    rows
}

fn row(name: impl Into<String>, frames: RawHttp2, may: &[Ending]) -> Row {
    Row::sends(CLASS, name, Sent::Frames(frames), may)
}

fn good() -> RawHttp2 {
    frames("GET", "/healthz")
}

fn without(name: &str) -> RawHttp2 {
    let others = PSEUDO.into_iter().filter(|(other, _)| *other != name);
    others.fold(RawHttp2::default(), |frames, (name, value)| frames.field(name, value))
}

/// §8.3.
fn pseudo() -> Vec<Row> {
    let origin = Refused(400, "route", "path_not_origin_form");
    vec![
        row(
            "a pseudo-header after a field",
            without(":path").field("x-a", "1").field(":path", "/healthz"),
            MALFORMED,
        ),
        row("an unknown pseudo-header", good().field(":foo", "1"), MALFORMED),
        row(":status in a request", good().field(":status", "200"), MALFORMED),
        row(":protocol without CONNECT", good().field(":protocol", "websocket"), MALFORMED),
        row("an empty :path", without(":path").field(":path", ""), &[Cut, Proxy(400), origin]),
        row("an empty :method", without(":method").field(":method", ""), MALFORMED),
        row("an empty :authority", without(":authority").field(":authority", ""), MALFORMED),
        row(
            ":path without a slash",
            without(":path").field(":path", "healthz"),
            &[Cut, Proxy(400), origin],
        ),
        row(
            ":path with a space",
            without(":path").field(":path", "/healthz HTTP/1.1"),
            &[Cut, Proxy(400), Refused(400, "route", "path_character")],
        ),
        row(":path with CR LF", without(":path").field(":path", "/healthz HTTP/1.1\r\nx-a: 1"), MALFORMED),
        row(
            ":method with CR LF",
            without(":method").field(":method", "GET /x HTTP/1.1\r\nx-a: 1\r\n\r\n"),
            MALFORMED,
        ),
        row(
            ":authority with user and password",
            without(":authority").field(":authority", "a:b@shop.test"),
            MALFORMED,
        ),
        Row::plays(CLASS, "another host than :authority (§8.3.1)", another_host),
    ]
}

/// The host is not used: what arrives is what was decided about.
fn another_host(world: &World, id: &str) -> Verdict {
    let came = exchange(world, &Sent::Frames(good().field("host", "admin.test")), id)?;
    let arrived = world.arrived_of(id);
    let is_authority = arrived.iter().all(|arrived| arrived.field("host") == Some(b"shop.test"));
    let is_one = arrived.len() == usize::from(came.status == Some(200));
    ensure(is_authority && is_one, || format!("{:?}: {arrived:?}", came.status))?;
    Ok(format!("{:?}, {} arrived", came.status, arrived.len()))
}

/// §8.2.
fn fields() -> Vec<Row> {
    let mut rows: Vec<Row> = [
        ("a name in upper case", "X-Note", "1"),
        ("a name with a space", "x note", "1"),
        ("a name with a colon", "x:note", "1"),
        ("an empty name", "", "1"),
        ("connection", "connection", "close"),
        ("keep-alive", "keep-alive", "1"),
        ("proxy-connection", "proxy-connection", "close"),
        ("transfer-encoding", "transfer-encoding", "chunked"),
        ("upgrade", "upgrade", "websocket"),
        ("te other than trailers", "te", "gzip"),
        ("a length that is no number", "content-length", "x"),
        ("a length where nothing comes", "content-length", "3"),
    ]
    .into_iter()
    .map(|(name, field, value)| row(name, good().field(field, value), MALFORMED))
    .collect();
    rows.push(row("te: trailers", good().field("te", "trailers"), &[Forwarded]));
    rows
}

/// §8.5, and RFC 8441, which this listener does not allow.
fn connects(tokens: &Tokens) -> Vec<Row> {
    let origin = Refused(400, "route", "path_not_origin_form");
    let connect = || RawHttp2::default().field(":method", "CONNECT").field(":authority", "shop.test:443");
    let extended =
        connect().field(":scheme", "http").field(":path", "/orders/42").field(":protocol", "websocket");
    let token = format!("Bearer {}", tokens.reader);
    let may = [origin, Cut, Proxy(400), Proxy(403), Proxy(404)];
    vec![
        row("CONNECT", connect(), &may),
        row("CONNECT with a token", connect().field("authorization", token), &may),
        row("CONNECT with a body", connect().data("abc"), &may),
        row("CONNECT with :path", connect().field(":scheme", "http").field(":path", "/healthz"), &may),
        row("CONNECT without :authority", RawHttp2::default().field(":method", "CONNECT"), MALFORMED),
        row("extended CONNECT", extended, &may),
    ]
}

/// §8.1.1: a length is kept. What has begun is broken off, and never looks whole.
fn bodies() -> Vec<Row> {
    let post = |length: &str| frames("POST", "/echo").field("content-length", length);
    vec![
        row("a body shorter than its length", post("10").data("abc"), MALFORMED),
        row("a body longer than its length", post("2").data("abc"), MALFORMED),
        row("a body without a length", frames("POST", "/echo").data("abc").data("def"), &[Forwarded]),
        row("two lengths", post("3").field("content-length", "4").data("abc"), MALFORMED),
        row("a frame of no bytes at the end", frames("POST", "/echo").data("abc").data(""), &[Forwarded]),
    ]
}

/// §6, before a good request: what is an error of the connection ends it, the rest is ignored.
fn other_frames() -> Vec<Row> {
    let errors: [(&str, u8, u32, &[u8]); 13] = [
        ("data on an idle stream", DATA, 3, b"abc"),
        ("data on stream 0", DATA, 0, b"abc"),
        ("a head on stream 0", HEADERS, 0, &[0x82]),
        ("a head on an even stream", HEADERS, 2, &[0x82]),
        ("a head that does not decompress", HEADERS, 1, &[0x80]),
        ("settings of a stream", SETTINGS, 1, &[]),
        ("settings of five bytes", SETTINGS, 0, &[0; 5]),
        ("a promise", PUSH_PROMISE, 1, &[0, 0, 0, 2, 0x82]),
        ("a ping of seven bytes", PING, 0, &[0; 7]),
        ("a window of no bytes", WINDOW_UPDATE, 0, &[0; 4]),
        ("a reset of an idle stream", RST_STREAM, 3, &[0, 0, 0, 8]),
        ("a continuation of nothing", CONTINUATION, 1, &[0x82]),
        ("a priority of two bytes", PRIORITY, 1, &[0; 2]),
    ];
    let mut rows: Vec<Row> = errors
        .into_iter()
        .map(|(name, kind, stream, payload)| row(name, good().frame(kind, 4, stream, payload), &[Cut]))
        .collect();
    rows.push(row("an unknown frame (§4.1: ignored)", good().frame(0xee, 0, 0, b"abc"), &[Forwarded]));
    rows.push(row(
        "an unknown setting (§6.5.2: ignored)",
        good().frame(SETTINGS, 0, 0, &[0xee, 0xee, 0, 0, 0, 1]),
        &[Forwarded],
    ));
    rows
}
