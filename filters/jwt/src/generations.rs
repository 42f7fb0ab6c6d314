//! A map that stays within its bounds and keeps what is in use, at a constant cost.

use std::collections::HashMap;

/// Values by the bytes of a token: a digest as key would cost more than the comparison.
///
/// There are two generations. When the young one is full, it becomes the old one and the old one is
/// forgotten; what is asked for moves to the young one.
pub(crate) struct Generations<V> {
    max_tokens: usize,
    max_bytes: usize,
    young: Generation<V>,
    old: Generation<V>,
}

struct Generation<V> {
    tokens: HashMap<Box<[u8]>, V>,
    bytes: usize,
}

impl<V> Default for Generation<V> {
    fn default() -> Self {
        Self { tokens: HashMap::new(), bytes: 0 }
    }
}

impl<V: Clone> Generations<V> {
    /// The bounds are those of one generation.
    pub(crate) fn with_bounds(max_tokens: usize, max_bytes: usize) -> Self {
        let (young, old) = (Generation::default(), Generation::default());
        Self { max_tokens, max_bytes, young, old }
    }

    /// The value of `token`.
    pub(crate) fn get(&mut self, token: &[u8]) -> Option<V> {
        if let Some(value) = self.young.tokens.get(token) {
            return Some(value.clone());
        }
        let (token, value) = self.old.tokens.remove_entry(token)?;
        self.insert(token, value.clone());
        Some(value)
    }

    /// Remember `value`, unless its token is larger than a generation.
    pub(crate) fn insert(&mut self, token: Box<[u8]>, value: V) {
        if token.len() > self.max_bytes {
            return;
        }
        let bytes = self.young.bytes.saturating_add(token.len());
        if bytes > self.max_bytes || self.young.tokens.len() >= self.max_tokens {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.bytes = self.young.bytes.saturating_add(token.len());
        self.young.tokens.insert(token, value);
    }

    /// Forget everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::with_bounds(self.max_tokens, self.max_bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_within_its_bounds_and_keeps_what_is_in_use() {
        let mut map = Generations::with_bounds(4, 1_000);
        map.insert(b"used".as_slice().into(), 7);
        for index in 0..100_u32 {
            map.insert(index.to_be_bytes().as_slice().into(), 0);
            assert_eq!(map.get(b"used"), Some(7), "after {index}");
            assert!(map.young.tokens.len() <= 4 && map.old.tokens.len() <= 4);
        }
        assert_eq!(map.get(&0_u32.to_be_bytes()), None);
    }

    #[test]
    fn stays_within_its_bytes() {
        let mut map = Generations::with_bounds(1_000, 100);
        for index in 0..100_u8 {
            map.insert([index; 40].as_slice().into(), ());
            let held =
                |generation: &Generation<()>| generation.tokens.keys().map(|key| key.len()).sum::<usize>();
            assert!(held(&map.young) <= 100 && held(&map.old) <= 100);
        }
        map.insert([7; 101].as_slice().into(), ());
        assert_eq!(map.get(&[7; 101]), None, "larger than a generation");
    }
}
