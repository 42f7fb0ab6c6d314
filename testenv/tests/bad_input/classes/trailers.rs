//! Trailers: nothing behind a body says who calls, shows a credential, or changes how the message is read (RFC 9110
//! §6.5.1; docs/identity.md lists what is taken out). The proxy takes and forwards trailers here.

use testenv::client::{RawHttp2, Request};
use testenv::report::{Verdict, ensure};

use super::{frames, head};
use crate::exchange::exchange;
use crate::row::Ending::{self, Cut, Forwarded, Proxy, Refused};
use crate::row::{Row, Sent};
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "trailers";

/// Shows that trailers arrive.
const CONTROL: &str = "x-control";

/// What a client writes.
const FORGED: &str = "forged-by-client";

/// Names that may not arrive as trailers.
const NAMES: [&str; 12] = [
    "x-watchword-subject",
    "x_watchword_subject",
    "x-watchword-caller",
    "txn-token",
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-client-cert",
    "traceparent",
    "x-watchword-never-used-yet",
];

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let mut rows: Vec<Row> = NAMES.iter().map(|name| taken_out(name)).collect();
    rows.extend(credentials(tokens));
    rows.extend(malformed());
    rows
}

/// A POST in chunks with these trailers.
fn chunked(line: &str, fields: &str, trailers: &str) -> Vec<u8> {
    let head = head(&[
        line.as_bytes(),
        b"host: shop.test",
        b"te: trailers",
        b"transfer-encoding: chunked",
        fields.as_bytes(),
    ]);
    [head, format!("3\r\nabc\r\n0\r\n{trailers}\r\n").into_bytes()].concat()
}

fn taken_out(name: &'static str) -> Row {
    Row::plays(CLASS, name, move |world, id| {
        let trailers = format!("{CONTROL}: 1\r\n{}: {FORGED}\r\n", name.to_uppercase());
        let http1 = Sent::Bytes(chunked("POST /echo HTTP/1.1", "x-a: 1", &trailers));
        // Without a length, so that trailers can be said in HTTP/1.1 behind the proxy.
        let http2 = frames("POST", "/echo").data("abc").trailer(CONTROL, "1").trailer(name, FORGED);
        never_arrives(world, &http1, id)?;
        never_arrives(world, &Sent::Frames(http2), id)
    })
}

fn never_arrives(world: &World, sent: &Sent, id: &str) -> Verdict {
    let came = exchange(world, sent, id)?;
    ensure(came.status == Some(200), || format!("{:?}", came.status))?;
    let [arrived] = world.arrived_of(id).try_into().map_err(|_| "not one arrived")?;
    let control = arrived.trailer(CONTROL) == Some(b"1");
    let all = arrived.trailers.iter().chain(&arrived.fields);
    let forged = all.filter(|(_, value)| value == FORGED.as_bytes()).count();
    ensure(control && forged == 0 && arrived.body == b"abc", || format!("arrived: {arrived:?}"))?;
    Ok("taken out, the others arrive".to_owned())
}

/// Too late to be shown, and too late to be duplicates.
fn credentials(tokens: &Tokens) -> Vec<Row> {
    let token = format!("Bearer {}", tokens.buyer);
    let missing = Refused(401, "jwt", "credential_missing");
    let post = || Request::post("/orders", "{}");
    let row = |name: &str, request, ending| Row::sends(CLASS, name, Sent::Http2(request), &[ending]);
    let http1 = chunked(
        "POST /orders HTTP/1.1",
        "content-type: application/json",
        &format!("authorization: {token}\r\n"),
    );
    vec![
        row("HTTP/2: a credential in a trailer alone", post().trailer("authorization", &token), missing),
        row(
            "HTTP/2: in head and trailer",
            post().bearer(&tokens.buyer).trailer("authorization", &token),
            Forwarded,
        ),
        row(
            "HTTP/2: an API key in a trailer alone",
            Request::get("/exports/orders").body("a").trailer("x-api-key", "a.b"),
            missing,
        ),
        Row::sends(CLASS, "a credential in a trailer alone", Sent::Bytes(http1), &[missing]),
    ]
}

/// What is no trailer ends the message; what frames a message is no trailer.
fn malformed() -> Vec<Row> {
    let cut: &[Ending] = &[Proxy(400), Proxy(431), Cut];
    let http1 = |name: &str, trailers: &str| {
        Row::sends(CLASS, name, Sent::Bytes(chunked("POST /echo HTTP/1.1", "x-a: 1", trailers)), cut)
    };
    let by_hand = |name: &str, change: &dyn Fn(RawHttp2) -> RawHttp2| {
        let frames = change(frames("POST", "/echo").data("abc"));
        Row::sends(CLASS, format!("HTTP/2: {name}"), Sent::Frames(frames), cut)
    };
    vec![
        http1("no name", ": 1\r\n"),
        http1("no colon", "x-note\r\n"),
        http1("NUL in a value", "x-note: a\0b\r\n"),
        http1("a trailer of 70 KiB", &format!("x-note: {}\r\n", "a".repeat(70 * 1_024))),
        by_hand("a pseudo-header", &|frames| frames.trailer(":path", "/orders")),
        by_hand("a name in upper case", &|frames| frames.trailer("X-Note", "1")),
        by_hand("CR LF in a value", &|frames| frames.trailer("x-note", "a\r\nb: c")),
        by_hand("trailers that do not end", &|frames| frames.trailer("x-note", "1").open()),
        by_hand("connection", &|frames| frames.trailer("connection", "close")),
        by_hand("200 trailers", &|frames| {
            (0..200).fold(frames, |frames, at| frames.trailer(format!("x-{at}"), "1"))
        }),
        Row::plays(CLASS, "a length and a coding as trailers", framing),
    ]
}

/// They say nothing of the message any more, and do not arrive where a service could believe them.
fn framing(world: &World, id: &str) -> Verdict {
    let trailers = format!("{CONTROL}: 1\r\ncontent-length: 7\r\nhost: admin.test\r\n");
    let came = exchange(world, &Sent::Bytes(chunked("POST /echo HTTP/1.1", "x-a: 1", &trailers)), id)?;
    let arrived = world.arrived_of(id);
    let shown = arrived.iter().filter(|arrived| {
        arrived.trailer("content-length").is_some()
            || arrived.trailer("host").is_some()
            || arrived.body != b"abc"
    });
    ensure(shown.count() == 0, || format!("arrived: {arrived:?}"))?;
    ensure(matches!(came.status, Some(200 | 400) | None), || format!("{:?}", came.status))?;
    Ok(format!("{:?}", came.status))
}
