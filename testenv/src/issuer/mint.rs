//! Who signs: the issuer's name, and its keys.

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::{Value, json};

use super::{Algorithm, Key};

/// The issuer's name in `iss`.
const NAME: &str = "https://issuer.test";

/// Whom its tokens are for.
const AUDIENCE: &str = "shop-api";

/// The keys of one issuer, and foreign ones to sign forgeries with.
#[derive(Debug)]
pub(super) struct Mint {
    keys: RwLock<Keys>,
    foreign: [OnceLock<Key>; 3],
    /// Held while a foreign key is made, because an RSA key takes a while.
    making: Mutex<()>,
}

#[derive(Debug)]
struct Keys {
    published: Vec<Arc<Key>>,
    /// One per algorithm.
    signing: [Arc<Key>; 3],
}

impl Mint {
    pub(super) fn new() -> io::Result<Self> {
        let [rsa, ecdsa, ed25519] = Algorithm::ALL;
        let keys =
            [Key::generate(rsa, "rsa-1")?, Key::generate(ecdsa, "ec-1")?, Key::generate(ed25519, "ed-1")?];
        let signing = keys.map(Arc::new);
        let keys = RwLock::new(Keys { published: signing.to_vec(), signing });
        Ok(Self { keys, foreign: Default::default(), making: Mutex::new(()) })
    }

    pub(super) const fn name(&self) -> &'static str {
        NAME
    }

    pub(super) const fn audience(&self) -> &'static str {
        AUDIENCE
    }

    /// The key that signs.
    pub(super) fn key(&self, algorithm: Algorithm) -> Arc<Key> {
        Arc::clone(&self.read().signing[algorithm as usize])
    }

    /// A key of somebody else that claims to be ours.
    pub(super) fn foreign_key(&self, algorithm: Algorithm) -> io::Result<&Key> {
        let place = &self.foreign[algorithm as usize];
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        match place.get() {
            Some(key) => Ok(key),
            None => {
                let key = Key::generate(algorithm, self.key(algorithm).id())?;
                Ok(place.get_or_init(|| key))
            }
        }
    }

    pub(super) fn key_set(&self) -> Value {
        let keys: Vec<Value> = self.read().published.iter().map(|key| key.public_jwk()).collect();
        json!({ "keys": keys })
    }

    pub(super) fn publish(&self, algorithm: Algorithm, id: &str) -> io::Result<()> {
        let key = Arc::new(Key::generate(algorithm, id)?);
        self.write().published.push(key);
        Ok(())
    }

    pub(super) fn sign_with(&self, id: &str) -> io::Result<()> {
        let mut keys = self.write();
        let found = keys.published.iter().find(|key| key.id() == id).map(Arc::clone);
        let key = found.ok_or_else(|| io::Error::other(format!("`{id}` is not published")))?;
        let algorithm = key.algorithm();
        keys.signing[algorithm as usize] = key;
        Ok(())
    }

    pub(super) fn retire(&self, id: &str) {
        self.write().published.retain(|key| key.id() != id);
    }

    fn read(&self) -> RwLockReadGuard<'_, Keys> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Keys> {
        self.keys.write().unwrap_or_else(PoisonError::into_inner)
    }
}
