//! Which internal tokens are taken: the same question inbound and outbound.

use contract::{Compile, ConfigError, Duration, FetchId, Section};
use jose::{Abilities, KeySource, KeyUse, KeysFor, RawKeys, RawSharing};

use super::checks::{check_trust_domain, not_empty};
use crate::headers::Told;
use crate::signature::{self, Verifier};
use crate::token::Expected;

/// Clocks of one mesh are kept by one operator; a minute is what RFC 7519 §4.1.4 calls "a few".
pub(crate) const MAX_LEEWAY_SECONDS: u64 = 60;

pub(super) const fn default_leeway_seconds() -> u64 {
    5
}

pub(super) fn default_provider() -> String {
    "internal".to_owned()
}

/// The fields of a role by which it knows tokens.
pub(super) struct Trust {
    pub(super) provider: String,
    pub(super) issuer: String,
    pub(super) trust_domain: String,
    pub(super) keys: RawKeys,
    pub(super) key_sharing: Option<RawSharing>,
    pub(super) leeway_seconds: u64,
    /// What an application is told of them.
    pub(super) told: Told,
}

impl Trust {
    /// Compile the fields of the role that is called `role` in the section.
    pub(super) fn compile(
        self,
        role: &str,
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<Verifier, ConfigError> {
        let Self { provider, issuer, trust_domain, keys, key_sharing, leeway_seconds, told } = self;
        let field = |name: &str| format!("{role}.{name}");
        not_empty(&provider, &field("provider"), section)?;
        not_empty(&issuer, &field("issuer"), section)?;
        check_trust_domain(&trust_domain, &field("trust_domain"), section)?;
        if leeway_seconds > MAX_LEEWAY_SECONDS {
            let message = format!("must be 0 to {MAX_LEEWAY_SECONDS}");
            return Err(section.error(&field("leeway_seconds"), message));
        }
        let sharing = key_sharing.map(|raw| raw.resolve(with.secrets)).transpose();
        let sharing = sharing.map_err(|error| section.error(&field("key_sharing.secret"), error))?;
        let with_keys = KeysFor {
            id: FetchId(0),
            key_use: KeyUse::Signature,
            issuer: Some(&issuer),
            algorithms: &signature::ALGORITHMS,
            secrets: with.secrets,
            store: with.store,
            sharing: sharing.as_ref(),
        };
        let keys = KeySource::new(keys, &with_keys)
            .map_err(|error| section.error(&field(&format!("keys.{}", error.field())), error))?;
        let leeway = Duration::from_secs(leeway_seconds);
        let expected = Expected { issuer, trust_domain, provider, leeway, told };
        Ok(Verifier::new(expected, keys, Abilities::probe(with.crypto)))
    }
}
