//! The trust in bundles as a configuration writes it.

use contract::{ConfigError, Section};
use jose::{Abilities, Algorithm, KeySet, KeyUse, RawKeys};
use serde::Deserialize;

use crate::Trust;

/// Which bundle is wanted, and who may sign it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTrust {
    /// The name that the manifest must say.
    pub name: String,
    /// The keys that may sign: `{ inline: {JWKS} }`.
    pub keys: RawKeys,
    /// What they may sign with, the preferred first.
    pub algorithms: Vec<Algorithm>,
    /// The lowest version that is taken.
    #[serde(default = "default_min_version")]
    pub min_version: u64,
}

/// Every version is taken.
const fn default_min_version() -> u64 {
    1
}

impl RawTrust {
    /// Compile the fields, which stand at `field` of `section`; `abilities` tell which signatures can be
    /// verified here.
    ///
    /// # Errors
    /// At the field that is wrong.
    pub fn compile(
        self,
        field: &str,
        section: &Section<'_>,
        abilities: &Abilities,
    ) -> Result<(Trust, KeySet), ConfigError> {
        let Self { name, keys, algorithms, min_version } = self;
        let path = |name: &str| if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
        let trust = Trust::new(&name, min_version, algorithms)
            .map_err(|error| section.error(&path(error.field()), error))?;
        let verifiable = |algorithm: &&Algorithm| abilities.can_verify(**algorithm);
        if let Some(algorithm) = trust.algorithms().iter().find(|algorithm| !verifiable(algorithm)) {
            let message = format!("neither this module nor this proxy can verify `{}`", algorithm.name());
            return Err(section.error(&path("algorithms"), message));
        }
        let (inner, keys) = match keys {
            RawKeys::Inline(set) => ("keys.inline", key_set(&set)),
            RawKeys::Remote(_) => ("keys.remote", Err(NOT_FETCHED.to_owned())),
            RawKeys::Discovery(_) => ("keys.discovery", Err(NOT_FETCHED.to_owned())),
            RawKeys::Secret(_) => ("keys.secret", Err(SHARED.to_owned())),
        };
        keys.map(|keys| (trust, keys)).map_err(|message| section.error(&path(inner), message))
    }
}

/// Whoever could answer the fetch would decide on the policies of the proxy.
const NOT_FETCHED: &str = "keys for bundles must be `inline`: they are not fetched";

const SHARED: &str =
    "keys for bundles must be public, and `inline`: with a secret every proxy could sign policies";

/// The keys of a set that was written for this purpose: one that is of no use in it is a mistake.
fn key_set(value: &serde_json::Value) -> Result<KeySet, String> {
    let keys = KeySet::from_value(value, KeyUse::Signature)
        .map_err(|error| format!("not a usable key set: {error}"))?;
    match keys.skipped() {
        0 => Ok(keys),
        skipped => Err(format!("{skipped} of its keys are no sound public keys for signatures")),
    }
}
