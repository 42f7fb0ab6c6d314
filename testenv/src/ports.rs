//! Ports for servers that are told theirs before they start.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;

/// Below those that the kernel gives to whoever asks for any (from 32768 on Linux): between the choice and the start
/// of a server, no connection of another test can take its port.
const PORTS: Range<u16> = 20_000..32_000;

/// Free ports, and what holds them: nobody else gets them until that is dropped.
///
/// # Errors
/// When there are none.
pub fn free_ports<const N: usize>() -> io::Result<([u16; N], Vec<TcpListener>)> {
    let mut held = Vec::with_capacity(N);
    let mut ports = [0; N];
    let mut candidates = from_anywhere();
    for port in &mut ports {
        let listener = candidates.find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
        let listener = listener.ok_or_else(|| io::Error::other(format!("no free port in {PORTS:?}")))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok((ports, held))
}

/// Each port once. Tests that run at once begin at different places, so they seldom look for the same one.
fn from_anywhere() -> impl Iterator<Item = u16> {
    let count = u64::from(PORTS.end - PORTS.start);
    let first = PORTS.start + u16::try_from(RandomState::new().hash_one(()) % count).unwrap_or_default();
    (first..PORTS.end).chain(PORTS.start..first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_that_are_held_are_given_to_nobody() {
        let (first, _held) = free_ports::<20>().unwrap();
        let (second, _held) = free_ports::<20>().unwrap();
        let mut all = [first, second].concat();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 40);
        assert!(all.iter().all(|port| PORTS.contains(port)));
    }

    #[test]
    fn every_port_is_tried() {
        assert_eq!(from_anywhere().count(), PORTS.len());
    }
}
