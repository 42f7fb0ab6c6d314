//! The leases of all keys of one limit, in the memory that the workers share: one for each key and proxy.

use std::num::NonZeroU32;

use contract::{Attempted, Change, Store, StoreError, UnixTime};

use super::bucket::BUCKET_BYTES;
use super::{Bucket, Lease, Take, Terms};
use crate::fingerprint::Fingerprint;
use crate::global::ruling::EngineState;
use crate::slots::{Count, OpenError, Slots};

/// Buckets of one limit: places for 3,072 keys at a time, in about 360 KB. What finds none asks for each request.
const LEASE_SLOTS: NonZeroU32 = NonZeroU32::new(1_024).unwrap();

/// The leases of one limit.
#[derive(Debug)]
pub(crate) struct Leases {
    slots: Slots,
    terms: Terms,
}

/// What became of a request.
pub(crate) struct Taken {
    pub(crate) take: Take,
    /// Its lease afterwards.
    pub(crate) lease: Lease,
    /// How often another worker wrote in between.
    pub(crate) retries: usize,
}

impl Leases {
    /// The leases in `namespace`.
    pub(crate) fn open(namespace: u64, terms: Terms, store: &dyn Store) -> Result<Self, OpenError> {
        Ok(Self {
            slots: Slots::open(namespace, Count::Exactly(LEASE_SLOTS), &[0; BUCKET_BYTES], store)?,
            terms,
        })
    }

    /// Spend `cost` of the lease of a key, or say what must be asked first. A key that finds no place asks for
    /// itself, and so does one whose lease cannot be changed: nothing that an engine has not counted is spent.
    pub(crate) fn take(&self, store: &dyn Store, key: Fingerprint, cost: u32, now: UnixTime) -> Taken {
        let alone = (Take::Ask { extra: 0, leads: false }, Lease::default());
        let Attempted { outcome, retries } = self.change(store, key, now, |lease| {
            let before = *lease;
            let take = lease.take(cost, now.nanos(), &self.terms);
            ((take, *lease), *lease != before)
        });
        let (take, lease) = outcome.ok().flatten().unwrap_or(alone);
        Taken { take, lease, retries }
    }

    /// Learn from an answer of the engine, or from its silence. What cannot be kept is lost: less is spent here then.
    /// Returns how often another worker wrote in between.
    pub(crate) fn hear(&self, store: &dyn Store, key: Fingerprint, heard: Heard) -> usize {
        let Heard { lesson, state, asked_at, now, leads } = heard;
        let Attempted { retries, .. } = self.change(store, key, now, |lease| {
            let before = *lease;
            if leads {
                lease.heard();
            }
            match lesson {
                Lesson::Granted { extra } => lease.granted(extra, state, asked_at.nanos(), now.nanos()),
                Lesson::Refused { cost } => lease.refused(cost, state, asked_at.nanos(), now.nanos()),
                Lesson::TooMuch => lease.shrink(),
                Lesson::Nothing => {}
            }
            ((), *lease != before)
        });
        retries
    }

    /// Change the lease of a key; `None` when there is no place for one.
    fn change<T>(
        &self,
        store: &dyn Store,
        key: Fingerprint,
        now: UnixTime,
        decide: impl Fn(&mut Lease) -> (T, bool),
    ) -> Attempted<Option<T>> {
        let Attempted { outcome, retries } =
            contract::change(store, self.slots.of(key).as_str(), |value| {
                let mut bucket = Bucket::decode(value);
                let Some(lease) = bucket.lease(key.place, now.nanos(), self.terms.patience) else {
                    return Change::Keep(None);
                };
                let (answer, is_changed) = decide(lease);
                if !is_changed {
                    return Change::Keep(Some(answer));
                }
                *value = bucket.encode();
                Change::Write(Some(answer))
            });
        let outcome: Result<_, StoreError> = outcome.map(Option::flatten);
        Attempted { outcome, retries }
    }
}

/// An answer of the engine, or its silence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heard {
    /// What it comes to.
    pub(crate) lesson: Lesson,
    /// How the limit stands, where the engine says it.
    pub(crate) state: Option<EngineState>,
    /// When it was asked.
    pub(crate) asked_at: UnixTime,
    /// When it has answered.
    pub(crate) now: UnixTime,
    /// Whether this question was the one that others waited for.
    pub(crate) leads: bool,
}

/// What an answer, or none, teaches about a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lesson {
    /// The request may pass, and so may `extra` beyond it.
    Granted { extra: u32 },
    /// A request of this cost was refused by itself.
    Refused { cost: u32 },
    /// More was asked for than there is.
    TooMuch,
    /// The engine has said nothing.
    Nothing,
}
