//! Every request of the matrix: piece × place, whole targets and hosts, each over both protocols and with and
//! without a credential.

use crate::tricks::{CHARACTERS, HOSTS, PIECES, PLACES, targets};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Http1,
    Http2,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: usize,
    pub protocol: Protocol,
    pub has_token: bool,
    pub method: &'static str,
    pub target: Vec<u8>,
    pub hosts: Vec<Vec<u8>>,
}

/// All rows.
pub fn all() -> Vec<Row> {
    let mut rows = Vec::new();
    let characters = CHARACTERS.iter().map(|byte| vec![*byte]);
    for piece in PIECES.iter().map(|piece| piece.to_vec()).chain(characters) {
        for (before, after) in PLACES {
            let target = [before.as_bytes(), &piece, after.as_bytes()].concat();
            add(&mut rows, "GET", &target, &[b"shop.test"]);
        }
    }
    for (method, target) in targets() {
        add(&mut rows, method, &target, &[b"shop.test"]);
    }
    for host in HOSTS {
        add(&mut rows, "GET", b"/host/1", &[host]);
    }
    add(&mut rows, "GET", b"/host/1", &[b"shop.test", b"admin.test"]);
    add(&mut rows, "GET", b"/host/1", &[b"admin.test", b"shop.test"]);
    add(&mut rows, "GET", b"/host/1", &[]);
    rows
}

fn add(rows: &mut Vec<Row>, method: &'static str, target: &[u8], hosts: &[&[u8]]) {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        for has_token in [false, true] {
            let hosts = hosts.iter().map(|host| host.to_vec()).collect();
            let target = target.to_vec();
            rows.push(Row { id: rows.len(), protocol, has_token, method, target, hosts });
        }
    }
}
