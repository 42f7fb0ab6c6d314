//! `identity.mint`: the edge makes internal tokens.

use std::collections::BTreeSet;

use contract::{Authenticate, Compile, ConfigError, Duration, Route, Section};
use jose::Signer;
use serde::Deserialize;

use super::checks::{check_trust_domain, not_empty, spiffe_id};
use super::signing_key::RawSigningKey;
use crate::mint::{Mint, PARAMETERS, Transactions};
use crate::token::MAX_LIFETIME;

/// The edge: makes an internal token for each request that is allowed.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Mint"))]
#[serde(deny_unknown_fields)]
pub(super) struct RawMint {
    /// What `iss` of the tokens is: the edge.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    issuer: String,
    /// The trust domain that the tokens are for (`aud`).
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TRUST_DOMAIN)))]
    trust_domain: String,
    /// The SPIFFE ID of the edge, which is of that trust domain (`req_wl`).
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::SPIFFE_ID)))]
    workload: String,
    /// The key that signs.
    key: RawSigningKey,
    /// How long a token is good, in seconds.
    #[serde(default = "default_lifetime_seconds")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = MAX_LIFETIME.as_secs())))]
    lifetime_seconds: u64,
    /// Claims of the credential that go along (`tctx`). `iss` must be one where there is more than one issuer.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    claims: BTreeSet<String>,
    /// Parameters of the routes' paths that go along (`tctx.parameters`).
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    parameters: BTreeSet<String>,
    /// What one `txn` names.
    #[serde(default)]
    transaction: RawTransaction,
}

/// What one `txn` names.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(rename = "Transaction")
)]
#[serde(rename_all = "snake_case")]
enum RawTransaction {
    /// A token, which is used for all requests of one caller while it is good.
    #[default]
    Token,
    /// A request: each has a token of its own, which costs a signature.
    Request,
}

const fn default_lifetime_seconds() -> u64 {
    60
}

impl RawMint {
    pub(super) fn compile(
        self,
        several_native_issuers: bool,
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
        check_subjects(&claims, with.routes, several_native_issuers, section)?;
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
            RawTransaction::Token => Self::Token(Box::default()),
            RawTransaction::Request => Self::Request,
        }
    }
}

/// A subject is unique at its issuer only (RFC 7519 §4.1.2), and the internal token's `iss` is the edge.
fn check_subjects(
    claims: &BTreeSet<String>,
    routes: &[Route],
    several_native_issuers: bool,
    section: &Section<'_>,
) -> Result<(), ConfigError> {
    let mut providers = routes.iter().flat_map(|route| route.authenticate.providers());
    let first = providers.next();
    let anybody = routes.iter().any(|route| route.authenticate == Authenticate::Anybody);
    let several = providers.any(|other| Some(other) != first) || anybody || several_native_issuers;
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
