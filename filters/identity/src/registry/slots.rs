//! The slots of the registry: where they lie, and under which seal.

use contract::{Conflict, Store, StoreError, Version};
use jose::Sharing;

use super::codec::{self, LAYOUT};
use super::seal::SlotSeal;
use super::set::TraceSet;
use crate::hex;
use crate::trace::TraceId;

/// Slots, each with room for [`super::set::WAYS`] trace ids: 4096 in all, four times the requests that Envoy's
/// default circuit breaker lets into one cluster at once. With 1024 open requests a slot overflows with a
/// probability of 10⁻⁶. One slot is one value and one compare-and-swap, so two workers cannot file two
/// identities of one trace in two places.
pub(super) const SLOTS: u16 = 256;

/// The memory of one registry.
#[derive(Debug)]
pub(super) struct Slots {
    seal: Option<SlotSeal>,
    prefix: String,
}

/// Which of the slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SlotNumber(pub(super) u16);

/// The slot was not written by us, or is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

impl Slots {
    /// Slots that are sealed with a key of `sharing`, or not sealed.
    ///
    /// Layout and key are part of the names: workers of two versions of a module or of two keys that serve
    /// side by side, while one replaces the other, do not take each other's slots for forgeries.
    pub(super) fn new(sharing: Option<&Sharing>) -> Self {
        let seal = sharing.map(SlotSeal::new);
        let key = seal.as_ref().map_or_else(|| "open".to_owned(), |seal| hex::encode(&seal.name()));
        Self { seal, prefix: format!("watchword/trace/{LAYOUT}/{key}") }
    }

    /// Make the slots that are not there. A host inserts a new key whatever version was expected, so a slot
    /// that two workers were to create while they serve could lose an entry. A slot that is there but not
    /// readable is left to the first request that needs it, which has a clock.
    pub(super) fn prepare(&self, store: &dyn Store) -> Result<(), StoreError> {
        for slot in (0..SLOTS).map(SlotNumber) {
            let key = self.key(slot);
            if store.read(&key)?.is_some() {
                continue;
            }
            match store.swap(&key, &self.close(slot, &TraceSet::default()), Version::ABSENT) {
                // Another worker has prepared it.
                Ok(()) | Err(Conflict::Changed) => {}
                Err(Conflict::Failed) => return Err(StoreError::Failed),
            }
        }
        Ok(())
    }

    /// Where `trace` is registered. With a seal nobody can tell which ids share a slot, and so nobody can
    /// crowd the slot of another; without one it follows from the right-most byte, which is a random one
    /// (Trace Context level 2 §3.2.2.3).
    pub(super) fn of(&self, trace: TraceId) -> SlotNumber {
        let [.., last] = *trace.bytes();
        let number = self.seal.as_ref().map_or(u16::from(last), |seal| seal.spread(trace.bytes()));
        SlotNumber(number.checked_rem(SLOTS).unwrap_or_default())
    }

    /// The name of the entry in the store.
    pub(super) fn key(&self, slot: SlotNumber) -> String {
        format!("{}/{}", self.prefix, slot.0)
    }

    /// What the entry holds.
    pub(super) fn open<'a>(&self, slot: SlotNumber, value: &'a [u8]) -> Result<TraceSet<'a>, Unreadable> {
        let payload = match &self.seal {
            Some(seal) => seal.open(slot, value).ok_or(Unreadable)?,
            None => value,
        };
        codec::decode(payload).map_err(|_| Unreadable)
    }

    /// The entry that holds `set`.
    pub(super) fn close(&self, slot: SlotNumber, set: &TraceSet<'_>) -> Vec<u8> {
        let payload = codec::encode(set);
        match &self.seal {
            Some(seal) => seal.close(slot, &payload),
            None => payload,
        }
    }
}
