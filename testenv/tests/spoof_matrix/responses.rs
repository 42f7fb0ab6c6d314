//! The same the other way: a service that answers with reserved fields.

use std::io;

use testenv::client::Answer;
use testenv::{Field, RawService};

use crate::judge::is_reserved;
use crate::rows::{Place, Protocol, RESERVED};
use crate::send::{CONTROL, Sender};
use crate::spelling::Spelling;

/// Run every row. Gives how many there are, and what is wrong with those that are not as they must be.
pub fn run(sender: &mut Sender<'_>, upstream: &RawService) -> io::Result<(usize, Vec<String>)> {
    let (mut rows, mut complaints) = (0, Vec::new());
    for name in RESERVED {
        for spelling in Spelling::ALL {
            for in_trailers in [false, true] {
                upstream.answer_with(message(&spelling.fields(name), in_trailers));
                for place in [Place::Edge, Place::Sidecar] {
                    for protocol in [Protocol::Http1, Protocol::Http2] {
                        rows += 1;
                        let answer = sender.exchange(place, protocol, "/healthz", &[], &[])?;
                        let complaint = complaint(&answer).map(|complaint| {
                            format!("response {place:?} {protocol:?} {name} {spelling:?} trailers={in_trailers}: {complaint}")
                        });
                        complaints.extend(complaint);
                    }
                }
            }
        }
    }
    Ok((rows, complaints))
}

fn message(fields: &[Field], in_trailers: bool) -> Vec<u8> {
    let mut lines = Vec::new();
    for (name, value) in fields {
        lines.extend([name.as_slice(), b": ", value, b"\r\n"].concat());
    }
    let (head, trailers) = if in_trailers { (Vec::new(), lines) } else { (lines, Vec::new()) };
    let start = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n{CONTROL}: 1\r\n");
    let body = format!("\r\n2\r\nok\r\n0\r\n{CONTROL}: 1\r\n");
    [start.as_bytes(), &head, body.as_bytes(), &trailers, b"\r\n"].concat()
}

fn complaint(answer: &Answer) -> Option<String> {
    let has_control = |fields: &[(String, String)]| fields.iter().any(|(name, _)| name == CONTROL);
    if answer.status != 200 || !has_control(&answer.headers) || !has_control(&answer.trailers) {
        return Some(format!("status {}, or a control that is missing", answer.status));
    }
    let mut names = answer.headers.iter().chain(&answer.trailers).map(|(name, _)| name);
    names.find(|name| is_reserved(Place::Sidecar, name.as_bytes())).map(|name| format!("`{name}` came out"))
}
