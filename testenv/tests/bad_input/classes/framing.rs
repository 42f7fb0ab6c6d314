//! Messages of HTTP/1.1 that two readers could take for different ones (RFC 9112). All of it is the proxy's to refuse;
//! what it takes, we decide about once.

use testenv::client::{Connection, Request};
use testenv::report::{Verdict, ensure};

use super::{head, order};
use crate::exchange::exchange;
use crate::row::Ending::{self, Cut, Forwarded, Proxy, Refused};
use crate::row::{ID, Row, Sent};
use crate::tap::Tap;
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "framing";
const HOST: &[u8] = b"host: shop.test";

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let mut rows = lengths();
    rows.extend(lines());
    rows.extend(hosts());
    rows.extend(chunks());
    rows.extend(pipelines(tokens));
    rows
}

fn row(name: impl Into<String>, bytes: Vec<u8>, may: &[Ending]) -> Row {
    Row::sends(CLASS, name, Sent::Bytes(bytes), may)
}

/// A POST with these fields and bytes behind its head.
fn post(fields: &[&[u8]], body: &[u8]) -> Vec<u8> {
    [head(&[&[b"POST /echo HTTP/1.1".as_slice(), HOST], fields].concat()), body.to_vec()].concat()
}

/// RFC 9112 §6.
fn lengths() -> Vec<Row> {
    let refused = [
        (
            "Content-Length and Transfer-Encoding",
            post(&[b"content-length: 4", b"transfer-encoding: chunked"], b"0\r\n\r\n"),
        ),
        (
            "Transfer-Encoding and Content-Length",
            post(&[b"transfer-encoding: chunked", b"content-length: 4"], b"0\r\n\r\n"),
        ),
        ("two lengths", post(&[b"content-length: 1", b"content-length: 2"], b"ab")),
        ("a list of two lengths", post(&[b"content-length: 1, 2"], b"ab")),
        ("a negative length", post(&[b"content-length: -1"], b"")),
        ("a signed length", post(&[b"content-length: +1"], b"a")),
        ("a length in hex", post(&[b"content-length: 0x1"], b"a")),
        ("no length", post(&[b"content-length: "], b"")),
        ("a length beyond 64 bits", post(&[b"content-length: 99999999999999999999"], b"")),
    ];
    let mut rows: Vec<Row> = refused.map(|(name, bytes)| row(name, bytes, &[Proxy(400)])).into();
    // An unknown coding is 501 or 400; so is one that is not last, or comes twice (RFC 9112 §6.1, §7).
    for coding in [
        "xchunked",
        "identity",
        "gzip, chunked",
        "chunked, chunked",
        "chunked, gzip",
        "\x0bchunked",
        "chunked;a=b",
    ] {
        let bytes = post(&[format!("transfer-encoding: {coding}").as_bytes()], b"0\r\n\r\n");
        rows.push(row(format!("coding `{}`", coding.escape_default()), bytes, &[Proxy(400), Proxy(501)]));
    }
    rows
}

