//! `identity.mint`: the edge makes internal tokens.

use std::collections::BTreeSet;

use contract::{Compile, ConfigError, Duration, Route, Section};
use jose::SigningKey;
use serde::Deserialize;

use super::checks::{check_trust_domain, not_empty, spiffe_id};
use crate::mint::{Mint, Minted};
use crate::token::MAX_LIFETIME;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMint {
    issuer: String,
    trust_domain: String,
    workload: String,
    key: RawKey,
    #[serde(default = "default_lifetime_seconds")]
    lifetime_seconds: u64,
    #[serde(default)]
    claims: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    /// The name of a secret, never the key itself.
    secret: String,
    id: String,
}

const fn default_lifetime_seconds() -> u64 {
    60
}

impl RawMint {
    pub(super) fn compile(self, section: &Section<'_>, with: &Compile<'_>) -> Result<Mint, ConfigError> {
        let Self { issuer, trust_domain, workload, key, lifetime_seconds, claims } = self;
        not_empty(&issuer, "mint.issuer", section)?;
        check_trust_domain(&trust_domain, "mint.trust_domain", section)?;
        if !(1..=MAX_LIFETIME.as_secs()).contains(&lifetime_seconds) {
            let message = format!("must be 1 to {}", MAX_LIFETIME.as_secs());
            return Err(section.error("mint.lifetime_seconds", message));
        }
        let id = spiffe_id(&workload, "mint.workload", section)?;
        if id.trust_domain() != trust_domain {
            return Err(section.error("mint.workload", format!("`{workload}` is not of `{trust_domain}`")));
        }
        check_subjects(&claims, with.routes, section)?;
        Ok(Mint {
            issuer,
            trust_domain,
            workload: id,
            lifetime: Duration::from_secs(lifetime_seconds),
            claims,
            key: key.load(with).map_err(|message| section.error("mint.key", message))?,
            minted: Minted::default(),
        })
    }
}

impl RawKey {
    fn load(&self, with: &Compile<'_>) -> Result<SigningKey, String> {
        let Self { secret, id } = self;
        let pem = with.secrets.secret(secret).ok_or_else(|| format!("there is no secret `{secret}`"))?;
        SigningKey::from_pkcs8_pem(&pem, id).map_err(|error| error.to_string())
    }
}

/// A subject is unique at its issuer only (RFC 7519 §4.1.2), and the internal token's `iss` is the edge.
fn check_subjects(
    claims: &BTreeSet<String>,
    routes: &[Route],
    section: &Section<'_>,
) -> Result<(), ConfigError> {
    let providers: BTreeSet<_> = routes.iter().flat_map(|route| route.authenticate.providers()).collect();
    if providers.len() > 1 && !claims.contains("iss") {
        let message = "must list `iss`: routes accept more than one provider, and without it users of two \
                       issuers with one `sub` are one user at every hop";
        return Err(section.error("mint.claims", message));
    }
    Ok(())
}
