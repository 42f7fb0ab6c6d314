//! Surroundings that offer nothing, for tests and tools.

use crate::{Connection, Entropy, EntropyError, Secrets};

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

impl Connection for Nowhere {}
