//! `identity.mint`: the edge makes internal tokens.

use std::collections::BTreeSet;

use contract::{Authenticate, Compile, ConfigError, Duration, Route, Section};
use jose::Signer;
use serde::Deserialize;

use super::checks::{check_trust_domain, not_empty, spiffe_id};
use super::signing_key::RawSigningKey;
use crate::mint::{Mint, Minted, PARAMETERS, Transactions};
use crate::token::MAX_LIFETIME;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMint {
    issuer: String,
    trust_domain: String,
    workload: String,
    key: RawSigningKey,
    #[serde(default = "default_lifetime_seconds")]
    lifetime_seconds: u64,
    #[serde(default)]
    claims: BTreeSet<String>,
    #[serde(default)]
    parameters: BTreeSet<String>,
    #[serde(default)]
    transaction: RawTransaction,
}

/// What one `txn` names.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawTransaction {
    #[default]
    Token,
    Request,
}

const fn default_lifetime_seconds() -> u64 {
    60
}

impl RawMint {
    pub(super) fn compile(
        self,
        native_issuers: usize,
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<Mint, ConfigError> {
        let Self { issuer, trust_domain, workload, key, lifetime_seconds, claims, parameters, transaction } =
            self;
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
        check_subjects(&claims, with.routes, native_issuers, section)?;
        check_parameters(&parameters, &claims, with.routes, section)?;
        let key = key.load("mint.key", section, with)?;
        Ok(Mint {
            issuer,
            trust_domain,
            workload: id,
            lifetime: Duration::from_secs(lifetime_seconds),
            claims,
            parameters,
            signer: Signer::probe(key, with.crypto),
            transactions: transaction.into(),
        })
    }
}

impl From<RawTransaction> for Transactions {
    fn from(raw: RawTransaction) -> Self {
        match raw {
            RawTransaction::Token => Self::Token(Minted::default()),
            RawTransaction::Request => Self::Request,
        }
    }
}

/// A subject is unique at its issuer only (RFC 7519 §4.1.2), and the internal token's `iss` is the edge.
fn check_subjects(
    claims: &BTreeSet<String>,
    routes: &[Route],
    native_issuers: usize,
    section: &Section<'_>,
) -> Result<(), ConfigError> {
    let providers: BTreeSet<_> = routes.iter().flat_map(|route| route.authenticate.providers()).collect();
    let anybody = routes.iter().any(|route| route.authenticate == Authenticate::Anybody);
    let several = providers.len() > 1 || anybody || native_issuers > 1;
    if several && !claims.contains("iss") {
        let message = "must list `iss`: there is more than one issuer, and without it users of two \
                       issuers with one `sub` are one user at every hop";
        return Err(section.error("mint.claims", message));
    }
    Ok(())
}

/// A parameter that no route has is a typing error, and two things of one name in `tctx` would be one.
fn check_parameters(
    parameters: &BTreeSet<String>,
    claims: &BTreeSet<String>,
    routes: &[Route],
    section: &Section<'_>,
) -> Result<(), ConfigError> {
    if !parameters.is_empty() && claims.contains(PARAMETERS) {
        let message = "`parameters` is the name under which the parameters of `mint.parameters` go along";
        return Err(section.error("mint.claims", message));
    }
    let is_known = |name: &str| routes.iter().any(|route| route.parameters.iter().any(|own| own == name));
    match parameters.iter().find(|name| !is_known(name)) {
        Some(unknown) => {
            Err(section.error("mint.parameters", format!("no route has a parameter `{unknown}`")))
        }
        None => Ok(()),
    }
}
