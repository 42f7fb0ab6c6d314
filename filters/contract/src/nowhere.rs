//! Surroundings that offer nothing, for tests and tools.

use std::net::IpAddr;

use crate::{Connection, Entropy, EntropyError, PeerFacts, Secrets};

/// No secret, no randomness, and nothing known of the connection. Whatever decides here must do without.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl Secrets for Nowhere {
    fn secret(&self, _name: &str) -> Option<String> {
        None
    }
}

impl Entropy for Nowhere {
    fn fill(&self, _buffer: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError)
    }
}

impl Connection for Nowhere {
    fn source_address(&self) -> Option<IpAddr> {
        None
    }

    fn peer(&self) -> Option<PeerFacts> {
        None
    }

    fn upstream_cluster(&self) -> Option<String> {
        None
    }

    fn metadata(&self, _path: &[&str]) -> Option<Vec<u8>> {
        None
    }
}
