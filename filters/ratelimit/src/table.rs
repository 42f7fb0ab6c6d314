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

use contract::{Attempted, Change, Store, StoreError};

use crate::bucket::{Bucket, Charge, Decided, EMPTY_BUCKET};
use crate::fingerprint::Fingerprint;
use crate::gcra::Decision;
use crate::slots::{Count, OpenError, Slots};

/// A fixed number of buckets, which no other limit uses.
#[derive(Debug)]
pub(crate) struct Table {
    slots: Slots,
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
    pub(crate) fn open(namespace: u64, slots: Count, store: &dyn Store) -> Result<Self, OpenError> {
        Ok(Self { slots: Slots::open(namespace, slots, &EMPTY_BUCKET, store)? })
    }

    /// Decide on a request of this key, and count it if it passes.
    pub(crate) fn decide(
        &self,
        store: &dyn Store,
        fingerprint: Fingerprint,
        charge: Charge<'_>,
    ) -> Attempted<Result<Decided, Undecided>> {
        let key = self.slots.of(fingerprint);
        let Attempted { outcome, retries } = contract::change(store, key.as_str(), |value| {
            match Bucket::within(value).decide(fingerprint, charge) {
                Ok(decided) => match decided.decision {
                    Decision::Allowed { .. } => Change::Write(Ok(decided)),
                    Decision::Limited { .. } if decided.amended => Change::Write(Ok(decided)),
                    Decision::Limited { .. } => Change::Keep(Ok(decided)),
                },
                Err(full) => Change::Keep(Err(Undecided::Exhausted { free_after: full.free_after })),
            }
        });
        Attempted { outcome: outcome.map(|decided| decided.unwrap_or(Err(Undecided::Failed))), retries }
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
