//! Numbers for names.

use std::collections::HashMap;
use std::hash::Hash;

/// The names that policies use, each with its number. The others have none, and no policy asks for them.
#[derive(Debug)]
pub(super) struct Symbols<Name>(HashMap<Name, usize>);

impl<Name: Clone + Eq + Hash> Symbols<Name> {
    /// The number of `name`, a new one if it has none yet.
    pub(super) fn assign(&mut self, name: &Name) -> usize {
        let next = self.0.len();
        *self.0.entry(name.clone()).or_insert(next)
    }

    /// The number of `name`, if it has one.
    pub(super) fn find(&self, name: &Name) -> Option<usize> {
        self.0.get(name).copied()
    }
}

impl<Name> Default for Symbols<Name> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}
