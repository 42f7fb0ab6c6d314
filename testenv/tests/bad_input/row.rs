//! A row: what is sent, and how it may end.

use std::time::{Duration, Instant};

use testenv::client::{RawHttp2, Request};
use testenv::report::{Checked, Verdict, ensure};

use crate::world::World;
use crate::{exchange, judge};

/// A request that has no answer after this long hangs.
pub const HANG: Duration = Duration::from_secs(1);

/// How a complaint about it begins.
pub const HANGS: &str = "hangs";

/// How often a row that hangs is run.
const ATTEMPTS: u32 = 3;

/// What stands in bytes for the id of their row.
pub const ID: &str = "ROW-ID";

/// One input.
pub struct Row {
    /// What it is one of.
    pub class: &'static str,
    /// What it is.
    pub name: String,
    pub does: Does,
}

/// What happens.
pub enum Does {
    /// One request, and one of these ends.
    Sends(Sent, Vec<Ending>),
    /// More than that.
    Plays(Play),
}

/// What is played under the id of a row.
type Play = Box<dyn Fn(&World, &str) -> Verdict>;

/// One request, in the way that can say it.
pub enum Sent {
    /// Over HTTP/1.1.
    Http1(Request),
    /// Over HTTP/2, by a library: it reads the whole answer.
    Http2(Request),
    /// These bytes over HTTP/1.1, with [`ID`] replaced.
    Bytes(Vec<u8>),
    /// Over HTTP/2, by hand: of the answer it reads the status.
    Frames(RawHttp2),
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is forwarded once and whole, and answered with 200.
    Forwarded,
    /// We refuse it: status, stage and reason. An empty reason stands for any.
    Refused(u16, &'static str, &'static str),
    /// The proxy refuses it itself with this status.
    Proxy(u16),
    /// The stream or the connection ends without an answer, as HTTP/2 wants it for what is malformed (RFC 9113 §8.1.1).
    Cut,
}

/// What became of a row.
pub struct Told {
    pub class: &'static str,
    pub verdict: Verdict,
    pub took: Duration,
}

impl Row {
    /// One request that may end so.
    pub fn sends(class: &'static str, name: impl Into<String>, sent: Sent, may: &[Ending]) -> Self {
        Self { class, name: name.into(), does: Does::Sends(sent, may.to_vec()) }
    }

    /// More than one request.
    pub fn plays(
        class: &'static str,
        name: impl Into<String>,
        play: impl Fn(&World, &str) -> Verdict + 'static,
    ) -> Self {
        Self { class, name: name.into(), does: Does::Plays(Box::new(play)) }
    }
}

/// Run a row, and see what it has left behind. A machine that is busy elsewhere wakes nobody in time; what hangs by
/// itself does so every time.
pub fn run(world: &World, row: &Row, id: &str) -> Told {
    let mut told = run_once(world, row, id);
    for attempt in 1..ATTEMPTS {
        if told.verdict.as_ref().is_err_and(|wrong| wrong.to_string().starts_with(HANGS)) {
            told = run_once(world, row, &format!("{id}-{attempt}"));
        }
    }
    told
}

fn run_once(world: &World, row: &Row, id: &str) -> Told {
    let start = Instant::now();
    let verdict = match &row.does {
        Does::Sends(sent, may) => send(world, sent, may, id),
        Does::Plays(play) => play(world, id),
    };
    let took = start.elapsed();
    let verdict = verdict.and_then(|said| world.is_unharmed().map(|()| said));
    Told { class: row.class, verdict, took }
}

/// Send one request and judge it.
pub fn send(world: &World, sent: &Sent, may: &[Ending], id: &str) -> Verdict {
    let came = exchange::exchange(world, sent, id)?;
    judge::judge(world, &came, may, id)
}

/// Whether somebody has waited no longer than a request may.
pub fn in_time(took: Duration) -> Checked<()> {
    ensure(took <= HANG, || format!("{HANGS}: {took:?}"))
}
