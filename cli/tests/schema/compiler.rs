//! The compiler of the filters, with surroundings that have every secret.

use std::sync::LazyLock;

use contract::{Entropy, EntropyError, MemoryStore, NoProxyCrypto, Secrets, StageKind};
use pipeline::{Chain, Surroundings};
use serde_json::Value;

/// A module: its name, its stages, and whether it is all of a chain.
pub(crate) type Module = (&'static str, &'static [&'static (dyn StageKind + Sync)], Chain);

/// All modules that are shipped.
pub(crate) static MODULES: [Module; 5] = [
    (
        "watchword",
        &[&jwt::Jwt, &identity::IdentityStages, &authz::Authz, &ratelimit::Ratelimit],
        Chain::Whole,
    ),
    ("jwt-verify", &[&jwt::Jwt], Chain::Link),
    ("identity-propagation", &[&identity::IdentityStages], Chain::Link),
    ("abac-authz", &[&authz::Authz], Chain::Link),
    ("rate-limit", &[&ratelimit::Ratelimit], Chain::Link),
];

/// Whether `module` takes `document`, and why not.
pub(crate) fn compile(document: &Value, (_, kinds, chain): &Module) -> Result<(), String> {
    let store = MemoryStore::default();
    let kinds: Vec<&dyn StageKind> = kinds.iter().map(|kind| *kind as &dyn StageKind).collect();
    let with =
        Surroundings { secrets: &OneSecret, store: &store, entropy: &Sevens, crypto: &NoProxyCrypto };
    let compiled = pipeline::compile(document.to_string().as_bytes(), &kinds, *chain, &with);
    compiled.map(|_| ()).map_err(|error| error.to_string())
}

/// Every secret is the same private key, whose text is also long enough for any other use.
struct OneSecret;

static KEY: LazyLock<String> = LazyLock::new(|| rcgen::KeyPair::generate().unwrap().serialize_pem());

impl Secrets for OneSecret {
    fn secret(&self, name: &str) -> Option<String> {
        name.chars().all(|byte| byte.is_ascii_uppercase() || byte == '_').then(|| KEY.clone())
    }
}

struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(7);
        Ok(())
    }
}
