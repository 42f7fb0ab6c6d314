//! Where the keys of an issuer come from, and which are in force.

use std::rc::Rc;

use contract::{BackgroundEnv, Due, FetchId, Fetched, Secrets, Store, UnixTime};
use upkeep::{Current, Shared, Sharing};

use crate::Algorithm;
use crate::key_set::{KeySet, MAX_KEY_SET_BYTES};
use crate::key_sets::{KeySets, SHARING_EVENTS};
use crate::key_use::KeyUse;
use crate::keys_config_error::KeysConfigError;
use crate::raw_keys::{RawKeys, RawSecret};
use crate::remote_keys::RemoteKeys;
use crate::secret::secret_key_set;
use crate::shared_names::entry_names;

/// The keys of one issuer: fixed, or fetched in the background. It asks for fetches and is told how they
/// ended; it performs none.
#[derive(Debug)]
pub struct KeySource(Source);

/// What a source of keys is made with.
#[derive(Clone, Copy)]
pub struct KeysFor<'a> {
    /// What its fetches are called.
    pub id: FetchId,
    /// Which keys of a set are taken.
    pub key_use: KeyUse,
    /// The issuer whose keys these are, which its metadata must name (OpenID Connect Discovery §4.3).
    pub issuer: Option<&'a str>,
    /// The algorithms that the keys may be used with.
    pub algorithms: &'a [Algorithm],
    /// Secrets of the environment.
    pub secrets: &'a dyn Secrets,
    /// The memory that the workers share.
    pub store: &'a dyn Store,
    /// The leave to share fetched sets there; without it each worker fetches for itself.
    pub sharing: Option<&'a Sharing>,
}

/// Whether it helps to wait for a key that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// The set is being fetched again, or will be at once.
    Coming,
    /// The set was fetched just now, or cannot be fetched: the key is not there.
    Absent,
}

/// Which keys are in force.
pub type Keys = Current<KeySet>;

#[derive(Debug)]
enum Source {
    Fixed(Rc<KeySet>),
    Remote(Box<RemoteKeys>),
}

impl KeySource {
    /// The source that a configuration describes.
    ///
    /// # Errors
    /// With the field that is wrong.
    pub fn new(raw: RawKeys, with: &KeysFor<'_>) -> Result<Self, KeysConfigError> {
        let shared = with.sharing.and_then(|sharing| {
            let names = entry_names(&raw, with.key_use, with.issuer)?;
            Some(Shared::new(names, MAX_KEY_SET_BYTES, sharing, SHARING_EVENTS))
        });
        let (kind, plan) = match raw {
            RawKeys::Inline(value) => {
                let keys = KeySet::from_value(&value, with.key_use).map_err(KeysConfigError::Inline)?;
                return Ok(Self::fixed(keys));
            }
            RawKeys::Secret(raw) => return secret_keys(&raw, with).map(Self::fixed),
            RawKeys::Remote(raw) => KeySets::remote(raw, with)?,
            RawKeys::Discovery(raw) => KeySets::discovery(raw, with)?,
        };
        Ok(Self(Source::Remote(Box::new(RemoteKeys::new(kind, plan, shared, with.store)))))
    }

    fn fixed(keys: KeySet) -> Self {
        Self(Source::Fixed(Rc::new(keys)))
    }

    /// The keys in force at `now`.
    pub fn current(&self, now: UnixTime) -> Keys {
        match &self.0 {
            Source::Fixed(keys) => Keys::Ready(Rc::clone(keys)),
            Source::Remote(remote) => remote.current(now),
        }
    }

    /// What is due. A fetch is under way until [`Self::fetched`] is called, or until its timeout is well
    /// over. There is news when another worker has fetched a set, which is in force here from now on.
    pub fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        match &self.0 {
            Source::Fixed(_) => Due::default(),
            Source::Remote(remote) => remote.due(env),
        }
    }

    /// How the fetch ended. Returns whether a good set has come. What is not a good set changes nothing but
    /// the schedule: the last good one stays in force.
    ///
    /// # Errors
    /// Why what has come is not taken.
    pub fn fetched(&self, outcome: Fetched<'_>, env: &BackgroundEnv<'_>) -> Result<bool, &'static str> {
        match &self.0 {
            Source::Fixed(_) => Ok(false),
            Source::Remote(remote) => remote.fetched(outcome, env),
        }
    }

    /// A token named the key `key_id`, which is not there: fetch again soon, but never so often that clients
    /// could use us against the issuer. After news the caller looks again, and asks again if it is still not
    /// there.
    pub fn seek(&self, key_id: &str, now: UnixTime) -> Sought {
        match &self.0 {
            Source::Fixed(_) => Sought::Absent,
            Source::Remote(remote) => remote.seek(key_id, now),
        }
    }
}

fn secret_keys(raw: &RawSecret, with: &KeysFor<'_>) -> Result<KeySet, KeysConfigError> {
    let RawSecret { name, encoding } = raw;
    let text = with.secrets.secret(name).ok_or_else(|| KeysConfigError::NoSecret(name.clone()))?;
    let secret = encoding.decode(&text).map_err(KeysConfigError::Secret)?;
    secret_key_set(&secret, with.algorithms).map_err(KeysConfigError::Secret)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]
mod tests;
