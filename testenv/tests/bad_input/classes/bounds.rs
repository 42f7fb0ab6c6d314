//! Heads and bodies at the bound and one over: the proxy's own bounds where it is asked first, ours behind wider ones.

use testenv::client::{Connection, Request};
use testenv::report::{Checked, Verdict, ensure};

use super::{frames, head};
use crate::row::Ending::{self, Cut, Forwarded, Proxy, Refused};
use crate::row::{Row, Sent};
use crate::tap::Tap;
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "bounds";

/// Fields of a head, by Envoy's documentation (`max_headers_count`): 431 beyond, or a reset in HTTP/2.
const PROXY_FIELDS: usize = 100;

/// Fields and bytes of a head that we take (docs/debugging.md, `head_too_large`), whatever the proxy takes.
const OUR_FIELDS: usize = 1_000;
const OUR_BYTES: usize = 64 * 1_024;

/// What the proxy adds to a head before we see it: fewer fields and bytes than this.
const ADDED_FIELDS: usize = 24;
const ADDED_BYTES: usize = 1_024;

/// Bytes of an order, as shipped.
const BODY: usize = 262_144;

/// What HTTP/2 may do about a head that is too large (RFC 9113 §10.5.1).
const TOO_LARGE: &[Ending] = &[Proxy(431), Cut];

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(of_the_proxy());
    rows.extend(of_bodies(tokens));
    rows.push(Row::plays(CLASS, "fields at our bound (wide listener)", |world, _| fields(world)));
    rows.push(Row::plays(CLASS, "bytes at our bound (wide listener)", |world, _| bytes(world)));
    rows.push(Row::plays(CLASS, "a head that never ends: 408 by the proxy", |world, _| never_ends(world)));
    rows
}

/// With so many more fields of so many bytes each.
fn filled(request: Request, fields: usize, bytes: usize) -> Request {
    let value = "a".repeat(bytes);
    (0..fields).fold(request, |request, at| request.header(format!("x-{at}"), &value))
}

fn of_the_proxy() -> Vec<Row> {
    let http1 = |name: &str, request, may: &[Ending]| Row::sends(CLASS, name, Sent::Http1(request), may);
    let http2 = |name: &str, request, may: &[Ending]| {
        Row::sends(CLASS, format!("HTTP/2: {name}"), Sent::Http2(request), may)
    };
    let by_hand = |fields: usize| {
        let frames =
            (0..fields).fold(frames("GET", "/echo"), |frames, at| frames.field(format!("x-{at}"), "a"));
        Sent::Frames(frames)
    };
    let echo = || Request::get("/echo");
    // One more is the id of the row, and in HTTP/1.1 one is the host, in HTTP/2 four are pseudo-headers.
    let (http1_fields, http2_fields) = (PROXY_FIELDS - 2, PROXY_FIELDS - 5);
    vec![
        http1("100 fields", filled(echo(), http1_fields, 1), &[Forwarded]),
        http1("101 fields", filled(echo(), http1_fields + 1, 1), &[Proxy(431)]),
        Row::sends(CLASS, "HTTP/2: 100 fields", by_hand(http2_fields), &[Forwarded]),
        Row::sends(CLASS, "HTTP/2: 101 fields", by_hand(http2_fields + 1), TOO_LARGE),
        Row::sends(CLASS, "HTTP/2: 5,000 fields", by_hand(5_000), TOO_LARGE),
        http1("a field of 59 KiB", filled(echo(), 1, 59 * 1_024), &[Forwarded]),
        http1("a field of 61 KiB", filled(echo(), 1, 61 * 1_024), &[Proxy(431)]),
        http1("a field of 1 MiB", filled(echo(), 1, 1 << 20), TOO_LARGE),
        http1("90 fields of 700 bytes", filled(echo(), 90, 700), &[Proxy(431)]),
        http2("a field of 59 KiB", filled(echo(), 1, 59 * 1_024), &[Forwarded]),
        Row::sends(
            CLASS,
            "HTTP/2: a field of 70 KiB",
            Sent::Frames(frames("GET", "/echo").field("x-long", "a".repeat(70 * 1_024))),
            TOO_LARGE,
        ),
        http1(
            "a target of 70 KiB",
            Request::get(format!("/{}", "a".repeat(70 * 1_024))),
            &[Proxy(431), Proxy(414)],
        ),
        http1("2,000 cookies in one field", echo().header("cookie", "a=b; ".repeat(2_000)), &[Forwarded]),
        http1("a name of 8 KiB", echo().header("x".repeat(8 * 1_024), "1"), &[Forwarded]),
    ]
}

fn of_bodies(tokens: &Tokens) -> Vec<Row> {
    let post = |bytes: usize| Request::post("/orders", "x".repeat(bytes)).bearer(&tokens.buyer);
    let too_large = Refused(413, "route", "content_too_large");
    let announced = head(&[
        b"POST /orders HTTP/1.1",
        b"host: shop.test",
        format!("authorization: Bearer {}", tokens.buyer).as_bytes(),
        b"content-type: application/json",
        b"content-length: 262145",
    ]);
    vec![
        Row::sends(CLASS, "a body at the route's bound", Sent::Http1(post(BODY)), &[Forwarded]),
        Row::sends(CLASS, "a body one over, of which nothing comes", Sent::Bytes(announced), &[too_large]),
    ]
}

/// The status that the wide listener gives.
fn on_wide(world: &World, request: &Request) -> Checked<u16> {
    Ok(Connection::plain(world.wide)?
        .exchange(&request.clone().header("x-request-id", crate::unharmed::PROBE))?
        .status)
}

/// One flip from taken to refused, not before what the proxy adds fits in, and nothing beyond the bound.
fn fields(world: &World) -> Verdict {
    let least = OUR_FIELDS - ADDED_FIELDS;
    let statuses = (least..=OUR_FIELDS + 1)
        .map(|fields| on_wide(world, &filled(Request::get("/echo"), fields - 2, 1)));
    flips_once(statuses.collect::<Checked<_>>()?)
}

fn bytes(world: &World) -> Verdict {
    let own = "GET/echoshop.testx-request-idprobe:method:path:authorityx-0".len();
    let lengths = (OUR_BYTES - ADDED_BYTES..=OUR_BYTES + 1).step_by(64).chain([OUR_BYTES + 1]);
    let statuses = lengths.map(|bytes| on_wide(world, &filled(Request::get("/echo"), 1, bytes - own)));
    flips_once(statuses.collect::<Checked<_>>()?)
}

fn flips_once(statuses: Vec<u16>) -> Verdict {
    let taken = statuses.iter().take_while(|status| **status == 200).count();
    let refused = statuses.iter().skip(taken).filter(|status| **status == 400).count();
    let is_one = taken > 0 && refused > 0 && taken + refused == statuses.len();
    ensure(is_one, || format!("not first 200 and then 400: {statuses:?}"))?;
    Ok(format!("{taken} times 200, then {refused} times 400"))
}

/// RFC 9110 §15.5.9, after the `request_headers_timeout` of the wide listener.
fn never_ends(world: &World) -> Verdict {
    let mut tap = Tap::connect(world.wide)?;
    tap.send("GET /echo HTTP/1.1\r\nhost: shop.test\r\nx-a: 1")?;
    tap.await_text("HTTP/1.1 408 ")?;
    Ok("408".to_owned())
}
