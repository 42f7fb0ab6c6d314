use std::cell::Cell;

use contract::{Conflict, Entry, MemoryStore};

use super::*;

const NOW: UnixTime = UnixTime::from_seconds(1_000);

fn trace(last: u8) -> TraceId {
    let mut bytes = [7; 16];
    bytes[15] = last;
    TraceId::new(bytes).unwrap()
}

fn one(token: &[u8]) -> Seen<'_> {
    Seen::One(Carried { token, expires: UnixTime::from_seconds(1_300) })
}

fn prepared() -> MemoryStore {
    let store = MemoryStore::default();
    prepare(&store).unwrap();
    store
}

/// A store that fails as it is told to.
struct Failing {
    inner: MemoryStore,
    reads: Result<(), StoreError>,
    swaps: Result<(), Conflict>,
    attempts: Cell<usize>,
}

impl Store for Failing {
    fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.reads.and_then(|()| self.inner.read(key))
    }

    fn swap(&self, key: &str, value: &[u8], expected: Version) -> Result<(), Conflict> {
        self.attempts.update(|attempts| attempts.saturating_add(1));
        self.swaps.and_then(|()| self.inner.swap(key, value, expected))
    }
}

#[test]
fn a_registered_token_is_carried_while_its_request_is_open() {
    let store = prepared();
    assert_eq!(carried(&store, trace(1), NOW), Ok(None));
    let registration = Registration::open(&store, trace(1), one(b"a.b.c"), NOW).unwrap();
    assert_eq!(carried(&store, trace(1), NOW), Ok(Some(b"a.b.c".to_vec())));
    assert_eq!(carried(&store, trace(2), NOW), Ok(None));
    registration.close(&store, NOW).unwrap();
    assert_eq!(carried(&store, trace(1), NOW.plus(Duration::from_secs(60))), Ok(None));
}

#[test]
fn two_workers_that_file_two_identities_make_a_conflict() {
    let store = prepared();
    for token in [b"a", b"b"] {
        Registration::open(&store, trace(1), one(token), NOW).unwrap();
    }
    assert_eq!(carried(&store, trace(1), NOW), Ok(None));
}

#[test]
fn a_token_that_is_too_long_is_not_carried_and_still_conflicts() {
    let store = prepared();
    Registration::open(&store, trace(1), one(&[b'a'; MAX_CARRIED_BYTES]), NOW).unwrap();
    assert!(carried(&store, trace(1), NOW).unwrap().is_some());
    Registration::open(&store, trace(2), one(&[b'a'; MAX_CARRIED_BYTES + 1]), NOW).unwrap();
    Registration::open(&store, trace(2), one(b"a"), NOW).unwrap();
    assert_eq!(carried(&store, trace(2), NOW), Ok(None));
}

#[test]
fn preparing_again_keeps_what_is_registered_and_heals_what_is_not_ours() {
    let store = prepared();
    Registration::open(&store, trace(1), one(b"a"), NOW).unwrap();
    let scribbled = slot_key_of(trace(2));
    let version = store.read(&scribbled).unwrap().unwrap().version;
    store.swap(&scribbled, b"something else", version).unwrap();
    let refused = Registration::open(&store, trace(2), Seen::Nobody, NOW);
    assert_eq!(refused.unwrap_err(), RegistryError::SlotUnreadable);
    assert_eq!(carried(&store, trace(2), NOW), Err(RegistryError::SlotUnreadable));

    prepare(&store).unwrap();
    assert!(Registration::open(&store, trace(2), Seen::Nobody, NOW).is_ok());
    assert_eq!(carried(&store, trace(1), NOW), Ok(Some(b"a".to_vec())));
}

#[test]
fn a_slot_that_was_not_prepared_is_never_created_by_a_request() {
    let store = MemoryStore::default();
    let refused = Registration::open(&store, trace(1), Seen::Nobody, NOW);
    assert_eq!(refused.unwrap_err(), RegistryError::SlotUnreadable);
    assert_eq!(store.read(&slot_key_of(trace(1))).unwrap(), None);
}

#[test]
fn a_store_that_fails_registers_nothing() {
    for (reads, swaps, error) in [
        (Err(StoreError::Failed), Ok(()), RegistryError::StoreFailed),
        (Ok(()), Err(Conflict::Failed), RegistryError::StoreFailed),
        (Ok(()), Err(Conflict::Changed), RegistryError::StoreContended),
    ] {
        let store = Failing { inner: prepared(), reads, swaps, attempts: Cell::new(0) };
        let refused = Registration::open(&store, trace(1), one(b"a"), NOW);
        assert_eq!(refused.unwrap_err(), error);
        assert_eq!(carried(&store.inner, trace(1), NOW), Ok(None));
        assert!(store.attempts.get() <= contract::STORE_ATTEMPTS);
    }
}

#[test]
fn slots_that_cannot_be_made_refuse_the_configuration() {
    let swaps = Err(Conflict::Failed);
    let store = Failing { inner: MemoryStore::default(), reads: Ok(()), swaps, attempts: Cell::new(0) };
    assert_eq!(prepare(&store), Err(RegistryError::StoreFailed));
}

#[test]
fn traces_spread_over_all_slots() {
    let keys: std::collections::BTreeSet<String> = (0..=255).map(|last| slot_key_of(trace(last))).collect();
    assert_eq!(keys.len() as u128, SLOTS);
}
