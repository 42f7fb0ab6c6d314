//! What cannot be decided, and what is over its limit: 503 and 429, each with when to come again.

use testenv::client::{Answer, Request};
use testenv::engine::Conduct;
use testenv::report::{Checked, Verdict, ensure};

use super::order;
use crate::exchange::exchange;
use crate::row::Ending::{Forwarded, Refused};
use crate::row::{Row, Sent, send};
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "unavailable, limits";

/// Fields of limits that are lists (draft-ietf-httpapi-ratelimit-headers), and the older ones, which are numbers.
const LISTS: [&str; 2] = ["ratelimit-policy", "ratelimit"];
const NUMBERS: [&str; 3] = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let cold = |path: &str| Request::get(path).bearer(&tokens.cold);
    let never = Refused(503, "jwt", "keys_never_loaded");
    let (http1, http2) = (cold("/cold"), cold("/cold"));
    let mut rows = vec![
        Row::sends(CLASS, "keys that never came", Sent::Http1(http1), &[never]),
        Row::sends(CLASS, "HTTP/2: keys that never came", Sent::Http2(http2), &[never]),
        Row::sends(
            CLASS,
            "… and no token",
            Sent::Http1(Request::get("/cold")),
            &[Refused(401, "jwt", "credential_missing")],
        ),
        Row::sends(
            CLASS,
            "… and another issuer's route",
            Sent::Http1(order(&tokens.cold)),
            &[Refused(401, "jwt", "issuer_unknown")],
        ),
        Row::plays(CLASS, "over the limit", over_the_limit),
    ];
    rows.extend(engines());
    rows
}

/// The second request of a day is one too many.
fn over_the_limit(world: &World, id: &str) -> Verdict {
    let first = exchange(world, &Sent::Http1(Request::get("/once")), id)?;
    ensure(first.status == Some(200) && world.arrived_of(id).len() == 1, || {
        "the first is refused".to_owned()
    })?;
    told_of_limits(first.answer.as_ref())?;
    let id = format!("{id}-again");
    let sent = Sent::Http1(Request::get("/once"));
    let said = send(world, &sent, &[Refused(429, "ratelimit", "limit_reached")], &id)?;
    let again = exchange(world, &sent, &format!("{id}-again"))?;
    told_of_limits(again.answer.as_ref())?;
    ensure(again.status == Some(429), || format!("{:?}", again.status))?;
    Ok(said)
}

/// RateLimit fields are structured fields (RFC 9651), and all of them are there.
fn told_of_limits(answer: Option<&Answer>) -> Checked<()> {
    let answer = answer.ok_or("no answer")?;
    for name in LISTS {
        let value = answer.header(name).ok_or_else(|| format!("no {name}"))?;
        let list: sfv::List =
            sfv::Parser::new(value).parse().map_err(|error| format!("{name}: {value}: {error}"))?;
        ensure(!list.is_empty(), || format!("{name} is empty"))?;
    }
    for name in NUMBERS {
        let value = answer.header(name).ok_or_else(|| format!("no {name}"))?;
        sfv::Parser::new(value)
            .parse::<sfv::Item>()
            .map_err(|error| format!("{name}: {value}: {error}"))?;
    }
    Ok(())
}

/// An engine that does not decide: the route says what follows. The suite of engines holds every fault of one.
fn engines() -> Vec<Row> {
    let no = |reason| Refused(503, "ratelimit", reason);
    let row = |name: &str, path: &'static str, conduct: Conduct, ending| {
        Row::plays(CLASS, format!("engine {name}"), move |world, id| {
            let _again = world.engine_does(conduct.clone());
            send(world, &Sent::Http1(Request::get(path)), &[ending], id)
        })
    };
    let garbage = || Conduct::Bytes(b"\xff\xff\xff".as_slice().into());
    vec![
        row("silent, closed", "/closed", Conduct::Hang, no("engine_late")),
        row("silent, open", "/open", Conduct::Hang, Forwarded),
        row("garbage, closed", "/closed", garbage(), no("engine_garbage")),
        row("garbage, open", "/open", garbage(), Forwarded),
        row("an error, closed", "/closed", Conduct::Fail(14), no("engine_failed")),
        row("broken off, closed", "/closed", Conduct::Reset, no("engine_failed")),
        row("an unknown code, closed", "/closed", Conduct::unknown_code(), no("engine_garbage")),
        row(
            "fields with CR LF",
            "/closed",
            Conduct::with_headers([("x-a".to_owned(), "1\r\nx-b: 2".to_owned())]),
            Forwarded,
        ),
        Row::plays(CLASS, "an engine that is late is counted as late", late_is_counted),
    ]
}

/// docs/debugging.md, `engine_late`; docs/failure-modes.md, `limit.engine.timeout.<limit>` and `limit.open.<limit>`.
fn late_is_counted(world: &World, id: &str) -> Verdict {
    let _again = world.engine_does(Conduct::Hang);
    let counts = || {
        ["engine.timeout", "engine.failed", "open"].map(|event| world.count(&format!("limit.{event}.open")))
    };
    let before = counts();
    send(world, &Sent::Http1(Request::get("/open")), &[Forwarded], id)?;
    let counted: Vec<u64> = counts().iter().zip(before).map(|(now, before)| now - before).collect();
    ensure(counted == [1, 0, 1], || format!("{counted:?} counted as late, failed, open"))?;
    Ok("1 late, 1 open".to_owned())
}
