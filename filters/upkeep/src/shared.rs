//! The two entries of the shared memory that belong to one document: its schedule, and the document itself.
//!
//! Every plugin of the proxy may be able to write to that memory. So every value is under a MAC, and what
//! does not verify counts as absent.

use contract::{
    Conflict, EntityTag, MAX_ENTITY_TAG_BYTES, Meter, Store, StoreError, Update, Version, update,
};

use crate::entry_names::EntryNames;
use crate::reader::Reader;
use crate::schedule::{SCHEDULE_BYTES, Schedule, Stamp};
use crate::seal::{Mark, SEAL_BYTES, Seal, Sharing};

/// The entries of one document.
#[derive(Debug)]
pub struct Shared {
    names: EntryNames,
    schedule: Seal,
    document: Seal,
    max_bytes: usize,
    events: SharingEvents,
}

/// What is counted when workers cannot share, by the names of the counters.
#[derive(Debug, Clone, Copy)]
pub struct SharingEvents {
    /// An entry was not written by us.
    pub forged: &'static str,
    /// It was, but is none that is to be there: somebody has written an older one again.
    pub outdated: &'static str,
    /// The store fails, or others write to it all the time.
    pub unavailable: &'static str,
}

/// Why what the workers share is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// There is nothing.
    Absent,
    /// What there is was not written by us.
    Forged,
    /// It was, but is none that is to be there: somebody has written an older one again, or a worker is just
    /// about to tell of it.
    Outdated,
    /// The store fails, or others write to it all the time.
    Unavailable,
}

impl Shared {
    /// The entries `names`, sealed by `sharing`, of a document of `max_bytes` at most.
    pub fn new(names: EntryNames, max_bytes: usize, sharing: &Sharing, events: SharingEvents) -> Self {
        let (schedule, document) = (sharing.seal_for(&names.schedule), sharing.seal_for(&names.document));
        Self { names, schedule, document, max_bytes, events }
    }

    /// Count what should not be.
    pub(crate) fn count(&self, unread: Unread, meter: &dyn Meter) {
        let SharingEvents { forged, outdated, unavailable } = self.events;
        match unread {
            Unread::Absent => {}
            Unread::Forged => meter.count(forged),
            Unread::Outdated => meter.count(outdated),
            Unread::Unavailable => meter.count(unavailable),
        }
    }

    /// The schedule, which is written down if there is none: the first value of an entry is the only one
    /// that workers could overwrite without noticing.
    pub(crate) fn prepare(&self, store: &dyn Store) -> Schedule {
        let prepared = update(store, &self.names.schedule, |value| {
            match value.and_then(|value| self.open_schedule(value)) {
                Some(schedule) => Update::Keep(schedule),
                None => Update::Write(self.close_schedule(Schedule::NEVER), Schedule::NEVER),
            }
        });
        prepared.unwrap_or(Schedule::NEVER)
    }

    pub(crate) fn schedule(&self, store: &dyn Store) -> Result<Schedule, Unread> {
        let value = read(store, &self.names.schedule)?;
        self.open_schedule(&value).ok_or(Unread::Forged)
    }

    /// Write the schedule that `event` makes of the newest one, of which we know `known`. `event` may see
    /// that there is nothing to be done.
    ///
    /// # Errors
    /// When the store has failed, or others write all the time.
    pub(crate) fn advance(
        &self,
        store: &dyn Store,
        known: Schedule,
        event: impl Fn(Schedule) -> Option<Schedule>,
    ) -> Result<Option<Schedule>, StoreError> {
        update(store, &self.names.schedule, |value| {
            let shared = value.and_then(|value| self.open_schedule(value));
            let newest = shared.filter(|shared| shared.is_as_new_as(known)).unwrap_or(known);
            match event(newest) {
                Some(next) => Update::Write(self.close_schedule(next), Some(next)),
                None => Update::Keep(None),
            }
        })
    }

    /// Let `reading` read the document of `stamp`, with the tag that the origin gave it.
    ///
    /// # Errors
    /// When that is not what is there.
    pub(crate) fn document<T>(
        &self,
        stamp: Stamp,
        store: &dyn Store,
        reading: impl FnOnce(Option<EntityTag>, &[u8]) -> T,
    ) -> Result<T, Unread> {
        let sealed = read(store, &self.names.document)?;
        let (tag, document) = self.open_document(&sealed).ok_or(Unread::Forged)?;
        match Mark::of(&sealed) {
            Some(mark) if mark == stamp.mark => Ok(reading(EntityTag::parse(tag), document)),
            Some(_) | None => Err(Unread::Outdated),
        }
    }

    /// Write a document, whatever is there: the newest one wins, because it comes last. The schedule is to
    /// tell of it afterwards, by its mark. That is the same for the same document with the same tag.
    pub(crate) fn write_document(
        &self,
        store: &dyn Store,
        tag: Option<&EntityTag>,
        document: &[u8],
    ) -> (Mark, Result<(), Conflict>) {
        let tag = tag.map_or("", EntityTag::as_str).as_bytes();
        let length = u16::try_from(tag.len()).unwrap_or(u16::MAX).to_be_bytes();
        let sealed = self.document.close(&[&length, tag, document]);
        let written = store.swap(&self.names.document, &sealed, Version::ABSENT);
        (Mark::of(&sealed).unwrap_or_default(), written)
    }

    fn close_schedule(&self, schedule: Schedule) -> Vec<u8> {
        self.schedule.close(&[&schedule.encode()])
    }

    /// Other lengths are not worth a MAC: whoever writes them would choose how much work that is.
    fn open_schedule(&self, sealed: &[u8]) -> Option<Schedule> {
        let fits = sealed.len() == SCHEDULE_BYTES.saturating_add(SEAL_BYTES);
        fits.then(|| self.schedule.open(sealed)).flatten().and_then(|bytes| Schedule::decode(bytes).ok())
    }

    fn open_document<'a>(&self, sealed: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
        let fits = sealed.len() <= self.max_bytes.saturating_add(MAX_BESIDE_DOCUMENT);
        let mut reader = Reader(fits.then(|| self.document.open(sealed)).flatten()?);
        let length = u16::from_be_bytes(reader.array().ok()?);
        let tag = reader.bytes(length.into()).ok()?;
        Some((tag, reader.rest()))
    }
}

/// Bytes of an entry beside the document: its MAC, and its tag with the length of that.
const MAX_BESIDE_DOCUMENT: usize = SEAL_BYTES + 2 + MAX_ENTITY_TAG_BYTES;

fn read(store: &dyn Store, key: &str) -> Result<Vec<u8>, Unread> {
    let entry = store.read(key).map_err(|_| Unread::Unavailable)?.ok_or(Unread::Absent)?;
    Ok(entry.value)
}
