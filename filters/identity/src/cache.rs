//! A bounded map that forgets what was not asked for lately.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::mem;

/// Two generations: what was used since the last turn, and what was used in the one before. When the
/// young one is full the old one is dropped, so nobody can make it grow and no use costs a scan.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    young: BTreeMap<K, V>,
    old: BTreeMap<K, V>,
    generation: usize,
}

impl<K: Ord, V: Clone> Cache<K, V> {
    /// A cache of at most twice `generation` entries.
    pub(crate) const fn new(generation: usize) -> Self {
        Self { young: BTreeMap::new(), old: BTreeMap::new(), generation }
    }

    /// The value under `key`, which counts as used.
    pub(crate) fn get<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.insert(key, value.clone());
        Some(value)
    }

    /// Keep `value` under `key`.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.young.len() >= self.generation {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_used_and_never_grows() {
        let mut cache = Cache::new(4);
        cache.insert("used".to_owned(), 0);
        for number in 0..100 {
            cache.insert(number.to_string(), number);
            assert_eq!(cache.get("used"), Some(0), "{number}");
            assert!(cache.young.len() + cache.old.len() <= 8);
        }
        assert_eq!(cache.get("99"), Some(99));
        assert_eq!(cache.get("1"), None);
    }
}
