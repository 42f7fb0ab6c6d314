//! Memory that all workers of a proxy share, changed by compare-and-swap only.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::STORE_ATTEMPTS;

/// A shared map from short names to small values.
///
/// **Security & performance.** A store that always fails is permitted: every caller has a named answer for
/// it, and that answer is never an allow that was not configured. Every access is a call to the host under
/// a lock that all workers share, so keep values small and calls few.
pub trait Store {
    /// The value under `key` with its version, if there is one.
    ///
    /// # Errors
    /// When the host failed.
    fn read(&self, key: &str) -> Result<Option<Entry>, StoreError>;

    /// Write `value` if `key` still has version `expected`.
    ///
    /// `Version::ABSENT` writes whatever is there: hosts have no "insert if absent". Keys that several
    /// workers change are therefore written once at configuration time, before workers serve.
    ///
    /// # Errors
    /// [`Conflict::Changed`] when somebody else wrote in between.
    fn swap(&self, key: &str, value: &[u8], expected: Version) -> Result<(), Conflict>;
}

/// A value and the version it had when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The bytes.
    pub value: Vec<u8>,
    /// What to hand back to [`Store::swap`].
    pub version: Version,
}

/// The compare-and-swap number of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version(pub u32);

impl Version {
    /// Of a key without a value.
    pub const ABSENT: Self = Self(0);
}

/// Why a swap did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The version is another one by now.
    Changed,
    /// The host failed.
    Failed,
}

/// Why an update did not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreError {
    /// The host failed.
    Failed,
    /// Others wrote in between [`STORE_ATTEMPTS`] times.
    Contended,
}

/// What a decision on a shared value comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update<T> {
    /// Leave the value and answer this.
    Keep(T),
    /// Write this value, and answer this if nobody else wrote in between.
    Write(Vec<u8>, T),
}

/// What a decision on a shared value that is changed in place comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<T> {
    /// Leave the value in the store as it is and answer this.
    Keep(T),
    /// Write the value as it is now, and answer this if nobody else wrote in between.
    Write(T),
}

/// What a decision came to, and what it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempted<T> {
    /// The answer; an error when the host failed or the attempts ran out, and then nothing has been
    /// written.
    pub outcome: Result<T, StoreError>,
    /// How often others wrote in between, at most [`STORE_ATTEMPTS`].
    pub retries: usize,
}

/// Decide on the value under `key`, and write what was decided. `decide` is pure and may be asked several
/// times.
///
/// # Errors
/// When the host failed or the attempts ran out. Nothing has been written then.
pub fn update<T>(
    store: &dyn Store,
    key: &str,
    mut decide: impl FnMut(Option<&[u8]>) -> Update<T>,
) -> Result<T, StoreError> {
    attempt(store, key, |value| decide(value.as_deref())).outcome
}

/// Decide on the value that is under `key` by changing it where it lies, so that nothing is allocated.
/// `decide` may be asked several times, each time with the value as it is by then. The answer is `None`
/// where there is no value: nothing is written there.
pub fn change<T>(
    store: &dyn Store,
    key: &str,
    mut decide: impl FnMut(&mut Vec<u8>) -> Change<T>,
) -> Attempted<Option<T>> {
    attempt(store, key, |value| {
        let Some(mut value) = value else { return Update::Keep(None) };
        match decide(&mut value) {
            Change::Keep(answer) => Update::Keep(Some(answer)),
            Change::Write(answer) => Update::Write(value, Some(answer)),
        }
    })
}

/// The compare-and-swap and its retries live here and nowhere else.
fn attempt<T>(
    store: &dyn Store,
    key: &str,
    mut decide: impl FnMut(Option<Vec<u8>>) -> Update<T>,
) -> Attempted<T> {
    for retries in 0..STORE_ATTEMPTS {
        let outcome = once(store, key, &mut decide);
        if let Some(outcome) = outcome.transpose() {
            return Attempted { outcome, retries };
        }
    }
    Attempted { outcome: Err(StoreError::Contended), retries: STORE_ATTEMPTS }
}

