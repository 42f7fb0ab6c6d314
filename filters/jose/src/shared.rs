//! The two entries of the shared memory that belong to one key set: its schedule, and the set itself.
//!
//! Every plugin of the proxy may be able to write to that memory. So every value is under a MAC, and what
//! does not verify counts as absent.

use contract::{Conflict, Meter, Store, StoreError, UnixTime, Update, Version, update};
use ring::digest::{SHA256, digest};

use crate::base64url;
use crate::key_set::MAX_KEY_SET_BYTES;
use crate::key_use::KeyUse;
use crate::raw_keys::RawKeys;
use crate::reader::Reader;
use crate::schedule::{SCHEDULE_BYTES, Schedule};
use crate::seal::{SEAL_BYTES, Seal, Sharing};

/// The names of the entries of one key set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedKeyNames {
    /// Of the schedule.
    pub schedule: String,
    /// Of the set.
    pub set: String,
}

/// The entries of one key set.
#[derive(Debug)]
pub(crate) struct Shared {
    names: SharedKeyNames,
    schedule: Seal,
    set: Seal,
}

/// A set as another worker has fetched it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SharedSet {
    pub(crate) at: UnixTime,
    pub(crate) document: Vec<u8>,
}

/// Why what the workers share is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// There is nothing.
    Absent,
    /// What there is was not written by us.
    Forged,
    /// It was, but is older than what is known: somebody has written it again.
    Outdated,
    /// The store fails, or others write to it all the time.
    Unavailable,
}

/// The names under which workers share the set that `keys` describe; none for keys that are not fetched.
/// Whatever makes two sets differ is in the names, so sources share a set exactly when it is the same.
pub fn shared_key_names(keys: &RawKeys, key_use: KeyUse, issuer: Option<&str>) -> Option<SharedKeyNames> {
    let place = keys.place()?;
    let key_use = match key_use {
        KeyUse::Signature => "sig",
        KeyUse::JwtSvid => "jwt-svid",
    };
    let fields = place.into_iter().chain([key_use]).chain(issuer);
    let text: Vec<u8> = fields.flat_map(|field| [&length(field), field.as_bytes()].concat()).collect();
    let prefix = format!("watchword.keys.{}", base64url::encode(digest(&SHA256, &text)));
    Some(SharedKeyNames { schedule: format!("{prefix}.schedule"), set: format!("{prefix}.set") })
}

/// Goes before each field, so that no two lists of fields are the same bytes.
fn length(field: &str) -> [u8; 8] {
    u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes()
}

fn read(store: &dyn Store, key: &str) -> Result<Vec<u8>, Unread> {
    let entry = store.read(key).map_err(|_| Unread::Unavailable)?.ok_or(Unread::Absent)?;
    Ok(entry.value)
}

impl Unread {
    /// Count what should not be.
    pub(crate) fn count(self, meter: &dyn Meter) {
        match self {
            Self::Absent => {}
            Self::Forged => meter.count("jwt.sharing.forged"),
            Self::Outdated => meter.count("jwt.sharing.outdated"),
            Self::Unavailable => meter.count("jwt.sharing.unavailable"),
        }
    }
}

impl Shared {
    pub(crate) fn new(names: SharedKeyNames, sharing: &Sharing) -> Self {
        let (schedule, set) = (sharing.seal_for(&names.schedule), sharing.seal_for(&names.set));
        Self { names, schedule, set }
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

    /// The set that `schedule` tells of, or a newer one: a set is written before the schedule that does.
    pub(crate) fn set_of(&self, schedule: Schedule, store: &dyn Store) -> Result<SharedSet, Unread> {
        let at = schedule.set_at.ok_or(Unread::Absent)?;
        let set = self.open_set(&read(store, &self.names.set)?).ok_or(Unread::Forged)?;
        if set.at < at { Err(Unread::Outdated) } else { Ok(set) }
    }

    /// Write a set, whatever is there: the newest one wins, because it comes last.
    pub(crate) fn write_set(
        &self,
        store: &dyn Store,
        at: UnixTime,
        document: &[u8],
    ) -> Result<(), Conflict> {
        let payload = [at.nanos().to_be_bytes().as_slice(), document].concat();
        store.swap(&self.names.set, &self.set.close(&payload), Version::ABSENT)
    }

    fn close_schedule(&self, schedule: Schedule) -> Vec<u8> {
        self.schedule.close(&schedule.encode())
    }

    /// Other lengths are not worth a MAC: whoever writes them would choose how much work that is.
    fn open_schedule(&self, sealed: &[u8]) -> Option<Schedule> {
        let fits = sealed.len() == SCHEDULE_BYTES.saturating_add(SEAL_BYTES);
        fits.then(|| self.schedule.open(sealed)).flatten().and_then(|bytes| Schedule::decode(bytes).ok())
    }

    fn open_set(&self, sealed: &[u8]) -> Option<SharedSet> {
        let fits = sealed.len() <= MAX_KEY_SET_BYTES.saturating_add(8).saturating_add(SEAL_BYTES);
        let mut reader = Reader(fits.then(|| self.set.open(sealed)).flatten()?);
        let at = reader.time().ok()?;
        Some(SharedSet { at, document: reader.rest().to_vec() })
    }
}
