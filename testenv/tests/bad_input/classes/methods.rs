//! Methods, expectations, upgrades and preflights.

use testenv::client::Request;
use testenv::report::{Verdict, ensure};

use super::{head, order};
use crate::row::Ending::{self, Forwarded, Proxy, Refused};
use crate::row::{Row, Sent};
use crate::tap::Tap;
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "methods, upgrades";
const UNKNOWN: Ending = Refused(404, "route", "route_unknown");

/// Methods that the route has not, or that nobody knows: a method is a name like any other (RFC 9110 §9.1).
const METHODS: [&str; 8] = ["HEAD", "DELETE", "PUT", "PATCH", "PROPFIND", "REPORT", "TRACE", "OPTIONS"];

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let mut rows = Vec::new();
    for method in METHODS {
        let request = Request::new(method, "/orders/42").bearer(&tokens.reader);
        rows.push(Row::sends(
            CLASS,
            format!("{method} where there is none"),
            Sent::Http1(request.clone()),
            &[UNKNOWN],
        ));
        rows.push(Row::sends(CLASS, format!("HTTP/2: {method}"), Sent::Http2(request), &[UNKNOWN]));
    }
    rows.extend(odd_methods(tokens));
    rows.extend(expectations(tokens));
    rows.extend(upgrades(tokens));
    rows.extend(preflights());
    rows
}

fn row(name: &str, request: Request, may: &[Ending]) -> Row {
    Row::sends(CLASS, name, Sent::Http1(request), may)
}

fn odd_methods(tokens: &Tokens) -> Vec<Row> {
    let of = |method: &str| Request::new(method, "/orders/42").bearer(&tokens.reader);
    vec![
        row("`get` in lower case", of("get"), &[UNKNOWN, Proxy(400)]),
        row("a method of 8,000 letters", of(&"A".repeat(8_000)), &[UNKNOWN, Proxy(400)]),
        row("a method with `@`", of("G@T"), &[Proxy(400)]),
        row("HEAD where every method may", Request::new("HEAD", "/echo"), &[Forwarded]),
        // HTTP/1.1 to the proxy is a list of methods, others are 400 there.
        row("BREW where there is none", of("BREW"), &[UNKNOWN, Proxy(400)]),
        Row::sends(CLASS, "HTTP/2: BREW", Sent::Http2(of("BREW")), &[UNKNOWN]),
        row("BREW where every method may", Request::new("BREW", "/echo"), &[Forwarded, Proxy(400)]),
        row("TRACE where every method may", Request::new("TRACE", "/echo"), &[Forwarded, Proxy(405)]),
        row(
            "another method by a field",
            order(&tokens.reader).header("x-http-method-override", "DELETE"),
            &[Forwarded],
        ),
        row("GET with a body", order(&tokens.reader).body("abc"), &[Forwarded]),
    ]
}

/// RFC 9110 §10.1.1.
fn expectations(tokens: &Tokens) -> Vec<Row> {
    let post = |token: &str| Request::post("/orders", "{}").header("expect", "100-continue").bearer(token);
    let unsent = head(&[
        b"POST /orders HTTP/1.1",
        b"host: shop.test",
        b"content-type: application/json",
        b"expect: 100-continue",
        b"content-length: 2",
    ]);
    vec![
        row("100-continue, allowed", post(&tokens.buyer), &[Forwarded]),
        row("100-continue, refused", post("x"), &[Refused(401, "jwt", "")]),
        Row::sends(
            CLASS,
            "100-continue, refused before the body",
            Sent::Bytes(unsent),
            &[Refused(401, "jwt", "credential_missing")],
        ),
        row(
            "an unknown expectation",
            order(&tokens.reader).header("expect", "a-miracle"),
            &[Forwarded, Proxy(417)],
        ),
    ]
}

/// RFC 9110 §7.8: an upgrade that is not wanted is ignored or refused, and decided about like any request.
fn upgrades(tokens: &Tokens) -> Vec<Row> {
    let upgrade =
        |request: Request, to: &str| request.header("connection", "upgrade").header("upgrade", to);
    let websocket = |request| {
        upgrade(request, "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
    };
    let h2c = |request| upgrade(request, "h2c").header("http2-settings", "AAMAAABkAAQAAP__");
    let missing = Refused(401, "jwt", "credential_missing");
    let token = tokens.reader.clone();
    vec![
        row("websocket: 403 by the proxy", websocket(Request::get("/orders/42")), &[Proxy(403), missing]),
        row("websocket, open route", websocket(Request::get("/echo")), &[Proxy(403), Forwarded]),
        row("h2c", h2c(Request::get("/echo")), &[Forwarded, Proxy(403)]),
        row("h2c, guarded", h2c(Request::get("/orders/42")), &[missing, Proxy(403)]),
        row("an unknown protocol", upgrade(Request::get("/orders/42"), "foo/2"), &[missing, Proxy(403)]),
        Row::plays(CLASS, "websocket where it may (wide listener), no token", |world, id| {
            guarded_websocket(world, id)
        }),
        Row::plays(CLASS, "websocket where it may (wide listener), a token", move |world, _| {
            open_websocket(world, &token)
        }),
    ]
}

fn websocket_head(authorization: &str) -> String {
    format!(
        "GET /streams/guarded/socket HTTP/1.1\r\nhost: shop.test\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{authorization}\r\n"
    )
}

fn guarded_websocket(world: &World, _: &str) -> Verdict {
    let mut tap = Tap::connect(world.wide)?;
    tap.send(websocket_head(""))?;
    tap.await_text("HTTP/1.1 401 ")?;
    tap.await_text("www-authenticate: Bearer realm=\"shop\"\r\n")?;
    ensure(world.streamer.is_idle(), || "it reached the service".to_owned())?;
    Ok("401".to_owned())
}

/// Bytes go both ways, and whoever goes away is told of to the other.
fn open_websocket(world: &World, token: &str) -> Verdict {
    let mut tap = Tap::connect(world.wide)?;
    tap.send(websocket_head(&format!("authorization: Bearer {token}\r\n")))?;
    let mut service = world.streamer.next()?;
    service
        .send("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")?;
    tap.await_text("HTTP/1.1 101 ")?;
    tap.send(b"\x81\x05up\xff\xfe!")?;
    service.await_text(b"\x81\x05up\xff\xfe!")?;
    service.send(b"\x81\x04down")?;
    tap.await_text(b"\x81\x04down")?;
    drop(tap);
    service.await_end()?;
    Ok("101, both ways".to_owned())
}

/// docs/credentials.md: without credential, cookie or body, and for a route that says so.
fn preflights() -> Vec<Row> {
    let asks = |path: &str, method: &str| {
        let preflight = Request::new("OPTIONS", path).header("origin", "https://shop.test");
        preflight.header("access-control-request-method", method)
    };
    vec![
        row("a preflight that may pass", asks("/orders", "POST"), &[Forwarded]),
        row("a preflight for a guarded route", asks("/orders/42", "GET"), &[UNKNOWN]),
        row("a preflight with a cookie", asks("/orders", "POST").header("cookie", "a=b"), &[UNKNOWN]),
        row(
            "a preflight with a credential",
            asks("/orders", "POST").header("authorization", "Bearer x"),
            &[UNKNOWN],
        ),
        row("a preflight with a body", asks("/orders", "POST").body("{}"), &[UNKNOWN]),
        row("a preflight for an unknown method", asks("/orders", "BREW"), &[UNKNOWN]),
        row(
            "a preflight without an origin",
            Request::new("OPTIONS", "/orders").header("access-control-request-method", "POST"),
            &[UNKNOWN],
        ),
    ]
}
