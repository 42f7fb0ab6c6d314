//! The leases of all keys of one limit, in the memory that the workers share: one for each key and proxy.

use std::num::NonZeroU32;

use contract::{Attempted, Change, Store, StoreError, UnixTime};

use super::bucket::BUCKET_BYTES;
use super::{Bucket, Lease, Take, Terms};
use crate::fingerprint::Fingerprint;
use crate::global::ruling::EngineState;
use crate::slots::{OpenError, Slots};

/// Buckets of one limit: places for 4,096 keys at a time, in about 300 KB. What finds none asks for each request.
const LEASE_SLOTS: NonZeroU32 = NonZeroU32::new(1_024).unwrap();

/// The leases of one limit.
#[derive(Debug)]
pub(crate) struct Leases {
    slots: Slots,
    terms: Terms,
}

/// What became of a request, with its lease afterwards.
pub(crate) type Taken = Attempted<(Take, Lease)>;

impl Leases {
    /// The leases in `namespace`.
    pub(crate) fn open(namespace: u64, terms: Terms, store: &dyn Store) -> Result<Self, OpenError> {
        Ok(Self { slots: Slots::open(namespace, LEASE_SLOTS, &[0; BUCKET_BYTES], store)?, terms })
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
        Attempted { outcome: Ok(outcome.ok().flatten().unwrap_or(alone)), retries }
    }

    /// The engine has let a request pass, and `extra` beyond it.
    pub(crate) fn granted(
        &self,
        store: &dyn Store,
        key: Fingerprint,
        extra: u32,
        heard: Heard,
    ) -> Option<Lease> {
        self.hear(store, key, heard, |lease, asked_at, now| {
            lease.granted(extra, heard.state, asked_at, now);
        })
    }

    /// The engine has refused a request by itself.
    pub(crate) fn refused(&self, store: &dyn Store, key: Fingerprint, heard: Heard) {
        self.hear(store, key, heard, |lease, asked_at, now| lease.refused(heard.state, asked_at, now));
    }

    /// The engine has not had what was asked for beyond a request.
    pub(crate) fn shrink(&self, store: &dyn Store, key: Fingerprint, heard: Heard) {
        self.hear(store, key, heard, |lease, _, _| lease.shrink());
    }

    /// The engine has said nothing.
    pub(crate) fn unheard(&self, store: &dyn Store, key: Fingerprint, heard: Heard) {
        self.hear(store, key, heard, |_, _, _| {});
    }

    fn hear(
        &self,
        store: &dyn Store,
        key: Fingerprint,
        heard: Heard,
        learn: impl Fn(&mut Lease, u64, u64),
    ) -> Option<Lease> {
        let Attempted { outcome, .. } = self.change(store, key, heard.now, |lease| {
            let before = *lease;
            if heard.leads {
                lease.heard();
            }
            learn(lease, heard.asked_at.nanos(), heard.now.nanos());
            (*lease, *lease != before)
        });
        outcome.ok().flatten()
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
                let Some(lease) = bucket.lease(key.place, now.nanos()) else { return Change::Keep(None) };
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
    /// How the limit stands, where the engine says it.
    pub(crate) state: Option<EngineState>,
    /// When it was asked.
    pub(crate) asked_at: UnixTime,
    /// When it has answered.
    pub(crate) now: UnixTime,
    /// Whether this question was the one that others waited for.
    pub(crate) leads: bool,
}
