use std::num::NonZeroU32;

use super::*;
use crate::bucket::WAYS;
use crate::fingerprint::Fingerprinter;
use crate::gcra::Gcra;
use crate::slot_key::SlotKeys;
use contract::{Conflict, Entropy, EntropyError, Entry, MemoryStore, STORE_ATTEMPTS, Version};

const NOW: u64 = 1_700_000_000_000_000_000;

/// A namespace.
const TEST: u64 = 7;

struct Counting;

impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.iter_mut().zip(1..).for_each(|(byte, count)| *byte = count);
        Ok(())
    }
}

struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError)
    }
}

/// Somebody else writes between every read and every write.
struct Busy(MemoryStore);

impl Store for Busy {
    fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.0.read(key)
    }

    fn swap(&self, _: &str, _: &[u8], _: Version) -> Result<(), Conflict> {
        Err(Conflict::Changed)
    }
}

fn slots(number: u32) -> Count {
    Count::Exactly(NonZeroU32::new(number).unwrap())
}

fn gcra() -> Gcra {
    Gcra::new(1, 1, 1).unwrap()
}

fn open(slots: Count, store: &dyn Store) -> Table {
    Table::open(TEST, slots, store).unwrap()
}

fn fingerprint(key: &[u8]) -> Fingerprint {
    Fingerprinter::open(&MemoryStore::default(), &Counting).unwrap().of(key)
}

fn passes(table: &Table, store: &dyn Store, key: &[u8]) -> Result<bool, Undecided> {
    let charge = Charge { gcra: &gcra(), cost: NonZeroU32::MIN, most: NonZeroU32::MIN, now: NOW };
    let decided = table.decide(store, fingerprint(key), charge).outcome??;
    Ok(matches!(decided.decision, Decision::Allowed { .. }))
}

#[test]
fn workers_that_open_the_same_memory_share_their_counts() {
    let store = MemoryStore::default();
    let first = open(slots(8), &store);
    assert_eq!(passes(&first, &store, b"alice"), Ok(true));
    let second = open(slots(8), &store);
    assert_eq!(passes(&second, &store, b"alice"), Ok(false));
    assert_eq!(passes(&second, &store, b"bob"), Ok(true));
}

#[test]
fn a_slot_that_was_spoilt_starts_again() {
    let store = MemoryStore::default();
    let table = open(slots(1), &store);
    store.swap(SlotKeys::new(TEST).of(0).as_str(), b"spoilt", Version::ABSENT).unwrap();
    assert_eq!(passes(&table, &store, b"alice"), Ok(true));
    assert_eq!(passes(&table, &store, b"alice"), Ok(false));
}

#[test]
fn a_larger_table_keeps_the_counts_of_the_slots_that_were_there() {
    let store = MemoryStore::default();
    let small = open(slots(1), &store);
    assert_eq!(passes(&small, &store, b"alice"), Ok(true));
    let large = open(slots(64), &store);
    for key in 0_u32..64 {
        assert!(passes(&large, &store, &key.to_le_bytes()).is_ok());
    }
    assert_eq!(passes(&small, &store, b"alice"), Ok(false));
}

#[test]
fn says_why_it_could_not_decide() {
    let store = MemoryStore::default();
    let table = open(slots(1), &store);
    for key in 0..WAYS {
        assert_eq!(passes(&table, &store, &key.to_le_bytes()), Ok(true));
    }
    let exhausted = Undecided::Exhausted { free_after: gcra().refill() };
    assert_eq!(passes(&table, &store, b"e"), Err(exhausted));
    assert_eq!(passes(&table, &MemoryStore::default(), b"e"), Err(Undecided::Failed));

    let busy = Busy(MemoryStore::default());
    busy.0.swap(SlotKeys::new(TEST).of(0).as_str(), &EMPTY_BUCKET, Version::ABSENT).unwrap();
    let charge = Charge { gcra: &gcra(), cost: NonZeroU32::MIN, most: NonZeroU32::MIN, now: NOW };
    let attempted = table.decide(&busy, fingerprint(b"e"), charge);
    assert_eq!(attempted, Attempted { outcome: Err(StoreError::Contended), retries: STORE_ATTEMPTS });
}

#[test]
fn without_randomness_or_memory_there_is_no_table() {
    let store = MemoryStore::default();
    assert_eq!(Fingerprinter::open(&store, &NoEntropy).unwrap_err(), OpenError::Entropy);
    let busy = Busy(store);
    assert_eq!(Fingerprinter::open(&busy, &Counting).unwrap_err(), OpenError::Store);
    assert_eq!(Table::open(TEST, slots(1), &busy).unwrap_err(), OpenError::Store);
}

#[test]
fn workers_share_the_seed_of_the_first() {
    let store = MemoryStore::default();
    let first = Fingerprinter::open(&store, &Counting).unwrap();
    let second = Fingerprinter::open(&store, &NoEntropy).unwrap();
    assert_eq!(first.of(b"alice"), second.of(b"alice"));
}

#[test]
fn who_opens_a_table_that_is_there_writes_nothing() {
    let busy = Busy(MemoryStore::default());
    open(slots(8), &busy.0);
    assert!(Table::open(TEST, slots(8), &busy).is_ok());
    assert_eq!(Table::open(TEST, slots(9), &busy).unwrap_err(), OpenError::Store);
    assert_eq!(Table::open(TEST + 1, slots(8), &busy).unwrap_err(), OpenError::Store);
}

#[test]
fn keys_spread_over_all_slots() {
    let store = MemoryStore::default();
    let table = open(slots(16), &store);
    let mut hits = [0_u32; 16];
    for key in 0_u32..1_600 {
        hits[table.slots.number_of(fingerprint(&key.to_le_bytes())) as usize] += 1;
    }
    assert!(hits.iter().all(|hits| (50..=150).contains(hits)), "{hits:?}");
}

#[test]
fn what_is_said_of_other_limits_moves_no_key() {
    let store = MemoryStore::default();
    let at_first = |number| Count::AtFirst(NonZeroU32::new(number).unwrap());
    let table = open(at_first(64), &store);
    for key in 0_u32..200 {
        assert_eq!(passes(&table, &store, &key.to_le_bytes()), Ok(true), "{key}");
    }
    for share in [32, 128] {
        let table = open(at_first(share), &store);
        for key in 0_u32..200 {
            assert_eq!(passes(&table, &store, &key.to_le_bytes()), Ok(false), "{key} of {share}");
        }
    }
    let table = open(slots(32), &store);
    let fresh = (0_u32..200).filter(|key| passes(&table, &store, &key.to_le_bytes()) == Ok(true)).count();
    assert!(fresh > 50, "{fresh}: the operator has said how many");
}

#[test]
fn a_refusal_after_a_jump_of_the_clock_is_kept() {
    let store = MemoryStore::default();
    let table = open(slots(1), &store);
    let gcra = Gcra::new(1, 10, 1).unwrap();
    let passes = |now: u64| {
        let charge = Charge { gcra: &gcra, cost: NonZeroU32::MIN, most: NonZeroU32::MIN, now };
        let decided =
            table.decide(&store, fingerprint(b"a"), charge).outcome.map_err(Undecided::from).flatten();
        matches!(decided.unwrap().decision, Decision::Allowed { .. })
    };
    let (second, back) = (1_000_000_000, NOW - 3_600_000_000_000);
    assert!(passes(NOW));
    assert_eq!([0, 1, 9, 10].map(|later| passes(back + later * second)), [false, false, false, true]);
}
