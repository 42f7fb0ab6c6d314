//! Values of one size in the memory that the workers share, as many as the configuration says.

use std::num::NonZeroU32;

use contract::{Store, Version};

use crate::fingerprint::Fingerprint;
use crate::slot_key::{MAX_SLOTS, SlotKey, SlotKeys};

/// A fixed number of values, which no other limit uses.
#[derive(Debug)]
pub(crate) struct Slots {
    keys: SlotKeys,
    count: NonZeroU32,
}

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    /// So many, as the configuration says.
    Exactly(NonZeroU32),
    /// So many, unless there are some from an earlier configuration: what is said of other limits must not move the
    /// keys of this one.
    AtFirst(NonZeroU32),
}

/// Why there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OpenError {
    /// The host failed to read or write.
    Store,
    /// The host has no randomness.
    Entropy,
}

impl Slots {
    /// The slots in `namespace`.
    ///
    /// Creates what is missing, with the value `empty`. Hosts cannot insert a key only if it is absent, so two
    /// workers that both did it while serving would lose counts; at configuration time the main thread is first and
    /// alone. A later configuration finds the slots and what is in them; another number of them moves keys to other
    /// slots, where nothing is known of them.
    pub(crate) fn open(
        namespace: u64,
        count: Count,
        empty: &[u8],
        store: &dyn Store,
    ) -> Result<Self, OpenError> {
        let keys = SlotKeys::new(namespace);
        let present = present(&keys, store)?;
        let count = match count {
            Count::Exactly(count) => count,
            Count::AtFirst(count) => NonZeroU32::new(present).unwrap_or(count),
        };
        let slots = Self { keys, count };
        slots.create(present, empty, store)?;
        Ok(slots)
    }

    /// Under which name lies the slot of a key.
    pub(crate) fn of(&self, fingerprint: Fingerprint) -> SlotKey {
        self.keys.of(self.number_of(fingerprint))
    }

    /// Which slot is that of a key.
    pub(crate) fn number_of(&self, fingerprint: Fingerprint) -> u32 {
        let slot = fingerprint.slot.checked_rem(u64::from(self.count.get())).unwrap_or(0);
        u32::try_from(slot).unwrap_or(0)
    }

    /// Slots in no memory, for tests of where keys fall.
    #[cfg(all(test, not(target_family = "wasm")))]
    pub(crate) fn uncreated(count: NonZeroU32) -> Self {
        Self { keys: SlotKeys::new(0), count }
    }

    /// Without reading them, so a slot is written once in a proxy's life, and whoever comes later reads one number.
    fn create(&self, present: u32, empty: &[u8], store: &dyn Store) -> Result<(), OpenError> {
        let count = self.count.get();
        let write =
            |key: &str, value: &[u8]| store.swap(key, value, Version::ABSENT).map_err(|_| OpenError::Store);
        for slot in present..count {
            write(self.keys.of(slot).as_str(), empty)?;
        }
        if count > present {
            write(&self.keys.marker(), &count.to_le_bytes())?;
        }
        Ok(())
    }
}

/// How many there are. Nobody has ever made more than fit a name; a number beyond that was not written here.
fn present(keys: &SlotKeys, store: &dyn Store) -> Result<u32, OpenError> {
    let entry = store.read(&keys.marker()).map_err(|_| OpenError::Store)?;
    let present = entry.and_then(|entry| entry.value.try_into().ok()).map_or(0, u32::from_le_bytes);
    Ok(if present <= MAX_SLOTS { present } else { 0 })
}
