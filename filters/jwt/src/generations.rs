//! A map that stays within its bounds and keeps what is in use, at a constant cost.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

use contract::is_same;

/// Values by the bytes of a token.
///
/// There are two generations. When the young one is full, it becomes the old one and the old one is
/// forgotten; what is asked for moves to the young one.
pub(crate) struct Generations<V> {
    max_tokens: usize,
    max_bytes: usize,
    /// Seeded by chance, so that nobody can choose tokens that fall together.
    hasher: RandomState,
    young: Generation<V>,
    old: Generation<V>,
}

/// Bytes at the end of a token that its number is made of: the greater part of the shortest signature, 86 bytes for
/// ES256 and EdDSA. Two tokens that end alike are not both good, and of two bad ones, the one that came first is
/// checked again when it comes back, like any that is new.
const NUMBERED_BYTES: usize = 64;

/// By the numbers of the tokens. Of two tokens with the same one the later stays.
struct Generation<V> {
    tokens: BTreeMap<u64, (Box<[u8]>, V)>,
    bytes: usize,
}

impl<V> Default for Generation<V> {
    fn default() -> Self {
        Self { tokens: BTreeMap::new(), bytes: 0 }
    }
}

impl<V> Generation<V> {
    fn put(&mut self, number: u64, token: Box<[u8]>, value: V) {
        self.bytes = self.bytes.saturating_add(token.len());
        if let Some((replaced, _)) = self.tokens.insert(number, (token, value)) {
            self.bytes = self.bytes.saturating_sub(replaced.len());
        }
    }
}

impl<V: Clone> Generations<V> {
    /// The bounds are those of one generation.
    pub(crate) fn with_bounds(max_tokens: usize, max_bytes: usize) -> Self {
        let (young, old) = (Generation::default(), Generation::default());
        Self { max_tokens, max_bytes, hasher: RandomState::new(), young, old }
    }

    /// The value of `token`.
    pub(crate) fn get(&mut self, token: &[u8]) -> Option<V> {
        let number = self.number(token);
        if let Some((known, value)) = self.young.tokens.get(&number) {
            return is_same(known, token).then(|| value.clone());
        }
        self.old.tokens.get(&number).filter(|(known, _)| is_same(known, token))?;
        let (token, value) = self.old.tokens.remove(&number)?;
        self.insert_as(number, token, value.clone());
        Some(value)
    }

    /// Remember `value`, unless its token is larger than a generation.
    pub(crate) fn insert(&mut self, token: Box<[u8]>, value: V) {
        if token.len() <= self.max_bytes {
            self.insert_as(self.number(&token), token, value);
        }
    }

    fn insert_as(&mut self, number: u64, token: Box<[u8]>, value: V) {
        let bytes = self.young.bytes.saturating_add(token.len());
        if bytes > self.max_bytes || self.young.tokens.len() >= self.max_tokens {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.put(number, token, value);
    }

    fn number(&self, token: &[u8]) -> u64 {
        let end = token.get(token.len().saturating_sub(NUMBERED_BYTES)..).unwrap_or_default();
        self.hasher.hash_one(end)
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
            let held = |generation: &Generation<()>| {
                generation.tokens.values().map(|(token, ())| token.len()).sum::<usize>()
            };
            assert!(held(&map.young) <= 100 && held(&map.old) <= 100);
        }
        map.insert([7; 101].as_slice().into(), ());
        assert_eq!(map.get(&[7; 101]), None, "larger than a generation");
    }

    #[test]
    fn tokens_that_end_alike_are_not_mistaken_for_each_other() {
        let mut map = Generations::with_bounds(10, 10_000);
        let token = |first: u8| [[first; 40].as_slice(), &[7; NUMBERED_BYTES]].concat();
        map.insert(token(1).into(), 1);
        assert_eq!((map.get(&token(1)), map.get(&token(2))), (Some(1), None));
        map.insert(token(2).into(), 2);
        assert_eq!((map.get(&token(1)), map.get(&token(2))), (None, Some(2)));
        assert_eq!(map.young.bytes, token(2).len());
    }
}
