//! Targets (RFC 9112 §3.2): the path that is decided on is the one that arrives, or there is no answer but a refusal.
//! The path matrix holds thousands; here each kind stands once, over both protocols.

use testenv::client::Request;
use testenv::report::{Verdict, ensure};

use super::{frames, head};
use crate::row::Ending::{self, Cut, Forwarded, Proxy, Refused};
use crate::row::{Row, Sent};
use crate::tokens::Tokens;

const CLASS: &str = "targets";

/// Bytes of a target: docs/debugging.md, `path_too_long`.
const MOST_TARGET: usize = 8_192;

/// What a target with an escape that decodes to what no path holds may get: the proxy looks first.
const NOBODY_TAKES_IT: &[Ending] = &[Proxy(400), Refused(400, "route", "path_ambiguous_escape")];

/// Targets, who refuses them, and why.
const REFUSED: [(&str, &[Ending]); 13] = [
    ("/orders/42;v=1", &[Refused(400, "route", "path_character")]),
    (
        "/orders/..;/admin",
        &[Refused(400, "route", "path_character"), Refused(404, "route", "route_unknown")],
    ),
    ("/orders/%00", NOBODY_TAKES_IT),
    ("/orders/a%0d%0ab", NOBODY_TAKES_IT),
    ("/orders/%2e%2e%2fhealthz", NOBODY_TAKES_IT),
    ("/orders/%252e%252e", NOBODY_TAKES_IT),
    ("/orders%2f42", NOBODY_TAKES_IT),
    ("/orders/%5c42", NOBODY_TAKES_IT),
    ("/orders/%zz", &[Proxy(400), Refused(400, "route", "path_broken_escape")]),
    ("/orders/%c0%af", &[Refused(400, "route", "path_not_utf8")]),
    ("/orders/42#/healthz", &[Proxy(400), Refused(400, "route", "path_character")]),
    ("/nothing/here", &[Refused(404, "route", "route_unknown")]),
    ("/orders/42/", &[Refused(404, "route", "route_unknown")]),
];

/// Targets that the proxy rewrites, and what arrives (`normalize_path`, `merge_slashes`).
const REWRITTEN: [(&str, &[u8]); 5] = [
    ("//healthz", b"/healthz"),
    ("/orders/../healthz", b"/healthz"),
    ("/orders/./../healthz", b"/healthz"),
    ("/orders/..;/healthz", b"/healthz"),
    ("/%68ealthz", b"/healthz"),
];

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let mut rows = Vec::new();
    for (target, may) in REFUSED {
        rows.push(Row::sends(CLASS, target, Sent::Http1(Request::get(target).bearer(&tokens.reader)), may));
        let reader = format!("Bearer {}", tokens.reader);
        let frames = frames("GET", target).field("authorization", reader);
        let may = [may, &[Cut]].concat();
        rows.push(Row::sends(CLASS, format!("HTTP/2: {target}"), Sent::Frames(frames), &may));
    }
    rows.extend(REWRITTEN.map(|(target, wanted)| rewritten(target.as_bytes(), wanted)));
    rows.extend(forms(tokens));
    rows.extend(lengths());
    rows
}

fn rewritten(target: &'static [u8], wanted: &'static [u8]) -> Row {
    let name = format!("{} is {}", target.escape_ascii(), wanted.escape_ascii());
    Row::plays(CLASS, name, move |world, id| arrives_as(world, Request::get(target), wanted, id))
}

fn arrives_as(world: &crate::world::World, request: Request, wanted: &[u8], id: &str) -> Verdict {
    let came = crate::exchange::exchange(world, &Sent::Http1(request), id)?;
    ensure(came.status == Some(200), || format!("{:?}", came.status))?;
    let [arrived] = world.arrived_of(id).try_into().map_err(|_| "not one arrived")?;
    let target = arrived.target().escape_ascii().to_string();
    ensure(arrived.target() == wanted, || format!("arrived as {target}"))?;
    Ok(target)
}

/// Other forms than a path: absolute (which servers must take, RFC 9112 §3.2.2), authority and asterisk.
fn forms(tokens: &Tokens) -> Vec<Row> {
    let origin = Refused(400, "route", "path_not_origin_form");
    let bytes = |name: &str, lines: &[&[u8]], may: &[Ending]| {
        Row::sends(CLASS, name, Sent::Bytes(head(lines)), may)
    };
    let authorization = format!("authorization: Bearer {}", tokens.reader);
    let host: &[u8] = b"host: shop.test";
    vec![
        bytes("absolute form", &[b"GET http://shop.test/healthz HTTP/1.1", host], &[Forwarded]),
        bytes(
            "absolute form, guarded",
            &[b"GET http://shop.test/orders/42 HTTP/1.1", host],
            &[Refused(401, "jwt", "credential_missing")],
        ),
        bytes(
            "absolute form, guarded, with a token",
            &[b"GET http://shop.test/orders/42 HTTP/1.1", host, authorization.as_bytes()],
            &[Forwarded],
        ),
        bytes(
            "absolute form with two slashes",
            &[b"GET http://shop.test//orders/42 HTTP/1.1", host],
            &[Refused(401, "jwt", "credential_missing")],
        ),
        bytes(
            "absolute form of https, without TLS (by the proxy)",
            &[b"GET https://shop.test/orders/42 HTTP/1.1", host],
            &[Proxy(403), Refused(401, "jwt", "credential_missing")],
        ),
        bytes("OPTIONS * (404 by the proxy)", &[b"OPTIONS * HTTP/1.1", host], &[origin, Proxy(404)]),
        bytes("GET *", &[b"GET * HTTP/1.1", host], &[Proxy(400), origin]),
        bytes("CONNECT", &[b"CONNECT shop.test:443 HTTP/1.1", host], &[origin]),
        bytes("CONNECT with a path", &[b"CONNECT /healthz HTTP/1.1", host], &[Proxy(400), origin]),
        bytes(
            "CONNECT with a token",
            &[b"CONNECT shop.test:443 HTTP/1.1", host, authorization.as_bytes()],
            &[origin],
        ),
        bytes("no leading slash", &[b"GET healthz HTTP/1.1", host], &[Proxy(400), origin]),
        bytes("no target", &[b"GET  HTTP/1.1", host], &[Proxy(400), origin]),
        Row::sends(
            CLASS,
            "HTTP/2: OPTIONS * (404 by the proxy)",
            Sent::Frames(frames("OPTIONS", "*")),
            &[origin, Proxy(404)],
        ),
    ]
}

fn lengths() -> Vec<Row> {
    let target = |bytes: usize| format!("/echo?{}", "a".repeat(bytes - "/echo?".len()));
    let row = |bytes, ending| {
        Row::sends(CLASS, format!("{bytes} bytes"), Sent::Http1(Request::get(target(bytes))), &[ending])
    };
    let too_long = Refused(400, "route", "path_too_long");
    vec![row(MOST_TARGET, Forwarded), row(MOST_TARGET + 1, too_long), row(50_000, too_long)]
}
