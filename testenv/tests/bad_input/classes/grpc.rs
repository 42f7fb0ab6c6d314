//! Refusals of gRPC and gRPC-web, whatever the spelling of their content type: never a 2xx without a gRPC status, and
//! where the proxy knows gRPC, the status in a head that is the whole answer (docs/debugging.md, "By status").

use testenv::client::{Answer, Request};
use testenv::engine::Conduct;
use testenv::report::{Checked, Verdict, ensure};

use crate::exchange::exchange;
use crate::row::Ending::Forwarded;
use crate::row::{Row, Sent, send};
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "gRPC";

/// A message of three bytes (gRPC over HTTP/2, "Length-Prefixed-Message").
const MESSAGE: &[u8] = b"\0\0\0\0\x03abc";

/// What is gRPC by its specification: the answer must be one of gRPC.
const GRPC: [&str; 3] = ["application/grpc", "application/grpc+proto", "application/grpc+json"];

/// What could be taken for gRPC, and what is gRPC-web.
const LIKE_GRPC: [&str; 11] = [
    "application/grpc;v=1",
    "application/grpc; charset=utf-8",
    "application/grpc+proto; a=b",
    "APPLICATION/GRPC",
    "Application/Grpc+Proto",
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web-text",
    "application/grpc-web-text; a=b",
    "APPLICATION/GRPC-WEB",
    " application/grpc ",
];

/// A refusal: what is asked, with which credential, and both statuses.
struct Cause {
    path: &'static str,
    authorization: Vec<String>,
    statuses: (u16, u16),
}

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let mut rows = Vec::new();
    for (content_type, is_grpc) in
        GRPC.map(|one| (one, true)).into_iter().chain(LIKE_GRPC.map(|one| (one, false)))
    {
        for over_http2 in [true, false] {
            rows.push(refusals(tokens, content_type, is_grpc && over_http2, over_http2));
        }
    }
    rows.push(unavailable(tokens, "application/grpc", true));
    rows.push(unavailable(tokens, "Application/gRPC-Web; a=b", false));
    rows.extend(passing(tokens));
    rows
}

fn causes(tokens: &Tokens) -> Vec<Cause> {
    let bearer = |token: &str| format!("Bearer {token}");
    let cause = |path, authorization: &[&str], status, grpc_status| Cause {
        path,
        authorization: authorization.iter().map(|token| bearer(token)).collect(),
        statuses: (status, grpc_status),
    };
    vec![
        cause("/shop.Orders/Get", &[], 401, 16),
        cause("/shop.Orders/Get", &[tokens.flawed("expired")], 401, 16),
        cause("/shop.Orders/Get", &[&tokens.reader, &tokens.reader], 400, 3),
        cause("/shop.Orders/Get", &[&tokens.nobody], 403, 7),
        cause("/shop.Nothing/Get", &[], 404, 5),
        cause("/shop.Bounded/Get", &[], 415, 3),
        cause("/shop.Once/Get", &[], 429, 8),
    ]
}

fn request(cause: &Cause, content_type: &str) -> Request {
    let request =
        Request::new("POST", cause.path).header("content-type", content_type).header("te", "trailers");
    let request = request.body(MESSAGE);
    cause.authorization.iter().fold(request, |request, value| request.header("authorization", value))
}

/// All causes but those for which requests wait.
fn refusals(tokens: &Tokens, content_type: &'static str, is_grpc: bool, over_http2: bool) -> Row {
    let causes = causes(tokens);
    let protocol = if over_http2 { "HTTP/2" } else { "HTTP/1.1" };
    Row::plays(CLASS, format!("{protocol}: `{content_type}`"), move |world, id| {
        spend(world, id)?;
        for cause in &causes {
            is_refused(world, cause, content_type, is_grpc, over_http2, id)?;
        }
        Ok(format!("{} refusals", causes.len()))
    })
}

/// The one request of the day, unless it is spent.
fn spend(world: &World, id: &str) -> Checked<()> {
    exchange(world, &Sent::Http1(Request::new("POST", "/shop.Once/Get")), id)?;
    world.arrived_of(id);
    Ok(())
}

