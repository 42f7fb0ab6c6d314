//! Every way to forge a field that this matrix knows: name × spelling × position × protocol × caller × place.

use testenv::Field;

use crate::spelling::Spelling;

/// Where a request enters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At the edge, as anybody.
    Edge,
    /// At the sidecar of orders, with the certificate of the edge.
    Sidecar,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Http1,
    Http2,
}

/// Where the forged field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    Header,
    Trailer,
    /// In the head, and `Connection` names it. HTTP/2 has no such field (RFC 9113 §8.2.2).
    Nominated,
}

/// One request.
#[derive(Debug)]
pub struct Row {
    pub id: usize,
    pub place: Place,
    /// Whether the caller brings a good credential. Without one it asks for what is open to everybody.
    pub has_token: bool,
    pub protocol: Protocol,
    pub position: Position,
    pub spelling: Spelling,
    pub name: &'static str,
    pub fields: Vec<Field>,
}

/// Names that are reserved everywhere: by the prefix, by the profile, by the configuration of this test, and
/// those that tell of a client's certificate.
pub const RESERVED: [&str; 10] = [
    "x-watchword-subject",
    "x-watchword-claims",
    "x-watchword-caller",
    "x-watchword-txn",
    "x-watchword-future",
    "txn-token",
    "x-user-id",
    "x-forwarded-client-cert",
    "client-cert",
    "client-cert-chain",
];

/// Names that are the edge's to write, because traces start there.
pub const TRACES: [&str; 4] = ["traceparent", "tracestate", "b3", "x-b3-traceid"];

/// All rows.
pub fn all() -> Vec<Row> {
    let mut rows = Vec::new();
    for place in [Place::Edge, Place::Sidecar] {
        let traces: &[&str] = if place == Place::Edge { &TRACES } else { &[] };
        for name in RESERVED.iter().chain(traces) {
            for spelling in Spelling::ALL {
                add(&mut rows, place, name, spelling);
            }
        }
    }
    rows
}

fn add(rows: &mut Vec<Row>, place: Place, name: &'static str, spelling: Spelling) {
    use {Position::*, Protocol::*};
    let ways = [(Header, Http1), (Trailer, Http1), (Nominated, Http1), (Header, Http2), (Trailer, Http2)];
    let ways = ways.into_iter().filter(|(_, protocol)| *protocol == Http1 || spelling.is_of_http2());
    for (position, protocol) in ways {
        for has_token in [true, false] {
            let fields = spelling.fields(name);
            if !fields.is_empty() {
                let id = rows.len();
                rows.push(Row { id, place, has_token, protocol, position, spelling, name, fields });
            }
        }
    }
}
