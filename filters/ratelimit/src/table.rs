//! The table of all keys of one limit, in the memory that the workers share.
//!
//! A bucket has room for 15 keys, so it matters how many are active at once: those that have spent of their
//! burst and not got it back. Where more than 15 of them meet in one bucket, one loses its place, which
//! `limit.forgotten` counts and which gives it a fresh burst. With the seeded hash that is a matter of
//! chance alone:
//!
//! | slots  | places  | active keys | without a place |
//! |-------:|--------:|------------:|----------------:|
//! |  4,096 |  61,440 |     100,000 |            39 % |
//! | 16,384 | 245,760 |     100,000 |          0.01 % |
//! | 16,384 | 245,760 |   1,000,000 |            75 % |
//! | 45,000 | 675,000 |   1,000,000 |            33 % |
//!
//! Two keys count as one where they have the same bucket and the same fingerprint there, once in `slots` ·
//! 2⁶⁴ pairs: with 1,000,000 keys and 16,384 slots the chance that there is any such pair is 2 · 10⁻¹².

#[cfg(test)]
mod properties;
#[cfg(test)]
mod rates;
#[cfg(test)]
mod tests;

use std::num::NonZeroU32;

use contract::{Attempted, Change, Store, StoreError, Version};

use crate::bucket::{Bucket, Charge, Decided, EMPTY_BUCKET};
use crate::fingerprint::Fingerprint;
use crate::gcra::Decision;
use crate::slot_key::SlotKeys;

/// A fixed number of buckets, which no other limit uses.
#[derive(Debug)]
pub(crate) struct Table {
    keys: SlotKeys,
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
    pub(crate) fn open(namespace: u64, slots: NonZeroU32, store: &dyn Store) -> Result<Self, OpenError> {
        let table = Self { keys: SlotKeys::new(namespace), slots };
        table.create_slots(store)?;
        Ok(table)
    }

    /// Decide on a request of this key, and count it if it passes.
    pub(crate) fn decide(
        &self,
        store: &dyn Store,
        fingerprint: Fingerprint,
        charge: Charge<'_>,
    ) -> Attempted<Result<Decided, Undecided>> {
        let key = self.keys.of(self.slot_of(fingerprint));
        let Attempted { outcome, retries } = contract::change(store, key.as_str(), |value| {
            match Bucket::within(value).decide(fingerprint, charge) {
                Ok(decided) => match decided.decision {
                    Decision::Allowed { .. } => Change::Write(Ok(decided)),
                    Decision::Limited { .. } => Change::Keep(Ok(decided)),
                },
                Err(full) => Change::Keep(Err(Undecided::Exhausted { free_after: full.free_after })),
            }
        });
        Attempted { outcome: outcome.map(|decided| decided.unwrap_or(Err(Undecided::Failed))), retries }
    }

    /// Make the slots that are missing. Without reading them, so a slot is written once in a proxy's life,
    /// and whoever comes later reads one number.
    fn create_slots(&self, store: &dyn Store) -> Result<(), OpenError> {
        let marker = self.keys.marker();
        let slots = self.slots.get();
        let entry = store.read(&marker).map_err(|_| OpenError::Store)?;
        let present = entry.and_then(|entry| entry.value.try_into().ok()).map_or(0, u32::from_le_bytes);
        let write =
            |key: &str, value: &[u8]| store.swap(key, value, Version::ABSENT).map_err(|_| OpenError::Store);
        for slot in present..slots {
            write(self.keys.of(slot).as_str(), &EMPTY_BUCKET)?;
        }
        if slots > present {
            write(&marker, &slots.to_le_bytes())?;
        }
        Ok(())
    }

    fn slot_of(&self, fingerprint: Fingerprint) -> u32 {
        let slot = fingerprint.slot.checked_rem(u64::from(self.slots.get())).unwrap_or(0);
        u32::try_from(slot).unwrap_or(0)
    }
}

impl From<StoreError> for Undecided {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Contended => Self::Contended,
            StoreError::Failed => Self::Failed,
        }
    }
}
