//! The table of all keys in the memory that the workers share.

use std::num::NonZeroU32;

use contract::{Entropy, Store, StoreError, Update, Version};
use siphasher::sip128::SipHasher24;

use crate::bucket::{Bucket, EMPTY_BUCKET};
use crate::gcra::{Decision, Gcra};

/// Where the seed of the fingerprints is kept.
const SEED_KEY: &str = "watchword/limit/seed";

/// Where it is written how many slots there are, so that only the first of all workers makes them.
const SLOTS_KEY: &str = "watchword/limit/slots";

/// Bytes of the seed: the key size of SipHash.
const SEED_BYTES: usize = 16;

/// A fixed number of buckets.
#[derive(Debug)]
pub(crate) struct Table {
    slots: NonZeroU32,
    horizon: u64,
    hasher: SipHasher24,
}

/// 128 bits that stand for a key. Nobody outside knows the seed, so nobody can choose keys that collide
/// with another's or crowd one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(u128);

/// Why there is no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenError {
    /// The host failed to read or write.
    Store,
    /// The host has no randomness.
    Entropy,
}

/// Why there is no decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undecided {
    /// All places that the key could have are taken by keys over their limit; for this many nanoseconds.
    Exhausted { free_after: u64 },
    /// Others wrote in between too often.
    Contended,
    /// The host failed, or the slot is not there.
    Failed,
}

impl Table {
    /// The table of `slots` buckets, whose limits take at most `horizon` nanoseconds to refill.
    ///
    /// Creates what is missing. Hosts cannot insert a key only if it is absent, so two workers that both
    /// did it while serving would lose counts; at configuration time the main thread is first and alone.
    /// A later configuration finds the table and its counts; another number of slots moves keys to other
    /// buckets, which for them means a fresh burst.
    pub(crate) fn open(
        slots: NonZeroU32,
        horizon: u64,
        store: &dyn Store,
        entropy: &dyn Entropy,
    ) -> Result<Self, OpenError> {
        let hasher = SipHasher24::new_with_key(&seed(store, entropy)?);
        create_slots(slots.get(), store)?;
        Ok(Self { slots, horizon, hasher })
    }

    /// What stands for the key `bytes`.
    pub(crate) fn fingerprint(&self, bytes: &[u8]) -> Fingerprint {
        Fingerprint(self.hasher.hash(bytes).as_u128())
    }

    /// Decide on a request of this key at `now`, and count it if it passes.
    pub(crate) fn decide(
        &self,
        store: &dyn Store,
        Fingerprint(fingerprint): Fingerprint,
        gcra: &Gcra,
        now: u64,
    ) -> Result<Decision, Undecided> {
        let key = slot_key(self.slot_of(fingerprint));
        let outcome = contract::update(store, &key, |value| {
            let Some(value) = value else { return Update::Keep(Err(Undecided::Failed)) };
            // Whoever could write what is no bucket could as well write an empty one: nothing is lost that
            // refusing for ever would keep.
            let mut bucket = Bucket::decode(value).unwrap_or_else(Bucket::empty);
            match bucket.decide(fingerprint, gcra, now, self.horizon) {
                Ok(allowed @ Decision::Allowed { .. }) => Update::Write(bucket.encode(), Ok(allowed)),
                Ok(limited @ Decision::Limited { .. }) => Update::Keep(Ok(limited)),
                Err(full) => Update::Keep(Err(Undecided::Exhausted { free_after: full.free_after })),
            }
        });
        match outcome {
            Ok(decided) => decided,
            Err(StoreError::Contended) => Err(Undecided::Contended),
            Err(StoreError::Failed) => Err(Undecided::Failed),
        }
    }

    fn slot_of(&self, fingerprint: u128) -> u32 {
        let slot = fingerprint.checked_rem(u128::from(self.slots.get())).unwrap_or(0);
        u32::try_from(slot).unwrap_or(0)
    }
}

fn slot_key(slot: u32) -> String {
    format!("watchword/limit/{slot}")
}

/// The seed that all workers use: whoever comes first makes it, and everybody reads it back.
fn seed(store: &dyn Store, entropy: &dyn Entropy) -> Result<[u8; SEED_BYTES], OpenError> {
    if let Some(seed) = stored_seed(store)? {
        return Ok(seed);
    }
    let mut fresh = [0; SEED_BYTES];
    entropy.fill(&mut fresh).map_err(|_| OpenError::Entropy)?;
    store.swap(SEED_KEY, &fresh, Version::ABSENT).map_err(|_| OpenError::Store)?;
    stored_seed(store)?.ok_or(OpenError::Store)
}

