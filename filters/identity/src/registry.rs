//! Which internal token belongs to which trace, in the memory that inbound and outbound filters share.
//!
//! An application that merely forwards `traceparent` has its calls carry the caller's identity. Trace ids are
//! no secrets and can be chosen, so the rules lean one way: whenever two identities could be meant, none is
//! attached, and the next hop refuses what it does not know. The memory is writable by every plugin with the
//! same `vm_id`; what is read from it is therefore no proof of anything, and the next hop verifies the token
//! again.

mod codec;
mod set;

use contract::{
    Cause, Conflict, Duration, Refusal, StageName, Store, StoreError, UnixTime, Update, Version, update,
};

pub(crate) use set::{Carried, Seen};
use set::{Generation, SetFull, TraceSet};

use crate::trace::TraceId;

/// Slots, each with room for [`set::WAYS`] trace ids: 4096 in all, four times the requests that Envoy's
/// default circuit breaker lets into one cluster at once. With 1024 open requests a slot overflows with a
/// probability of 10⁻⁶. One slot is one value and one compare-and-swap, so two workers cannot file two
/// identities of one trace in two places.
const SLOTS: u128 = 256;

/// Bytes of a token that is carried. Minted tokens have less than one KiB; this bounds the memory to 16 MiB.
/// A request with a longer token is forwarded, and its calls carry nothing.
const MAX_CARRIED_BYTES: usize = 4096;

/// Why a request was not registered, or what is registered could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RegistryError {
    /// The host failed.
    StoreFailed,
    /// Other workers wrote in between too often.
    StoreContended,
    /// The slot is gone or was written by somebody else.
    SlotUnreadable,
    /// The slot has no room.
    SlotFull,
}

/// An open inbound request. Dropping it without [`Self::close`] leaves it open until it times out.
#[derive(Debug)]
pub(crate) struct Registration {
    trace: TraceId,
    generation: Generation,
}

impl Registration {
    /// Note that `seen` calls under `trace`.
    ///
    /// # Errors
    /// When that could not be noted. The request must not reach the application then: its calls could carry
    /// the token of a later request under the same trace id.
    pub(crate) fn open(
        store: &dyn Store,
        trace: TraceId,
        seen: Seen<'_>,
        now: UnixTime,
    ) -> Result<Self, RegistryError> {
        let generation = change(store, trace, Step::Open(carriable(seen)), now)?;
        Ok(Self { trace, generation })
    }

    /// Note that the request is over.
    ///
    /// # Errors
    /// When that could not be noted; the entry then ends by itself, later.
    pub(crate) fn close(self, store: &dyn Store, now: UnixTime) -> Result<(), RegistryError> {
        change(store, self.trace, Step::Close(self.generation), now).map(|_| ())
    }
}

/// Make the slots that are not there. A host inserts a new key whatever version was expected, so a slot
/// that two workers were to create while they serve could lose an entry.
pub(crate) fn prepare(store: &dyn Store) -> Result<(), RegistryError> {
    for slot in 0..SLOTS {
        let key = slot_key(slot);
        let entry = store.read(&key)?;
        let version = match &entry {
            Some(entry) if codec::decode(&entry.value).is_ok() => continue,
            Some(entry) => entry.version,
            None => Version::ABSENT,
        };
        match store.swap(&key, &codec::encode(&TraceSet::default()), version) {
            // Another worker has prepared it.
            Ok(()) | Err(Conflict::Changed) => {}
            Err(Conflict::Failed) => return Err(RegistryError::StoreFailed),
        }
    }
    Ok(())
}

/// The token that an outbound request of `trace` may carry.
pub(crate) fn carried(
    store: &dyn Store,
    trace: TraceId,
    now: UnixTime,
) -> Result<Option<Vec<u8>>, RegistryError> {
    let entry = store.read(&slot_key_of(trace))?.ok_or(RegistryError::SlotUnreadable)?;
    let set = codec::decode(&entry.value).map_err(|_| RegistryError::SlotUnreadable)?;
    Ok(set.carried(trace, now).map(|carried| carried.token.to_vec()))
}

impl RegistryError {
    /// The word for logs and metrics.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::StoreFailed => "registry_failed",
            Self::StoreContended => "registry_contended",
            Self::SlotUnreadable => "registry_unreadable",
            Self::SlotFull => "registry_full",
        }
    }
}

impl From<RegistryError> for Refusal {
    fn from(error: RegistryError) -> Self {
        let cause = Cause::Unavailable { retry_after: Duration::from_secs(1) };
        Self::new(StageName::Identity, cause, error.reason())
    }
}

impl From<StoreError> for RegistryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Failed => Self::StoreFailed,
            StoreError::Contended => Self::StoreContended,
        }
    }
}

impl From<SetFull> for RegistryError {
    fn from(_: SetFull) -> Self {
        Self::SlotFull
    }
}

enum Step<'a> {
    Open(Seen<'a>),
    Close(Generation),
}

/// Change the slot of `trace`, or leave it as it is when that cannot be done. The answer is the generation
/// that the step was about.
fn change(
    store: &dyn Store,
    trace: TraceId,
    step: Step<'_>,
    now: UnixTime,
) -> Result<Generation, RegistryError> {
    update(store, &slot_key_of(trace), |value| {
        let Some(Ok(mut set)) = value.map(codec::decode) else {
            return Update::Keep(Err(RegistryError::SlotUnreadable));
        };
        let changed = match step {
            Step::Open(seen) => set.open(trace, seen, now),
            Step::Close(generation) => {
                set.close(trace, generation, now);
                Ok(generation)
            }
        };
        match changed {
            Ok(generation) => Update::Write(codec::encode(&set), Ok(generation)),
            Err(full) => Update::Keep(Err(full.into())),
        }
    })?
}

fn carriable(seen: Seen<'_>) -> Seen<'_> {
    match seen {
        Seen::One(carried) if carried.token.len() > MAX_CARRIED_BYTES => Seen::Several,
        Seen::One(_) | Seen::Nobody | Seen::Several => seen,
    }
}

/// The slot follows from the right-most bytes, which are the random ones (Trace Context level 2 §3.2.2.3).
fn slot_key_of(trace: TraceId) -> String {
    slot_key(u128::from_be_bytes(*trace.bytes()) % SLOTS)
}

/// The number behind `trace` is that of the layout: workers of two versions of a module that serve side by
/// side while one replaces the other do not read each other's slots.
fn slot_key(slot: u128) -> String {
    format!("watchword/trace/2/{slot}")
}

#[cfg(test)]
mod tests;
