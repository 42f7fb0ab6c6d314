//! The world around a decision, as far as a test gives it one.

use std::cell::RefCell;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::{
    Conflict, Connection, Entropy, EntropyError, Entry, Meter, PeerFacts, Secrets, Store, StoreError,
    Version,
};

/// The secret that every environment here has, as it is named and as it reads.
pub(super) const SECRET: (&str, &str) = ("HS_SECRET", "0123456789abcdef0123456789ABCDEF");

/// A world without anything but one secret.
pub(super) struct Nowhere;

impl Secrets for Nowhere {
    fn secret(&self, name: &str) -> Option<String> {
        (name == SECRET.0).then(|| SECRET.1.to_owned())
    }
}

impl Entropy for Nowhere {
    fn fill(&self, _buffer: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError)
    }
}

impl Connection for Nowhere {}

/// A connection whose peer has shown the certificate of these bytes.
pub(super) struct Tls {
    pub(super) der: &'static [u8],
    pub(super) validated: bool,
}

impl Connection for Tls {
    fn peer(&self) -> Option<PeerFacts> {
        let body = STANDARD.encode(self.der);
        let certificate_pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        Some(PeerFacts { validated: self.validated, certificate_pem })
    }
}

/// A store that always fails.
pub(super) struct NoStore;

impl Store for NoStore {
    fn read(&self, _key: &str) -> Result<Option<Entry>, StoreError> {
        Err(StoreError::Failed)
    }

    fn swap(&self, _key: &str, _value: &[u8], _expected: Version) -> Result<(), Conflict> {
        Err(Conflict::Failed)
    }
}

/// Keeps what was counted.
#[derive(Default)]
pub(super) struct Counted(RefCell<Vec<&'static str>>);

impl Counted {
    /// What was counted since the last time.
    pub(super) fn take(&self) -> Vec<&'static str> {
        self.0.take()
    }
}

impl Meter for Counted {
    fn count(&self, event: &'static str) {
        self.0.borrow_mut().push(event);
    }
}
