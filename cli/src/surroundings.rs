//! This process as the surroundings of a configuration.

use std::time::{SystemTime, UNIX_EPOCH};

use contract::{Entropy, EntropyError, Secrets, UnixTime};

/// The environment variables of this process, which stand for those of the proxy's VM.
pub(crate) struct ProcessSecrets;

/// The randomness of the operating system.
pub(crate) struct SystemEntropy;

impl Secrets for ProcessSecrets {
    #[expect(clippy::disallowed_methods, reason = "this is where secrets come in")]
    fn secret(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(buffer).map_err(|_| EntropyError)
    }
}

/// The time of this machine; the epoch where its clock stands before that.
#[expect(clippy::disallowed_methods, reason = "this is where the time comes in")]
pub(crate) fn now() -> UnixTime {
    UnixTime::default().plus(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}
