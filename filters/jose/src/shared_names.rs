//! Where in the shared memory a key set lies.

use upkeep::EntryNames;

use crate::key_use::KeyUse;
use crate::raw_keys::RawKeys;

/// The names of the entries of one key set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedKeyNames {
    /// Of the schedule.
    pub schedule: String,
    /// Of the set.
    pub set: String,
}

/// The names under which workers share the set that `keys` describe; none for keys that are not fetched.
/// Whatever makes two sets differ is in the names, so sources share a set exactly when it is the same.
pub fn shared_key_names(keys: &RawKeys, key_use: KeyUse, issuer: Option<&str>) -> Option<SharedKeyNames> {
    let EntryNames { schedule, document } = entry_names(keys, key_use, issuer)?;
    Some(SharedKeyNames { schedule, set: document })
}

pub(crate) fn entry_names(keys: &RawKeys, key_use: KeyUse, issuer: Option<&str>) -> Option<EntryNames> {
    let place = keys.place()?;
    let key_use = match key_use {
        KeyUse::Signature => "sig",
        KeyUse::JwtSvid => "jwt-svid",
    };
    Some(EntryNames::new("keys", place.into_iter().chain([key_use]).chain(issuer)))
}