fn stored_seed(store: &dyn Store) -> Result<Option<[u8; SEED_BYTES]>, OpenError> {
    let entry = store.read(SEED_KEY).map_err(|_| OpenError::Store)?;
    Ok(entry.and_then(|entry| entry.value.try_into().ok()))
}

/// Make the slots that are missing. Without reading them, so a slot is written once in a proxy's life.
fn create_slots(slots: u32, store: &dyn Store) -> Result<(), OpenError> {
    let entry = store.read(SLOTS_KEY).map_err(|_| OpenError::Store)?;
    let present = entry.and_then(|entry| entry.value.try_into().ok()).map_or(0, u32::from_le_bytes);
    let write =
        |key: &str, value: &[u8]| store.swap(key, value, Version::ABSENT).map_err(|_| OpenError::Store);
    for slot in present..slots {
        write(&slot_key(slot), &EMPTY_BUCKET)?;
    }
    if slots > present {
        write(SLOTS_KEY, &slots.to_le_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{Conflict, EntropyError, Entry, MemoryStore};

    const NOW: u64 = 1_700_000_000_000_000_000;

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

    fn slots(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).unwrap()
    }

    fn gcra() -> Gcra {
        Gcra::new(1, 1, 1).unwrap()
    }

    fn passes(table: &Table, store: &dyn Store, key: &[u8]) -> Result<bool, Undecided> {
        let decision = table.decide(store, table.fingerprint(key), &gcra(), NOW)?;
        Ok(matches!(decision, Decision::Allowed { .. }))
    }

    #[test]
    fn workers_that_open_the_same_memory_share_their_counts() {
        let store = MemoryStore::default();
        let first = Table::open(slots(8), 1, &store, &Counting).unwrap();
        assert_eq!(passes(&first, &store, b"alice"), Ok(true));
        let second = Table::open(slots(8), 1, &store, &NoEntropy).unwrap();
        assert_eq!(passes(&second, &store, b"alice"), Ok(false));
        assert_eq!(passes(&second, &store, b"bob"), Ok(true));
    }

    #[test]
    fn a_slot_that_was_spoilt_starts_again() {
        let store = MemoryStore::default();
        let table = Table::open(slots(1), 1, &store, &Counting).unwrap();
        store.swap("watchword/limit/0", b"spoilt", Version::ABSENT).unwrap();
        assert_eq!(passes(&table, &store, b"alice"), Ok(true));
        assert_eq!(passes(&table, &store, b"alice"), Ok(false));
    }

    #[test]
    fn a_larger_table_keeps_the_counts_of_the_slots_that_were_there() {
        let store = MemoryStore::default();
        let small = Table::open(slots(1), 1, &store, &Counting).unwrap();
        assert_eq!(passes(&small, &store, b"alice"), Ok(true));
        let large = Table::open(slots(64), 1, &store, &Counting).unwrap();
        for key in 0_u32..64 {
            assert!(passes(&large, &store, &key.to_le_bytes()).is_ok());
        }
        assert_eq!(passes(&small, &store, b"alice"), Ok(false));
    }

    #[test]
    fn says_why_it_could_not_decide() {
        let store = MemoryStore::default();
        let table = Table::open(slots(1), gcra().refill(), &store, &Counting).unwrap();
        for key in [b"a", b"b", b"c", b"d"] {
            assert_eq!(passes(&table, &store, key), Ok(true));
        }
        let exhausted = Undecided::Exhausted { free_after: gcra().refill() };
        assert_eq!(passes(&table, &store, b"e"), Err(exhausted));
        assert_eq!(passes(&table, &MemoryStore::default(), b"a"), Err(Undecided::Failed));

        let busy = Busy(MemoryStore::default());
        busy.0.swap("watchword/limit/0", &EMPTY_BUCKET, Version::ABSENT).unwrap();
        assert_eq!(passes(&table, &busy, b"a"), Err(Undecided::Contended));
    }

    #[test]
    fn without_randomness_or_memory_there_is_no_table() {
        let store = MemoryStore::default();
        assert_eq!(Table::open(slots(1), 1, &store, &NoEntropy).unwrap_err(), OpenError::Entropy);
        let busy = Busy(store);
        assert_eq!(Table::open(slots(1), 1, &busy, &Counting).unwrap_err(), OpenError::Store);
    }

    #[test]
    fn keys_spread_over_all_slots() {
        let store = MemoryStore::default();
        let table = Table::open(slots(16), 1, &store, &Counting).unwrap();
        let mut hits = [0_u32; 16];
        for key in 0_u32..1_600 {
            hits[table.slot_of(table.fingerprint(&key.to_le_bytes()).0) as usize] += 1;
        }
        assert!(hits.iter().all(|hits| (50..=150).contains(hits)), "{hits:?}");
    }
}