/// RFC 9112 §2.2, §5.1, §5.2.
fn lines() -> Vec<Row> {
    let get = |fields: &[&[u8]]| head(&[&[b"GET /healthz HTTP/1.1".as_slice(), HOST], fields].concat());
    let guarded =
        |text: &str| format!("GET /orders/42 HTTP/1.1{text}x-request-id: {ID}\r\n\r\n").into_bytes();
    vec![
        row("white space before the colon", get(&[b"x-note : 1"]), &[Proxy(400)]),
        row("no name", get(&[b": 1"]), &[Proxy(400)]),
        row("no colon", get(&[b"x-note"]), &[Proxy(400)]),
        row(
            "white space before the first name",
            head(&[b"GET /healthz HTTP/1.1", b" x-note: 1", HOST]),
            &[Proxy(400)],
        ),
        row(
            "a folded value (§5.2: 400, or a space)",
            get(&[b"x-note: a", b" b"]),
            &[Proxy(400), Forwarded],
        ),
        row(
            "a folded credential (§5.2)",
            get(&[b"x-watchword-subject: a", b" b"]),
            &[Proxy(400), Forwarded],
        ),
        row(
            "a bare LF before a field (§2.2: 400, or an end of line)",
            guarded("\r\nhost: shop.test\nx-note: 1\r\n"),
            &[Proxy(400), Refused(401, "jwt", "credential_missing")],
        ),
        row(
            "bare LFs only (§2.2)",
            format!("GET /orders/42 HTTP/1.1\nhost: shop.test\nx-request-id: {ID}\n\n").into_bytes(),
            &[Proxy(400), Refused(401, "jwt", "credential_missing")],
        ),
        row(
            "an empty line first (§2.2: ignored)",
            [b"\r\n".as_slice(), &get(&[])].concat(),
            &[Forwarded, Proxy(400)],
        ),
        row("no version", b"GET /healthz\r\n\r\n".to_vec(), &[Proxy(400), Proxy(426), Cut]),
        row("HTTP/1.0: 426 by the proxy", head(&[b"GET /healthz HTTP/1.0", HOST]), &[Proxy(426)]),
        row("HTTP/1.0, guarded", head(&[b"GET /orders/42 HTTP/1.0", HOST]), &[Proxy(426)]),
        row(
            "HTTP/2.0 in a request line",
            head(&[b"GET /healthz HTTP/2.0", HOST]),
            &[Proxy(400), Proxy(426), Proxy(505), Cut],
        ),
        row("another protocol", b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec(), &[Proxy(400), Cut]),
        row(
            "a handshake of TLS",
            b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03\r\n\r\n".to_vec(),
            &[Proxy(400), Cut],
        ),
        row(
            "a preface of HTTP/2 that breaks off",
            b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".to_vec(),
            &[Proxy(400), Cut],
        ),
    ]
}

/// RFC 9112 §3.2: exactly one, and a good one.
fn hosts() -> Vec<Row> {
    let get = |fields: &[&[u8]]| head(&[&[b"GET /healthz HTTP/1.1".as_slice()], fields].concat());
    vec![
        row("no host", get(&[]), &[Proxy(400)]),
        row("a host with a path", get(&[b"host: shop.test/a"]), &[Proxy(400)]),
        row("a host with a space", get(&[b"host: shop.test a"]), &[Proxy(400)]),
        Row::plays(CLASS, "two hosts: 400, or one as decided", two_hosts),
    ]
}

/// A server must refuse them. The proxy in front of us may join them instead: then no service may be shown another
/// than was decided on.
fn two_hosts(world: &World, id: &str) -> Verdict {
    let lines: [&[u8]; 3] = [b"GET /healthz HTTP/1.1", HOST, b"host: admin.test"];
    let came = exchange(world, &Sent::Bytes(head(&lines)), id)?;
    let arrived = world.arrived_of(id);
    let hosts: Vec<_> = arrived
        .iter()
        .flat_map(|arrived| &arrived.fields)
        .filter(|(name, _)| name.eq_ignore_ascii_case(b"host"))
        .collect();
    ensure(came.status == Some(400) || hosts.len() == 1, || format!("{:?}: {hosts:?}", came.status))?;
    Ok(format!("{:?}, {} arrived", came.status, hosts.len()))
}

