//! What was decided on, and what arrived.

use testenv::client::End;
use testenv::{Arrived, Entry};

use crate::reading::{is_guarded, is_guarded_host};
use crate::rows::{Protocol, Row};

/// Bytes of a path that the decision record holds.
const RECORDED: usize = 512;

/// Routes that require a credential.
const GUARDED: [&str; 3] = ["admin", "admin-root", "host-admin"];

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Arrived,
    Malformed,
    Unknown,
    Unauthorized,
    /// HTTP/2 has no answer for what is no request.
    ProtocolError,
    /// A target of `https` on a connection without TLS, which Envoy refuses.
    Scheme,
}

/// Judge a row by its end, its entry in the access log and what arrived for it.
///
/// # Errors
/// With what is wrong.
pub fn judge(row: &Row, end: End, entry: Option<&Entry>, arrived: &[&Arrived]) -> Result<Outcome, String> {
    match (arrived, end) {
        ([arrived], End::Status(200)) => forwarded(row, entry, arrived).map(|()| Outcome::Arrived),
        ([], End::Status(400)) => Ok(Outcome::Malformed),
        ([], End::Status(404)) => Ok(Outcome::Unknown),
        ([], End::Status(401)) => unauthorized(row, entry).map(|()| Outcome::Unauthorized),
        ([], End::Status(403)) if row.target.starts_with(b"https:") => Ok(Outcome::Scheme),
        ([], End::Reset(_) | End::Gone(_)) if row.protocol == Protocol::Http2 => Ok(Outcome::ProtocolError),
        (arrived, end) => Err(format!("{end:?}, {} arrived", arrived.len())),
    }
}

fn forwarded(row: &Row, entry: Option<&Entry>, arrived: &Arrived) -> Result<(), String> {
    let decision = entry.ok_or("no entry in the access log")?.decision();
    let decided = decision["path"].as_str().ok_or("no path was decided on")?.as_bytes();
    let path = arrived.target().split(|byte| *byte == b'?').next().unwrap_or_default();
    let is_same = path == decided || (decided.len() == RECORDED && path.starts_with(decided));
    if decision["decision"] != "allow" || !is_same {
        return Err(format!(
            "decided on {decision}, arrived {}",
            String::from_utf8_lossy(arrived.target())
        ));
    }
    let host = arrived.field("host").unwrap_or_default();
    let is_host_guarded = path.starts_with(b"/host/") && is_guarded_host(host);
    if !row.has_token && (is_guarded(arrived.target()) || is_host_guarded) {
        return Err(format!("guarded, and arrived: {}", String::from_utf8_lossy(arrived.target())));
    }
    Ok(())
}

fn unauthorized(row: &Row, entry: Option<&Entry>) -> Result<(), String> {
    let decision = entry.ok_or("no entry in the access log")?.decision();
    let is_guarded = GUARDED.iter().any(|route| decision["route"] == *route);
    if row.has_token || !is_guarded { Err(format!("401 by {decision}")) } else { Ok(()) }
}
