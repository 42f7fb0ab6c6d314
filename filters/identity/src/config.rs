//! The section `identity`, as it is written and as it is compiled.

use std::collections::BTreeSet;
use std::fmt::Display;

use contract::{Compile, ConfigError, Duration, FetchId, HeaderName, Route, Section, SpiffeId, Stage};
use jose::{Abilities, KeySource, KeyUse, KeysFor, RawKeys, RawSharing, SigningKey};
use serde::Deserialize;

use crate::attach::Attach;
use crate::caller::Callers;
use crate::headers::{ApplicationHeaders, RawHeaders};
use crate::hygiene::{Boundary, Hygiene};
use crate::mint::{Mint, Minted};
use crate::names::ReservedNames;
use crate::register::Register;
use crate::registry;
use crate::signature::{self, Verifier};
use crate::token::{Expected, MAX_LIFETIME};
use crate::verify::Verify;

/// Clocks of one mesh are kept by one operator; a minute is what RFC 7519 §4.1.4 calls "a few".
pub(crate) const MAX_LEEWAY_SECONDS: u64 = 60;

/// The section. At most one of `mint`, `verify` and `attach`, because a listener is at the edge, inbound or
/// outbound; hygiene alone when there is none of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIdentity {
    mint: Option<RawMint>,
    verify: Option<RawVerify>,
    attach: Option<RawAttach>,
    #[serde(default)]
    headers: RawHeaders,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMint {
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVerify {
    #[serde(default = "default_provider")]
    provider: String,
    issuer: String,
    trust_domain: String,
    keys: RawKeys,
    key_sharing: Option<RawSharing>,
    callers: BTreeSet<String>,
    #[serde(default = "default_leeway_seconds")]
    leeway_seconds: u64,
    #[serde(default)]
    register: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAttach {
    destinations: BTreeSet<String>,
}

const fn default_lifetime_seconds() -> u64 {
    60
}

const fn default_leeway_seconds() -> u64 {
    5
}

fn default_provider() -> String {
    "internal".to_owned()
}

type Stages = Vec<Box<dyn Stage>>;

/// The stages that `section` describes; hygiene is always the first.
pub(crate) fn compile(section: &Section<'_>, with: &Compile<'_>) -> Result<Stages, ConfigError> {
    let RawIdentity { mint, verify, attach, headers } = section.read()?;
    let headers = ApplicationHeaders::compile(headers, section)?;
    let names = headers.names();
    match (mint, verify, attach) {
        (None, None, None) => Ok(stages(&names, Boundary::Mesh, [])),
        (Some(mint), None, None) => {
            Ok(stages(&names, Boundary::Edge, [Box::new(compile_mint(mint, section, with)?) as _]))
        }
        (None, Some(verify), None) => {
            Ok(stages(&names, Boundary::Mesh, compile_verify(verify, headers, section, with)?))
        }
        (None, None, Some(attach)) => {
            Ok(stages(&names, Boundary::Mesh, [Box::new(compile_attach(attach, &names, section)?) as _]))
        }
        (Some(_), Some(_), _) | (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            Err(section.error("", "only one of `mint`, `verify` and `attach` can be given"))
        }
    }
}

fn stages(
    names: &[HeaderName],
    boundary: Boundary,
    others: impl IntoIterator<Item = Box<dyn Stage>>,
) -> Stages {
    let mut stages: Stages = vec![Box::new(Hygiene::new(names, boundary))];
    stages.extend(others);
    stages
}

fn compile_mint(raw: RawMint, section: &Section<'_>, with: &Compile<'_>) -> Result<Mint, ConfigError> {
    let RawMint { issuer, trust_domain, workload, key, lifetime_seconds, claims } = raw;
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
        key: signing_key(&key, with).map_err(|message| section.error("mint.key", message))?,
        minted: Minted::default(),
    })
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

fn signing_key(raw: &RawKey, with: &Compile<'_>) -> Result<SigningKey, String> {
    let RawKey { secret, id } = raw;
    let pem = with.secrets.secret(secret).ok_or_else(|| format!("there is no secret `{secret}`"))?;
    SigningKey::from_pkcs8_pem(&pem, id).map_err(|error| error.to_string())
}

fn compile_verify(
    raw: RawVerify,
    headers: ApplicationHeaders,
    section: &Section<'_>,
    with: &Compile<'_>,
) -> Result<Stages, ConfigError> {
    let RawVerify { provider, issuer, trust_domain, keys, key_sharing, callers, leeway_seconds, register } =
        raw;
    not_empty(&provider, "verify.provider", section)?;
    not_empty(&issuer, "verify.issuer", section)?;
    check_trust_domain(&trust_domain, "verify.trust_domain", section)?;
    if leeway_seconds > MAX_LEEWAY_SECONDS {
        return Err(section.error("verify.leeway_seconds", format!("must be 0 to {MAX_LEEWAY_SECONDS}")));
    }
    let sharing = key_sharing.map(|raw| raw.resolve(with.secrets)).transpose();
    let sharing = sharing.map_err(|error| section.error("verify.key_sharing.secret", error))?;
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
        .map_err(|error| section.error(&format!("verify.keys.{}", error.field()), error))?;
    let leeway = Duration::from_secs(leeway_seconds);
    let callers = Callers::new(compile_callers(&callers, section)?);
    let expected = Expected { issuer, trust_domain, provider: provider.clone(), leeway };
    let verifier = Verifier::new(expected, keys, Abilities::probe(with.crypto));
    let mut stages: Stages = vec![Box::new(Verify { callers, verifier, headers })];
    if register {
        registry::prepare(with.store).map_err(|error| section.error("verify.register", error.reason()))?;
        stages.push(Box::new(Register { provider }));
    }
    Ok(stages)
}

fn compile_callers(
    raw: &BTreeSet<String>,
    section: &Section<'_>,
) -> Result<BTreeSet<SpiffeId>, ConfigError> {
    if raw.is_empty() {
        return Err(section.error("verify.callers", "names nobody who may call"));
    }
    raw.iter().map(|caller| spiffe_id(caller, "verify.callers", section)).collect()
}

fn compile_attach(
    raw: RawAttach,
    names: &[HeaderName],
    section: &Section<'_>,
) -> Result<Attach, ConfigError> {
    let RawAttach { destinations } = raw;
    if destinations.is_empty() || destinations.contains("") {
        return Err(section.error("attach.destinations", "must name at least one cluster, and none by ``"));
    }
    Ok(Attach { destinations, reserved: ReservedNames::new(names) })
}

fn not_empty(text: &str, field: &str, section: &Section<'_>) -> Result<(), ConfigError> {
    if text.is_empty() { Err(section.error(field, "must not be empty")) } else { Ok(()) }
}

fn check_trust_domain(text: &str, field: &str, section: &Section<'_>) -> Result<(), ConfigError> {
    let id = SpiffeId::parse(&format!("spiffe://{text}"));
    if id.is_ok_and(|id| id.trust_domain() == text) {
        return Ok(());
    }
    Err(section.error(field, quoted_is_no(text, "trust domain")))
}

fn spiffe_id(text: &str, field: &str, section: &Section<'_>) -> Result<SpiffeId, ConfigError> {
    SpiffeId::parse(text).map_err(|_| section.error(field, quoted_is_no(text, "SPIFFE ID")))
}

fn quoted_is_no(text: &str, what: &str) -> impl Display {
    format!("`{text}` is no {what}")
}