/// RFC 9112 §7.1. What has begun is broken off, and never looks whole.
fn chunks() -> Vec<Row> {
    let chunked = |body: &[u8]| post(&[b"transfer-encoding: chunked"], body);
    let mut rows: Vec<Row> = [
        ("no size", b"\r\nabc\r\n0\r\n\r\n".as_slice()),
        ("a size that is no number", b"xyz\r\nabc\r\n0\r\n\r\n"),
        ("a negative size", b"-1\r\nabc\r\n0\r\n\r\n"),
        ("a size beyond 64 bits", b"fffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
        ("a size in decimal style", b"0x3\r\nabc\r\n0\r\n\r\n"),
    ]
    .into_iter()
    .map(|(name, body)| row(format!("a chunk with {name}"), chunked(body), &[Proxy(400), Cut]))
    .collect();
    rows.push(row(
        "a chunk with an extension",
        chunked(b"3;a=b\r\nabc\r\n0\r\n\r\n"),
        &[Forwarded, Proxy(400)],
    ));
    rows.push(row("an empty body in chunks", chunked(b"0\r\n\r\n"), &[Forwarded]));
    let more = Sent::Bytes(chunked(b"3\r\nabcd\r\n0\r\n\r\n"));
    rows.push(Row::plays(CLASS, "a chunk with more than its size: 400, or cut to it", move |world, id| {
        let came = exchange(world, &more, id)?;
        let arrived = world.arrived_of(id);
        let as_counted = arrived.iter().all(|arrived| !arrived.complete || arrived.body == b"abc");
        ensure(as_counted, || format!("{:?}: {arrived:?}", came.status))?;
        Ok(format!("{:?}, {} arrived", came.status, arrived.len()))
    }));
    rows
}

/// RFC 9112 §9.3.2: answers come in the order of the requests, and each is decided about by itself.
fn pipelines(tokens: &Tokens) -> Vec<Row> {
    let (good, bad) = (order(&tokens.reader), Request::get("/orders/42"));
    let (first, second) = (good.clone(), bad.clone());
    vec![
        Row::plays(CLASS, "pipelined: bad, good", move |world, id| {
            pipelined(world, &[&bad, &good], &[401, 200], id)
        }),
        Row::plays(CLASS, "pipelined: good, bad", move |world, id| {
            pipelined(world, &[&first, &second], &[200, 401], id)
        }),
        Row::plays(CLASS, "a refused body is no second request", smuggled),
        Row::plays(CLASS, "a refused HEAD, then GET", head_then_get),
    ]
}

fn pipelined(world: &World, requests: &[&Request], wanted: &[u16], id: &str) -> Verdict {
    let mut connection = Connection::plain(world.edge())?;
    let bytes: Vec<u8> = requests
        .iter()
        .flat_map(|request| (*request).clone().header("x-request-id", id).to_bytes())
        .collect();
    connection.send(&bytes)?;
    let mut statuses = Vec::new();
    for _ in requests {
        statuses.push(connection.answer()?.status);
    }
    ensure(statuses == wanted, || format!("{statuses:?}"))?;
    let arrived = world.arrived_of(id);
    let all_shown = arrived.iter().all(|arrived| arrived.complete);
    ensure(arrived.len() == 1 && all_shown, || format!("{} arrived", arrived.len()))?;
    Ok(format!("{statuses:?}"))
}

/// The body of a request that is refused looks like a request of its own.
fn smuggled(world: &World, id: &str) -> Verdict {
    let inner = format!("GET /healthz HTTP/1.1\r\nhost: shop.test\r\nx-request-id: {id}\r\n\r\n");
    let mut tap = Tap::connect(world.edge())?;
    tap.send(Request::post("/orders", &inner).to_bytes())?;
    tap.await_text("HTTP/1.1 401 ")?;
    tap.close_half()?;
    tap.await_end()?;
    ensure(!tap.has("HTTP/1.1 200 "), || "a second answer came".to_owned())?;
    world.nothing_arrived(id).map(|()| "one answer".to_owned())
}

/// An answer to HEAD has no body: one that had would be read as the beginning of the next answer.
fn head_then_get(world: &World, id: &str) -> Verdict {
    let mut connection = Connection::plain(world.edge())?;
    let get = Request::get("/healthz").header("x-request-id", id);
    connection.send(&[Request::new("HEAD", "/orders/42").to_bytes(), get.to_bytes()].concat())?;
    let statuses = (connection.answer_to_head()?.status, connection.answer()?.status);
    ensure(statuses == (404, 200), || format!("{statuses:?}"))?;
    ensure(world.arrived_of(id).len() == 1, || "not one arrived".to_owned())?;
    Ok(format!("{statuses:?}"))
}
