//! What stands for a key in the shared memory.

use std::cell::Cell;

use contract::{Entropy, Env, Request, Store, Version};
use siphasher::sip128::SipHasher24;

use crate::key::{Key, Missing};
use crate::slots::OpenError;

/// Where the seed of the fingerprints is kept.
const SEED_KEY: &str = "ww/l/seed";

/// Bytes of the seed: the key size of SipHash.
const SEED_BYTES: usize = 16;

/// 128 bits that stand for a key. Nobody outside knows the seed, so nobody can choose keys that collide
/// with another's or crowd one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fingerprint {
    /// Which bucket the key is in.
    pub(crate) slot: u64,
    /// What tells it there from others: two keys of one bucket have the same once in 2⁶⁴ pairs.
    pub(crate) place: u64,
}

/// The hash of all workers of a proxy.
#[derive(Debug, Clone)]
pub(crate) struct Fingerprinter(SipHasher24);

impl Fingerprinter {
    /// The hash with the seed that all workers use: whoever comes first makes it, and everybody reads it
    /// back.
    pub(crate) fn open(store: &dyn Store, entropy: &dyn Entropy) -> Result<Self, OpenError> {
        Ok(Self(SipHasher24::new_with_key(&seed(store, entropy)?)))
    }

    /// What stands for the key `bytes`.
    pub(crate) fn of(&self, bytes: &[u8]) -> Fingerprint {
        let hash = self.0.hash(bytes);
        Fingerprint { slot: hash.h1, place: hash.h2 }
    }
}

/// What makes fingerprints of the keys of one limit's requests.
pub(crate) struct KeyHasher {
    fingerprinter: Fingerprinter,
    /// Where the keys are written, one over the other, so that none needs memory of its own. It grows as long as the
    /// longest key, which has a bound.
    room: Cell<Vec<u8>>,
}

impl KeyHasher {
    pub(crate) fn new(fingerprinter: &Fingerprinter) -> Self {
        Self { fingerprinter: fingerprinter.clone(), room: Cell::default() }
    }

    /// What stands for whoever has sent `request`.
    pub(crate) fn of(
        &self,
        key: &Key,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Result<Fingerprint, Missing> {
        let mut bytes = self.room.take();
        bytes.clear();
        let written = key.write_to(&mut bytes, request, env);
        let fingerprint = written.map(|()| self.fingerprinter.of(&bytes));
        self.room.set(bytes);
        fingerprint
    }
}

fn seed(store: &dyn Store, entropy: &dyn Entropy) -> Result<[u8; SEED_BYTES], OpenError> {
    if let Some(seed) = stored_seed(store)? {
        return Ok(seed);
    }
    let mut fresh = [0; SEED_BYTES];
    entropy.fill(&mut fresh).map_err(|_| OpenError::Entropy)?;
    store.swap(SEED_KEY, &fresh, Version::ABSENT).map_err(|_| OpenError::Store)?;
    stored_seed(store)?.ok_or(OpenError::Store)
}

fn stored_seed(store: &dyn Store) -> Result<Option<[u8; SEED_BYTES]>, OpenError> {
    let entry = store.read(SEED_KEY).map_err(|_| OpenError::Store)?;
    Ok(entry.and_then(|entry| entry.value.try_into().ok()))
}
