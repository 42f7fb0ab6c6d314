//! Streams that are reset as soon as they have begun (CVE-2023-44487).

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use testenv::client::RawHttp2;
use testenv::report::{Checked, ensure};

use crate::edge::Edge;
use crate::load::Cost;
use crate::mix;
use crate::row::Row;
use crate::world::World;

/// Streams on one connection. Envoy ends a connection on which more than 500 were reset early.
const STREAMS: u32 = 400;

/// What memory may differ by between half of them and all.
const PLATEAU: i64 = 5 << 20;

/// Of so many requests of others one may be refused meanwhile.
const ONE_IN: u64 = 20;

/// How long the proxy may take to read all of a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whoever floods costs the others nothing, and the proxy no memory that stays.
pub fn run(world: &World, edge: &Edge) -> Checked<Row> {
    let half = world.profile.resets / 2;
    let token = world.mesh.issuer.token(&mix::user("flooder")?)?;
    let bytes = connection(&token);
    let row = edge.under(&edge.load(world, Cost::UNAVAILABLE), || {
        let first = flood(edge, &bytes, half)?;
        let resident = edge.envoy.resident_bytes()? as i64;
        let second = flood(edge, &bytes, half)?;
        let growth = edge.envoy.resident_bytes()? as i64 - resident;
        ensure(growth < PLATEAU, || format!("the second half has added {} KiB", growth >> 10))?;
        let reset = edge.envoy.stat("http.clients.downstream_rq_rx_reset")?;
        let sent = first + second;
        ensure(reset as usize >= sent / 2, || {
            format!("{reset} of {sent} streams were reset: this shows little")
        })?;
        Ok(format!("{sent} sent, {reset} reset, {} KiB more for the second half", growth >> 10))
    })?;
    // The engine is asked about each of them, and may be late for others.
    let most = row.sent / ONE_IN;
    ensure(row.borne <= most, || format!("{} of {} were refused", row.borne, row.sent))?;
    Ok(row)
}

fn connection(token: &str) -> Vec<u8> {
    let request = RawHttp2::default()
        .field(":method", "GET")
        .field(":scheme", "http")
        .field(":authority", "shop.test")
        .field(":path", "/orders")
        .field("authorization", format!("Bearer {token}"));
    RawHttp2::many_given_up(&request, STREAMS)
}

/// On one connection after the other. Gives how many streams were sent.
fn flood(edge: &Edge, bytes: &[u8], streams: usize) -> io::Result<usize> {
    let connections = streams.div_ceil(STREAMS as usize);
    for _ in 0..connections {
        let mut stream = TcpStream::connect(edge.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(bytes)?;
        stream.shutdown(std::net::Shutdown::Write)?;
        // Until the proxy has read all of it and closes, or has enough before that.
        match stream.read_to_end(&mut Vec::new()) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
            Err(error) => return Err(error),
        }
    }
    Ok(connections * STREAMS as usize)
}
