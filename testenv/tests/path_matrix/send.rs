//! Rows on the wire, each on a connection of its own.

use std::io;
use std::net::SocketAddr;

use testenv::client::{Connection, End, RawHttp2};

use crate::rows::{Protocol, Row};

/// The field by which a request is found again behind the proxy.
pub const ROW: &str = "x-row";

/// The id under which the proxy logs a row.
pub fn request_id(row: &Row) -> String {
    format!("row-{}", row.id)
}

/// Send a row and read how it ends.
pub fn send(row: &Row, edge: SocketAddr, token: &str) -> io::Result<End> {
    match row.protocol {
        Protocol::Http1 => http1(row, edge, token),
        Protocol::Http2 => http2(row, token).send(edge),
    }
}

fn http1(row: &Row, edge: SocketAddr, token: &str) -> io::Result<End> {
    let mut message = [row.method.as_bytes(), b" ", &row.target, b" HTTP/1.1\r\n"].concat();
    for host in &row.hosts {
        message.extend([b"host: ", host.as_slice(), b"\r\n"].concat());
    }
    for (name, value) in fields(row, token) {
        message.extend(format!("{name}: {value}\r\n").bytes());
    }
    message.extend(b"\r\n");
    let mut connection = Connection::plain(edge)?;
    connection.send(&message)?;
    Ok(connection.answer().map_or(End::Gone(None), |answer| End::Status(answer.status)))
}

fn http2(row: &Row, token: &str) -> RawHttp2 {
    let request = RawHttp2::default().field(":method", row.method).field(":scheme", "http");
    let request = match row.hosts.split_first() {
        Some((authority, _)) => request.field(":authority", authority),
        None => request,
    };
    let mut request = request.field(":path", &row.target);
    for host in row.hosts.iter().skip(1) {
        request = request.field("host", host);
    }
    fields(row, token).into_iter().fold(request, |request, (name, value)| request.field(name, value))
}

fn fields(row: &Row, token: &str) -> Vec<(&'static str, String)> {
    let mut fields = vec![(ROW, row.id.to_string()), ("x-request-id", request_id(row))];
    if row.has_token {
        fields.push(("authorization", format!("Bearer {token}")));
    }
    fields
}