fn is_refused(
    world: &World,
    cause: &Cause,
    content_type: &str,
    is_grpc: bool,
    over_http2: bool,
    id: &str,
) -> Checked<()> {
    let request = request(cause, content_type);
    let sent = if over_http2 { Sent::Http2(request) } else { Sent::Http1(request) };
    let came = exchange(world, &sent, id)?;
    world.nothing_arrived(id)?;
    let answer = came.answer.ok_or("no answer")?;
    fits(&answer, cause, is_grpc)
        .map_err(|wrong| format!("{} {:?}: {wrong}", cause.path, cause.statuses).into())
}

fn fits(answer: &Answer, cause: &Cause, is_grpc: bool) -> Checked<()> {
    let (status, grpc_status) = cause.statuses;
    let told = answer.header("grpc-status");
    let wanted = grpc_status.to_string();
    if is_grpc || (200..300).contains(&answer.status) {
        ensure(answer.status == 200 && told == Some(&wanted), || {
            format!("{} and {told:?} in the head", answer.status)
        })?;
        ensure(answer.body.is_empty() && answer.trailers.is_empty(), || {
            format!("something follows the head: {answer:?}")
        })?;
        let message = answer.header("grpc-message").unwrap_or_default();
        return ensure(message.bytes().all(|byte| (b' '..=b'~').contains(&byte)), || {
            format!("raw: {message}")
        });
    }
    ensure(answer.status == status, || format!("{}", answer.status))?;
    ensure(told.is_none_or(|told| told == wanted), || format!("grpc-status {told:?}"))
}

/// Refusals after a wait.
fn unavailable(tokens: &Tokens, content_type: &'static str, is_grpc: bool) -> Row {
    let cold = format!("Bearer {}", tokens.cold);
    let cold = Cause { path: "/shop.Cold/Get", authorization: vec![cold], statuses: (503, 14) };
    let closed = Cause { path: "/shop.Closed/Get", authorization: Vec::new(), statuses: (503, 14) };
    Row::plays(CLASS, format!("what cannot be decided: `{content_type}`"), move |world, id| {
        let _again = world.engine_does(Conduct::Hang);
        for over_http2 in [true, false] {
            is_refused(world, &cold, content_type, is_grpc && over_http2, over_http2, id)?;
            is_refused(world, &closed, content_type, is_grpc && over_http2, over_http2, id)?;
        }
        Ok("4 refusals".to_owned())
    })
}

/// What is odd about gRPC and no reason to refuse.
fn passing(tokens: &Tokens) -> Vec<Row> {
    let good = Cause {
        path: "/shop.Orders/Get",
        authorization: vec![format!("Bearer {}", tokens.reader)],
        statuses: (200, 0),
    };
    let open = Cause { path: "/shop.Open/Get", authorization: Vec::new(), statuses: (200, 0) };
    let row = |name: &str, request| Row::sends(CLASS, name, Sent::Http2(request), &[Forwarded]);
    let timeout = |value: &str| request(&open, "application/grpc").header("grpc-timeout", value);
    vec![
        row("a good call", request(&good, "application/grpc")),
        row("a good call of gRPC-web", request(&good, "application/grpc-web+proto")),
        row("grpc-timeout: -1S", timeout("-1S")),
        row("grpc-timeout of twenty digits", timeout("99999999999999999999H")),
        row("grpc-timeout: nonsense", timeout("soon")),
        row("grpc-status in a request", request(&open, "application/grpc").header("grpc-status", "0")),
        row(
            "a length beyond the message",
            request(&open, "application/grpc").body(b"\0\xff\xff\xff\xffabc"),
        ),
        Row::plays(CLASS, "two content types", move |world, id| two_types(world, &open, id)),
    ]
}

fn two_types(world: &World, open: &Cause, id: &str) -> Verdict {
    let sent = Sent::Http2(request(open, "application/grpc").header("content-type", "text/plain"));
    send(world, &sent, &[Forwarded], id)
}
