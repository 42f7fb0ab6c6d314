//! A bounded map that forgets what was not asked for lately.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::mem;

/// How much one of the two generations of a [`Cache`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Entries.
    pub(crate) entries: usize,
    /// Bytes of all entries, as whoever keeps them counts them.
    pub(crate) bytes: usize,
}

/// Two generations: what was used since the last turn, and what was used in the one before. When the
/// young one is full the old one is dropped, so nobody can make it grow and no use costs a scan.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    young: Entries<K, V>,
    old: Entries<K, V>,
    bounds: Bounds,
}

#[derive(Debug)]
struct Entries<K, V> {
    by_key: HashMap<K, Weighed<V>>,
    bytes: usize,
}

#[derive(Debug)]
struct Weighed<V> {
    value: V,
    bytes: usize,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// A cache of at most twice `bounds`.
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self { young: Entries::new(), old: Entries::new(), bounds }
    }

    /// The value under `key`, which counts as used.
    pub(crate) fn get<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if let Some(known) = self.young.by_key.get(key) {
            return Some(known.value.clone());
        }
        let (key, Weighed { value, bytes }) = self.old.remove(key)?;
        self.insert(key, value.clone(), bytes);
        Some(value)
    }

    /// Keep `value` under `key`, which take `bytes` together. What no generation has room for is not kept.
    pub(crate) fn insert(&mut self, key: K, value: V, bytes: usize) {
        self.young.remove(&key);
        self.old.remove(&key);
        if bytes > self.bounds.bytes {
            return;
        }
        let is_full = self.young.by_key.len() >= self.bounds.entries
            || self.young.bytes.saturating_add(bytes) > self.bounds.bytes;
        if is_full {
            self.old = mem::replace(&mut self.young, Entries::new());
        }
        self.young.bytes = self.young.bytes.saturating_add(bytes);
        self.young.by_key.insert(key, Weighed { value, bytes });
    }
}

impl<K: Hash + Eq, V> Entries<K, V> {
    fn new() -> Self {
        Self { by_key: HashMap::new(), bytes: 0 }
    }

    fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<(K, Weighed<V>)>
    where
        K: Borrow<Q>,
    {
        let (key, known) = self.by_key.remove_entry(key)?;
        self.bytes = self.bytes.saturating_sub(known.bytes);
        Some((key, known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_used_and_never_grows() {
        let mut cache = Cache::new(Bounds { entries: 4, bytes: 1_000 });
        cache.insert("used".to_owned(), 0, 1);
        for number in 0..100 {
            cache.insert(number.to_string(), number, 1);
            assert_eq!(cache.get("used"), Some(0), "{number}");
            assert!(cache.young.by_key.len() + cache.old.by_key.len() <= 8);
        }
        assert_eq!(cache.get("99"), Some(99));
        assert_eq!(cache.get("1"), None);
    }

    #[test]
    fn stays_within_its_bytes() {
        let mut cache = Cache::new(Bounds { entries: 1_000, bytes: 100 });
        for number in 0..100 {
            cache.insert(number, number, 40);
            for entries in [&cache.young, &cache.old] {
                assert_eq!(entries.bytes, 40 * entries.by_key.len());
                assert!(entries.bytes <= 100, "{number}");
            }
        }
        assert_eq!(cache.get(&98), Some(98));
    }

    #[test]
    fn what_is_larger_than_a_generation_is_not_kept_and_drives_nothing_out() {
        let mut cache = Cache::new(Bounds { entries: 4, bytes: 100 });
        cache.insert("small", 1, 100);
        cache.insert("large", 2, 101);
        assert_eq!((cache.get("small"), cache.get("large")), (Some(1), None));
        cache.insert("small", 3, 101);
        assert_eq!(cache.get("small"), None, "nor is the value that it was to replace");
    }

    #[test]
    fn a_value_that_is_replaced_is_counted_once() {
        let mut cache = Cache::new(Bounds { entries: 4, bytes: 100 });
        cache.insert("other", 0, 40);
        for number in 0..100 {
            cache.insert("same", number, 60);
        }
        assert_eq!((cache.get("same"), cache.young.bytes), (Some(99), 100));
        assert!(cache.old.by_key.is_empty());
    }
}
