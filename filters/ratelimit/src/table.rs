//! The table of all keys of one limit, in the memory that the workers share.

#[cfg(test)]
mod tests;

use std::num::NonZeroU32;

use contract::{Store, StoreError, Update, Version};

use crate::bucket::{Bucket, Decided, EMPTY_BUCKET};
use crate::fingerprint::Fingerprint;
use crate::gcra::{Decision, Gcra};

/// Before the names of all tables.
const PREFIX: &str = "watchword/limit";

/// A fixed number of buckets, which no other limit uses.
#[derive(Debug)]
pub(crate) struct Table {
    namespace: String,
    slots: NonZeroU32,
}

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
    /// The table of `slots` buckets in `namespace`.
    ///
    /// Creates what is missing. Hosts cannot insert a key only if it is absent, so two workers that both
    /// did it while serving would lose counts; at configuration time the main thread is first and alone.
    /// A later configuration finds the table and its counts; another number of slots moves keys to other
    /// buckets, which for them means a fresh burst.
    pub(crate) fn open(namespace: String, slots: NonZeroU32, store: &dyn Store) -> Result<Self, OpenError> {
        let table = Self { namespace, slots };
        table.create_slots(store)?;
        Ok(table)
    }

    /// Decide on a request of this key at `now`, and count it if it passes.
    pub(crate) fn decide(
        &self,
        store: &dyn Store,
        Fingerprint(fingerprint): Fingerprint,
        gcra: &Gcra,
        now: u64,
    ) -> Result<Decided, Undecided> {
        let key = self.slot_key(self.slot_of(fingerprint));
        let outcome = contract::update(store, &key, |value| {
            let Some(value) = value else { return Update::Keep(Err(Undecided::Failed)) };
            // Whoever could write what is no bucket could as well write an empty one: nothing is lost that
            // refusing for ever would keep.
            let mut bucket = Bucket::decode(value).unwrap_or_else(Bucket::empty);
            match bucket.decide(fingerprint, gcra, now) {
                Ok(decided) => match decided.decision {
                    Decision::Allowed { .. } => Update::Write(bucket.encode(), Ok(decided)),
                    Decision::Limited { .. } => Update::Keep(Ok(decided)),
                },
                Err(full) => Update::Keep(Err(Undecided::Exhausted { free_after: full.free_after })),
            }
        });
        match outcome {
            Ok(decided) => decided,
            Err(StoreError::Contended) => Err(Undecided::Contended),
            Err(StoreError::Failed) => Err(Undecided::Failed),
        }
    }

    /// Make the slots that are missing. Without reading them, so a slot is written once in a proxy's life,
    /// and whoever comes later reads one number.
    fn create_slots(&self, store: &dyn Store) -> Result<(), OpenError> {
        let marker = format!("{PREFIX}/{}/slots", self.namespace);
        let slots = self.slots.get();
        let entry = store.read(&marker).map_err(|_| OpenError::Store)?;
        let present = entry.and_then(|entry| entry.value.try_into().ok()).map_or(0, u32::from_le_bytes);
        let write =
            |key: &str, value: &[u8]| store.swap(key, value, Version::ABSENT).map_err(|_| OpenError::Store);
        for slot in present..slots {
            write(&self.slot_key(slot), &EMPTY_BUCKET)?;
        }
        if slots > present {
            write(&marker, &slots.to_le_bytes())?;
        }
        Ok(())
    }

    fn slot_of(&self, fingerprint: u128) -> u32 {
        let slot = fingerprint.checked_rem(u128::from(self.slots.get())).unwrap_or(0);
        u32::try_from(slot).unwrap_or(0)
    }

    fn slot_key(&self, slot: u32) -> String {
        format!("{PREFIX}/{}/{slot}", self.namespace)
    }
}
