//! What really reached the service, judged without a line of the code that is tested.

use std::collections::BTreeMap;

use testenv::Arrived;
use testenv::client::Answer;

use crate::rows::{Place, Position, RESERVED, Row, TRACES};
use crate::send::{CONTROL, ROW};
use crate::spelling::FORGED;

/// What became of a row.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It arrived, with nothing but fields of ours under reserved names.
    Clean,
    /// It was answered with 400 and did not arrive.
    Refused,
    /// Something else; the text says what.
    Wrong(String),
}

/// Judge the answer to a row and what arrived for it.
pub fn judge(row: &Row, answer: &Answer, arrived: &[Arrived]) -> Outcome {
    match (answer.status, arrived) {
        (400, []) => Outcome::Refused,
        (401, []) if is_dropped_by_envoy(row) => Outcome::Refused,
        (200, [one]) => match complaint(row, one) {
            None => Outcome::Clean,
            Some(complaint) => Outcome::Wrong(complaint),
        },
        (status, arrived) => Outcome::Wrong(format!("status {status}, {} arrived", arrived.len())),
    }
}

/// In HTTP/1.1 Envoy itself removes what `Connection` names, here the caller's own token with the forged one.
fn is_dropped_by_envoy(row: &Row) -> bool {
    let is_credential = row.name == "txn-token" && row.place == Place::Sidecar && row.has_token;
    is_credential && row.position == Position::Nominated
}

fn complaint(row: &Row, arrived: &Arrived) -> Option<String> {
    let id = row.id.to_string();
    if arrived.field(ROW) != Some(id.as_bytes()) {
        return Some("another row arrived".to_owned());
    }
    if row.position == Position::Trailer && arrived.trailer(CONTROL) != Some(id.as_bytes()) {
        return Some("the control trailer did not arrive: this shows nothing".to_owned());
    }
    let found = reserved(row.place, arrived);
    let ours = ours(row);
    let is_wrong = |name: &String| found.get(name) != ours.contains(&name.as_str()).then_some(&1);
    let mut names = found.keys().cloned().chain(ours.iter().map(|name| (*name).to_owned()));
    if let Some(name) = names.find(is_wrong) {
        return Some(format!("`{name}` arrived {} times", found.get(&name).copied().unwrap_or(0)));
    }
    let is_forged = |value: &[u8]| value.windows(FORGED.len()).any(|part| part == FORGED.as_bytes());
    let mut fields = arrived.fields.iter().chain(&arrived.trailers);
    let forged = fields.find(|(_, value)| value.is_empty() || is_forged(value))?;
    Some(format!("{}: {}", String::from_utf8_lossy(&forged.0), String::from_utf8_lossy(&forged.1)))
}

/// How often each reserved name arrived, in whichever spelling and place. A name that is not spelled as it
/// should be stands here as it was spelled.
fn reserved(place: Place, arrived: &Arrived) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (name, _) in arrived.fields.iter().chain(&arrived.trailers) {
        if is_reserved(place, name) {
            *found.entry(String::from_utf8_lossy(name).into_owned()).or_default() += 1;
        }
    }
    for (name, _) in arrived.trailers.iter().filter(|(name, _)| is_reserved(place, name)) {
        *found.entry(format!("trailer {}", String::from_utf8_lossy(name))).or_default() += 1;
    }
    found
}

/// Whether some service could read `name` as a reserved one.
pub fn is_reserved(place: Place, name: &[u8]) -> bool {
    let folded: String = name
        .iter()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte.to_ascii_lowercase()) } else { '-' })
        .collect();
    let traces: &[&str] = if place == Place::Edge { &TRACES } else { &[] };
    folded.starts_with("x-watchword-")
        || RESERVED.contains(&folded.as_str())
        || traces.contains(&folded.as_str())
}

/// What the proxy itself writes.
fn ours(row: &Row) -> &'static [&'static str] {
    match (row.place, row.has_token) {
        (Place::Edge, true) => &["txn-token", "traceparent"],
        (Place::Edge, false) => &["traceparent"],
        (Place::Sidecar, true) => {
            &["x-user-id", "x-watchword-claims", "x-watchword-caller", "x-watchword-txn"]
        }
        (Place::Sidecar, false) => &["x-watchword-caller"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Protocol;
    use crate::spelling::Spelling;

    fn field(name: &str, value: &str) -> testenv::Field {
        (name.into(), value.into())
    }

    /// What arrives when only the proxy has written, and then `more`.
    fn judged(more: &[(&str, &str)], trailers: &[(&str, &str)]) -> bool {
        let row = Row {
            id: 7,
            place: Place::Edge,
            has_token: true,
            protocol: Protocol::Http1,
            position: Position::Header,
            spelling: Spelling::Lower,
            name: "txn-token",
            fields: Vec::new(),
        };
        let ours = [(ROW, "7"), ("txn-token", "a.b.c"), ("traceparent", "00-1"), ("accept", "*/*")];
        let fields =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| field(name, value)).collect();
        let arrived = Arrived {
            fields: fields(&[&ours, more].concat()),
            trailers: fields(trailers),
            ..Arrived::default()
        };
        complaint(&row, &arrived).is_none()
    }

    #[test]
    fn every_leak_is_seen() {
        assert!(judged(&[], &[]));
        assert!(judged(&[("x-watchwords", "a")], &[("x-control", "7")]));
        for leak in [
            ("txn-token", "d.e.f"),
            ("Txn_Token", "a.b.c"),
            ("X.Watchword.Subject", "eve"),
            ("x-watchword-later", "eve"),
            ("x_user_id", "eve"),
            ("client-cert", "eve"),
            ("b3", "1-2"),
            ("x-else", "forged"),
        ] {
            assert!(!judged(&[leak], &[]), "{leak:?}");
            assert!(!judged(&[], &[leak]), "trailer {leak:?}");
        }
    }
}
