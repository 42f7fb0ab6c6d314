//! The proxy as the environment of decisions: clock, randomness, secrets, shared memory.

use std::cell::RefCell;

use contract::{
    BackgroundEnv, Conflict, Entropy, EntropyError, Entry, Env, Secrets, Store, StoreError, UnixTime,
    Version,
};

use crate::abi::{self, Failed};
use crate::connection::RequestConnection;
use crate::crypto::ForeignFunction;
use crate::drawn::Drawn;
use crate::metrics::Metrics;

thread_local! {
    /// What this VM has drawn and not used yet.
    static DRAWN: RefCell<Drawn> = const { RefCell::new(Drawn::nothing()) };
}

/// The shared data of the proxy.
pub(crate) struct SharedData;

/// The randomness of the proxy.
pub(crate) struct ProxyEntropy;

/// The environment variables that the VM was given.
pub(crate) struct VmSecrets;

/// The environment of a decision at `now` on a request of `connection`.
pub(crate) fn env<'a>(now: UnixTime, connection: &'a RequestConnection, meter: &'a Metrics) -> Env<'a> {
    Env { now, entropy: &ProxyEntropy, connection, store: &SharedData, crypto: &ForeignFunction, meter }
}

/// The environment of the work beside the requests, at `now`.
pub(crate) fn background_env(now: UnixTime, meter: &Metrics) -> BackgroundEnv<'_> {
    BackgroundEnv { now, entropy: &ProxyEntropy, store: &SharedData, meter }
}

impl Store for SharedData {
    fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        match abi::shared(key) {
            Ok(found) => Ok(found.map(|(value, version)| Entry { value, version })),
            Err(Failed(_)) => Err(StoreError::Failed),
        }
    }

    fn swap(&self, key: &str, value: &[u8], expected: Version) -> Result<(), Conflict> {
        match abi::set_shared(key, value, expected) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Conflict::Changed),
            Err(Failed(_)) => Err(Conflict::Failed),
        }
    }
}

impl Entropy for ProxyEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        DRAWN.with_borrow_mut(|drawn| drawn.fill(buffer, abi::random)).map_err(|Failed(_)| EntropyError)
    }
}

impl Secrets for VmSecrets {
    #[expect(clippy::disallowed_methods, reason = "this is where secrets come in; the proxy decides which")]
    fn secret(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}
