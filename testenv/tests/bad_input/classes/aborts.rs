//! Clients that go away in every state of a request: nothing that was not decided arrives, and nobody is left waiting.

use std::thread;
use std::time::Duration;

use testenv::client::{RawHttp2, Request};
use testenv::engine::Conduct;
use testenv::report::{Checked, Verdict, ensure};

use super::frames;
use crate::exchange::filled_in;
use crate::row::{ID, Row};
use crate::tap::Tap;
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "aborts";

/// Clients that go away one after the other: more than there are workers.
const CLIENTS: usize = 4;

/// How long the engine takes; and after what part of that a client goes away.
const DELAY: Duration = Duration::from_millis(120);
const INTO_IT: Duration = Duration::from_millis(20);

/// How a client goes away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Close,
    /// It says that nothing more comes, and waits for the end.
    HalfClose,
    /// It gives its stream up, and then the connection.
    Cancel,
}

/// A state to go away in: what has been sent by then, and what the engine does meanwhile.
struct State {
    name: &'static str,
    http1: Vec<u8>,
    http2: Vec<u8>,
    conduct: Conduct,
}

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let mut rows = Vec::new();
    for state in states(tokens) {
        let State { name, http1, http2, conduct } = state;
        let ways = [
            ("closes", Way::Close, &http1),
            ("closes half", Way::HalfClose, &http1),
            ("HTTP/2: closes", Way::Close, &http2),
            ("HTTP/2: cancels", Way::Cancel, &http2),
        ];
        for (how, way, bytes) in ways {
            let (bytes, conduct) = (bytes.clone(), conduct.clone());
            rows.push(Row::plays(CLASS, format!("{name}: {how}"), move |world, id| {
                let _again = world.engine_does(conduct.clone());
                leave(world, &bytes, way, id)
            }));
        }
    }
    rows.push(Row::plays(CLASS, "a hundred streams given up at once", reset_many));
    rows.push(Row::plays(CLASS, "a body that was let pass: closes", let_pass));
    rows
}

fn states(tokens: &Tokens) -> Vec<State> {
    let cold = Request::get("/cold").bearer(&tokens.cold);
    let unknown = Request::get("/orders/42").bearer(tokens.flawed("unknown_kid"));
    let bearer = format!("Bearer {}", tokens.cold);
    let late = || Conduct::Late(DELAY);
    let whole = |request: &Request| request.clone().header("x-request-id", ID).to_bytes();
    let (cold_bytes, unknown_bytes) = (whole(&cold), whole(&unknown));
    let half = |bytes: &[u8]| bytes.iter().copied().take(bytes.len() / 2).collect::<Vec<_>>();
    let with_id = |frames: RawHttp2| frames.field("x-request-id", ID);
    let cold_frames = || with_id(frames("GET", "/cold").field("authorization", &bearer));
    let unknown_frames = with_id(
        frames("GET", "/orders/42")
            .field("authorization", format!("Bearer {}", tokens.flawed("unknown_kid"))),
    );
    let part = |path: &str, authorization: &str| {
        format!("POST {path} HTTP/1.1\r\nhost: shop.test\r\n{authorization}x-request-id: {ID}\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n").into_bytes()
    };
    let post = |path: &str| with_id(frames("POST", path));
    let authorization = format!("authorization: {bearer}\r\n");
    vec![
        State {
            name: "before the head ends",
            http1: half(&cold_bytes),
            http2: half(&cold_frames().to_bytes()),
            conduct: Conduct::Count,
        },
        State {
            name: "while keys are fetched",
            http1: cold_bytes,
            http2: cold_frames().to_bytes(),
            conduct: Conduct::Count,
        },
        State {
            name: "while an unknown key is looked for",
            http1: unknown_bytes,
            http2: unknown_frames.to_bytes(),
            conduct: Conduct::Count,
        },
        State {
            name: "while the engine is asked",
            http1: whole(&Request::get("/patient")),
            http2: with_id(frames("GET", "/patient")).to_bytes(),
            conduct: late(),
        },
        State {
            name: "while its body is held for the engine",
            http1: part("/patient", ""),
            http2: post("/patient").data("hello").open().to_bytes(),
            conduct: late(),
        },
        State {
            name: "while its body is held for keys",
            http1: part("/cold", &authorization),
            http2: post("/cold").field("authorization", &bearer).data("hello").open().to_bytes(),
            conduct: Conduct::Count,
        },
    ]
}

/// Clients send, wait a little, and go; then whatever they have set off comes back to nobody.
fn leave(world: &World, bytes: &[u8], way: Way, id: &str) -> Verdict {
    let bytes = filled_in(bytes, id);
    for _ in 0..CLIENTS {
        let mut tap = Tap::connect(world.edge())?;
        tap.send(&bytes)?;
        thread::sleep(INTO_IT);
        match way {
            Way::Close => {}
            Way::HalfClose => tap.close_half().and_then(|()| tap.await_end())?,
            Way::Cancel => tap.send(RawHttp2::cancel())?,
        }
    }
    thread::sleep(DELAY);
    not_begun(world, id)
}

/// Of a client that has closed half, an answer may have been waited for: then it was decided.
fn not_begun(world: &World, id: &str) -> Verdict {
    let arrived = world.arrived_of(id);
    ensure(arrived.is_empty(), || format!("{} arrived: {arrived:?}", arrived.len()))?;
    Ok(format!("{CLIENTS} clients, nothing arrived"))
}

/// A connection opens as many streams as it may, each of which waits for the engine, and ends.
fn reset_many(world: &World, id: &str) -> Verdict {
    let _again = world.engine_does(Conduct::Late(DELAY));
    let before = world.engine.calls();
    let mut tap = Tap::connect(world.edge())?;
    tap.send(RawHttp2::many(&frames("GET", "/patient").field("x-request-id", id), 100))?;
    drop(tap);
    thread::sleep(DELAY * 2);
    not_begun(world, id)?;
    Ok(format!("{} questions were asked", world.engine.calls() - before))
}

/// What was decided goes on as far as it came, and never looks whole.
fn let_pass(world: &World, id: &str) -> Verdict {
    let mut tap = Tap::connect(world.edge())?;
    tap.send(format!("POST /streams/up HTTP/1.1\r\nhost: shop.test\r\nx-request-id: {id}\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"))?;
    let mut service = world.streamer.next()?;
    service.await_text("5\r\nhello\r\n")?;
    drop(tap);
    ends_without(&mut service, "0\r\n\r\n")
}

fn ends_without(service: &mut Tap, last: &str) -> Verdict {
    service.await_end()?;
    let whole: Checked<()> = ensure(!service.has(last), || "the service was shown an end".to_owned());
    whole.map(|()| "the service sees it break off".to_owned())
}