/// One attempt; `None` when somebody else wrote in between.
fn once<T>(
    store: &dyn Store,
    key: &str,
    decide: &mut impl FnMut(Option<Vec<u8>>) -> Update<T>,
) -> Result<Option<T>, StoreError> {
    let (value, version) = match store.read(key)? {
        Some(entry) => (Some(entry.value), entry.version),
        None => (None, Version::ABSENT),
    };
    match decide(value) {
        Update::Keep(answer) => Ok(Some(answer)),
        Update::Write(value, answer) => match store.swap(key, &value, version) {
            Ok(()) => Ok(Some(answer)),
            Err(Conflict::Changed) => Ok(None),
            Err(Conflict::Failed) => Err(StoreError::Failed),
        },
    }
}

/// A store in the memory of this process, with the host's rules: for tests and tools.
#[derive(Debug, Default)]
pub struct MemoryStore {
    entries: RefCell<HashMap<String, (Vec<u8>, u32)>>,
}

impl MemoryStore {
    /// The names of all values.
    pub fn keys(&self) -> Vec<String> {
        self.entries.borrow().keys().cloned().collect()
    }
}

impl Store for MemoryStore {
    fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        let entries = self.entries.borrow();
        Ok(entries
            .get(key)
            .map(|(value, version)| Entry { value: value.clone(), version: Version(*version) }))
    }

    fn swap(&self, key: &str, value: &[u8], expected: Version) -> Result<(), Conflict> {
        let mut entries = self.entries.borrow_mut();
        let current = entries.get(key).map_or(0, |(_, version)| *version);
        if current != 0 && expected != Version::ABSENT && expected.0 != current {
            return Err(Conflict::Changed);
        }
        entries.insert(key.to_owned(), (value.to_vec(), current.wrapping_add(1).max(1)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_again_when_another_worker_wrote_in_between() {
        let store = MemoryStore::default();
        store.swap("count", &[0], Version::ABSENT).unwrap();
        let mut asked = 0;
        let seen = update(&store, "count", |value| {
            asked += 1;
            if asked == 1 {
                store.swap("count", &[7], Version::ABSENT).unwrap();
            }
            let old = value.and_then(|value| value.first().copied()).unwrap_or_default();
            Update::Write(vec![old + 1], old)
        });
        assert_eq!((seen, asked), (Ok(7), 2));
        assert_eq!(store.read("count").unwrap().unwrap().value, [8]);
    }

    #[test]
    fn gives_up_after_the_named_number_of_attempts() {
        let store = MemoryStore::default();
        store.swap("count", &[0], Version::ABSENT).unwrap();
        let mut asked = 0;
        let outcome = update(&store, "count", |_| {
            asked += 1;
            store.swap("count", &[1], Version::ABSENT).unwrap();
            Update::Write(vec![2], ())
        });
        assert_eq!((outcome, asked), (Err(StoreError::Contended), STORE_ATTEMPTS));
        assert_eq!(store.read("count").unwrap().unwrap().value, [1]);
    }

    #[test]
    fn a_value_is_changed_where_it_lies_and_others_are_counted() {
        let store = MemoryStore::default();
        store.swap("count", &[0], Version::ABSENT).unwrap();
        let mut asked = 0;
        let attempted = change(&store, "count", |value| {
            asked += 1;
            if asked <= 2 {
                store.swap("count", &[asked * 10], Version::ABSENT).unwrap();
            }
            value[0] += 1;
            Change::Write(value[0])
        });
        assert_eq!(attempted, Attempted { outcome: Ok(Some(21)), retries: 2 });
        assert_eq!(store.read("count").unwrap().unwrap().value, [21]);
        let kept = change(&store, "count", |value| {
            value[0] += 1;
            Change::Keep(())
        });
        assert_eq!(kept, Attempted { outcome: Ok(Some(())), retries: 0 });
        assert_eq!(store.read("count").unwrap().unwrap().value, [21]);
    }

    #[test]
    fn nothing_is_changed_where_nothing_is() {
        let store = MemoryStore::default();
        let attempted = change(&store, "count", |_| Change::Write(()));
        assert_eq!(attempted, Attempted { outcome: Ok(None), retries: 0 });
        assert!(store.keys().is_empty());
    }
}
