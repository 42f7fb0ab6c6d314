//! This process as the surroundings of a configuration.

use contract::{Entropy, EntropyError, Secrets};

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
