//! Who signs: the issuer's name, and its keys.

use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

use super::{Algorithm, Key};

/// The issuer's name in `iss`.
const NAME: &str = "https://issuer.test";

/// Whom its tokens are for.
const AUDIENCE: &str = "shop-api";

/// The keys of one issuer, one per algorithm, and foreign ones to sign forgeries with.
#[derive(Debug)]
pub(super) struct Mint {
    keys: [Key; 3],
    foreign: [OnceLock<Key>; 3],
    /// Held while a foreign key is made, because an RSA key takes a while.
    making: Mutex<()>,
}

impl Mint {
    pub(super) fn new() -> io::Result<Self> {
        let [rsa, ecdsa, ed25519] = Algorithm::ALL;
        let keys =
            [Key::generate(rsa, "rsa-1")?, Key::generate(ecdsa, "ec-1")?, Key::generate(ed25519, "ed-1")?];
        Ok(Self { keys, foreign: Default::default(), making: Mutex::new(()) })
    }

    pub(super) const fn name(&self) -> &'static str {
        NAME
    }

    pub(super) const fn audience(&self) -> &'static str {
        AUDIENCE
    }

    pub(super) const fn key(&self, algorithm: Algorithm) -> &Key {
        &self.keys[algorithm as usize]
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
        let keys: Vec<Value> = self.keys.iter().map(Key::public_jwk).collect();
        json!({ "keys": keys })
    }
}
