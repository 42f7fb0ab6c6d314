//! Requests on the wire, each on a connection of its own.

use std::io;
use std::time::{Duration, Instant};

use testenv::client::{Answer, Connection, End, Http2, RawHttp2, Request};
use testenv::report::Checked;

use crate::row::{ID, Sent, in_time};
use crate::world::World;

/// What came back.
pub struct Came {
    /// The status; none where the stream or the connection ended without one.
    pub status: Option<u16>,
    /// The whole answer, where the client reads it.
    pub answer: Option<Answer>,
    /// From the first byte sent to the last received.
    pub took: Duration,
}

/// Send it, and read what comes.
pub fn exchange(world: &World, sent: &Sent, id: &str) -> Checked<Came> {
    let start = Instant::now();
    let (status, answer) = match sent {
        Sent::Http1(request) => http1(world, &with_id(request, id).to_bytes(), request.is_head())?,
        Sent::Http2(request) => {
            let answer = Http2::plain(world.edge())?.exchange(&with_id(request, id))?;
            (Some(answer.status), Some(answer))
        }
        Sent::Bytes(bytes) => http1(world, &filled_in(bytes, id), false)?,
        Sent::Frames(frames) => (frames_end(world, frames, id)?, None),
    };
    let took = start.elapsed();
    in_time(took)?;
    Ok(Came { status, answer, took })
}

fn with_id(request: &Request, id: &str) -> Request {
    request.clone().header("x-request-id", id)
}

type Read = (Option<u16>, Option<Answer>);

fn http1(world: &World, bytes: &[u8], to_head: bool) -> Checked<Read> {
    let mut connection = Connection::plain(world.edge())?;
    // What the proxy does not read any more may be lost.
    let _ = connection.send(bytes);
    let answer = if to_head { connection.answer_to_head() } else { connection.answer() };
    match answer {
        Ok(answer) => Ok((Some(answer.status), Some(answer))),
        Err(error) if is_end(&error) => Ok((None, None)),
        Err(error) => Err(error.into()),
    }
}

fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

fn frames_end(world: &World, frames: &RawHttp2, id: &str) -> Checked<Option<u16>> {
    match frames.clone().field("x-request-id", id).send(world.edge())? {
        End::Status(status) => Ok(Some(status)),
        End::Reset(_) | End::Gone(_) => Ok(None),
    }
}

/// The bytes of a row, with its id in its place.
pub fn filled_in(bytes: &[u8], id: &str) -> Vec<u8> {
    let place = bytes.windows(ID.len()).position(|window| window == ID.as_bytes());
    let Some(at) = place else { return bytes.to_vec() };
    let (before, rest) = bytes.split_at(at);
    [before, id.as_bytes(), rest.get(ID.len()..).unwrap_or_default()].concat()
}
