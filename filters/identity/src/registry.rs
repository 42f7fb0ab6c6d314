//! Which internal token belongs to which trace, in the memory that inbound and outbound filters share.
//!
//! An application that merely forwards its trace has its calls carry the caller's identity. Trace ids are
//! no secrets and can be chosen, so the rules lean one way: whenever two identities could be meant, none is
//! attached, and the next hop refuses what it does not know.
//!
//! The memory is writable by every plugin with the same `vm_id`. Whoever reads a token verifies it again, and
//! a [`seal`] proves that it was put there for this trace. What such a plugin can still do to a sealed slot:
//!
//! - destroy it. The slot then starts anew and gives out nothing until every request that could have been
//!   registered there is over. Requests are served meanwhile, and their calls carry nothing;
//! - write an older version of it back. That brings a token of the last minutes back for its own trace, while
//!   it is in force, and makes a conflict forgotten that came after it.

mod codec;
mod seal;
mod set;
mod slots;

use std::rc::Rc;

use contract::{Cause, Duration, Refusal, StageName, Store, StoreError, UnixTime, Update, update};
use jose::Sharing;

pub(crate) use set::{Carried, Grace, NotCarried, Seen};
use set::{Generation, Opened, SetFull, TraceSet};
use slots::{Slots, Unreadable};

use crate::trace::TraceId;

/// Bytes of a token that is carried. Minted tokens have less than one KiB; this bounds the memory to 16 MiB.
/// A request with a longer token is forwarded, and its calls carry nothing.
const MAX_CARRIED_BYTES: usize = 4096;

/// The registry of one proxy.
#[derive(Debug)]
pub(crate) struct Registry(Slots);

/// Why a request was not registered, or what is registered could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RegistryError {
    /// The host failed.
    StoreFailed,
    /// Other workers wrote in between too often.
    StoreContended,
    /// The slot has no room.
    SlotFull,
}

/// Why no token is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotFound {
    /// The host failed.
    StoreFailed,
    /// The slot is gone or was written by somebody else.
    SlotUnreadable,
    /// The registry knows why.
    NotCarried(NotCarried),
}

/// An open inbound request. Dropping it without [`Self::close`] leaves it open until it times out.
#[derive(Debug)]
pub(crate) struct Registration {
    registry: Rc<Registry>,
    trace: TraceId,
    generation: Generation,
    /// Another identity was seen under this trace, and no call gets a token from now on.
    pub(crate) is_conflict: bool,
    /// The slot was not readable, and has started anew.
    pub(crate) has_replaced_slot: bool,
}

impl Registry {
    /// The registry whose slots are sealed with a key of `sharing`, or not sealed.
    pub(crate) fn new(sharing: Option<&Sharing>) -> Self {
        Self(Slots::new(sharing))
    }

    /// Make what is not there, before the first request.
    ///
    /// # Errors
    /// When the host failed.
    pub(crate) fn prepare(&self, store: &dyn Store) -> Result<(), RegistryError> {
        Ok(self.0.prepare(store)?)
    }

    /// Note that `seen` calls under `trace`.
    ///
    /// # Errors
    /// When that could not be noted. The request must not reach the application then: its calls could carry
    /// the token of a later request under the same trace id.
    pub(crate) fn open(
        self: &Rc<Self>,
        store: &dyn Store,
        trace: TraceId,
        seen: Seen<'_>,
        now: UnixTime,
    ) -> Result<Registration, RegistryError> {
        let (seen, slot) = (carriable(seen), self.0.of(trace));
        let opened = update(store, &self.0.key(slot), |value| {
            let read = value.map_or(Err(Unreadable), |value| self.0.open(slot, value));
            let has_replaced_slot = read.is_err();
            let mut set = read.unwrap_or_else(|Unreadable| TraceSet::barred(now));
            match set.open(trace, seen, now) {
                Ok(opened) => Update::Write(self.0.close(slot, &set), Ok((opened, has_replaced_slot))),
                Err(full) => Update::Keep(Err(full)),
            }
        })?;
        let (Opened { generation, is_conflict }, has_replaced_slot) = opened?;
        let registry = Rc::clone(self);
        Ok(Registration { registry, trace, generation, is_conflict, has_replaced_slot })
    }

    /// The token that an outbound request of `trace` may carry. It is to be verified.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn carried(
        &self,
        store: &dyn Store,
        trace: TraceId,
        now: UnixTime,
    ) -> Result<Vec<u8>, NotFound> {
        let slot = self.0.of(trace);
        let entry = store.read(&self.0.key(slot)).map_err(|_| NotFound::StoreFailed)?;
        let entry = entry.ok_or(NotFound::SlotUnreadable)?;
        let set = self.0.open(slot, &entry.value).map_err(|Unreadable| NotFound::SlotUnreadable)?;
        let carried = set.carried(trace, now).map_err(NotFound::NotCarried)?;
        Ok(carried.token.to_vec())
    }
}

impl Registration {
    /// Note that the request is over; its token may be attached for `grace`.
    ///
    /// # Errors
    /// When that could not be noted; the entry then ends by itself, later.
    pub(crate) fn close(self, store: &dyn Store, grace: Grace, now: UnixTime) -> Result<(), RegistryError> {
        let Self { registry: of, trace, generation, .. } = self;
        let slot = of.0.of(trace);
        update(store, &of.0.key(slot), |value| {
            // A slot that is not ours any more has nothing of this request in it.
            let Some(Ok(mut set)) = value.map(|value| of.0.open(slot, value)) else {
                return Update::Keep(());
            };
            set.close(trace, generation, grace, now);
            Update::Write(of.0.close(slot, &set), ())
        })?;
        Ok(())
    }
}

impl RegistryError {
    /// The word for logs and metrics.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::StoreFailed => "registry_failed",
            Self::StoreContended => "registry_contended",
            Self::SlotFull => "registry_full",
        }
    }

    /// The name under which it is counted.
    pub(crate) const fn event(self) -> &'static str {
        match self {
            Self::StoreFailed => "identity.trace.registry_failed",
            Self::StoreContended => "identity.trace.registry_contended",
            Self::SlotFull => "identity.trace.registry_full",
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

fn carriable(seen: Seen<'_>) -> Seen<'_> {
    match seen {
        Seen::One(carried) if carried.token.len() > MAX_CARRIED_BYTES => Seen::Several,
        Seen::One(_) | Seen::Nobody | Seen::Several => seen,
    }
}

#[cfg(test)]
mod tests;
