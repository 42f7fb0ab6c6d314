//! The section `jwt` to a stage, or the reason why not.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use contract::{Compile, ConfigError, Duration, FetchId, Route, Section, Stage, StageKind, StageName};
use jose::{KeySource, KeyUse, KeysFor};

use crate::cache::Cache;
use crate::provider::Provider;
use crate::raw::{RawJwt, RawProvider, RawWait};
use crate::stage::JwtStage;

/// Providers of one stage. Each keeps a key set and a share of the token cache.
pub const MAX_PROVIDERS: usize = 16;

/// Clocks that differ by more than five minutes are broken (RFC 7519 §4.1.4: "a few minutes").
const LEEWAY_SECONDS: RangeInclusive<u64> = 0..=300;

/// Shorter than the host's tick nothing can come in; longer, clients have given up.
const COLD_KEYS_MS: RangeInclusive<u64> = 10..=10_000;

/// The token stage, for modules to link.
#[derive(Debug, Clone, Copy, Default)]
pub struct Jwt;

impl StageKind for Jwt {
    fn name(&self) -> StageName {
        StageName::Jwt
    }

    /// No field asks for this stage alone: whoever verifies the provider that a route names, this stage or
    /// another, the pipeline finds by [`Stage::providers`].
    fn asked_for_by(&self, _route: &Route) -> Option<&'static str> {
        None
    }

    fn compile(
        &self,
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
        let RawJwt { providers, wait: RawWait { cold_keys_ms } } = section.read()?;
        if !(1..=MAX_PROVIDERS).contains(&providers.len()) || providers.contains_key("") {
            return Err(
                section.error("providers", format!("must be 1 to {MAX_PROVIDERS}, each with a name"))
            );
        }
        check_range(section, "wait.cold_keys_ms", cold_keys_ms, &COLD_KEYS_MS)?;
        let count = providers.len();
        let providers = (0_u32..)
            .zip(providers)
            .map(|(index, (name, raw))| {
                provider(section, with, FetchId(index), name, raw, Cache::one_of(count))
            })
            .collect::<Result<Vec<_>, _>>()?;
        for (index, route) in with.routes.iter().enumerate() {
            check_route(index, route, &providers)?;
        }
        let wait_for_keys = Duration::from_millis(cold_keys_ms);
        Ok(vec![Box::new(JwtStage { providers, wait_for_keys })])
    }
}

fn provider(
    section: &Section<'_>,
    with: &Compile<'_>,
    id: FetchId,
    name: String,
    raw: RawProvider,
    cache: Cache,
) -> Result<Provider, ConfigError> {
    let RawProvider { kind, issuer, audiences, algorithms, keys, leeway_seconds, required_scopes, forward } =
        raw;
    let field = |field: &str| format!("providers.{name}.{field}");
    check_texts(section, &field("issuer"), std::slice::from_ref(&issuer))?;
    check_texts(section, &field("audiences"), &audiences)?;
    if algorithms.is_empty() {
        return Err(section.error(&field("algorithms"), "must name at least one"));
    }
    if !required_scopes.iter().all(|scope| is_scope(scope)) {
        return Err(
            section.error(&field("required_scopes"), "a scope is printable, without spaces and `\"`")
        );
    }
    check_range(section, &field("leeway_seconds"), leeway_seconds, &LEEWAY_SECONDS)?;
    let with_keys = KeysFor {
        id,
        key_use: KeyUse::Signature,
        issuer: Some(&issuer),
        algorithms: &algorithms,
        secrets: with.secrets,
        store: with.store,
        sharing: None,
    };
    let keys = KeySource::new(keys, &with_keys)
        .map_err(|error| section.error(&field(&format!("keys.{}", error.field())), error))?;
    let leeway = Duration::from_secs(leeway_seconds);
    let cache = RefCell::new(cache);
    Ok(Provider {
        name,
        profile: kind,
        issuer,
        audiences,
        algorithms,
        keys,
        leeway,
        required_scopes,
        forward,
        cache,
    })
}

/// One credential of a request is judged by one provider, which its issuer chooses. So a route takes
/// credentials of this stage or of another, and each issuer once.
fn check_route(index: usize, route: &Route, providers: &[Provider]) -> Result<(), ConfigError> {
    let path = match route.is_unknown() {
        true => "unknown_route".to_owned(),
        false => format!("routes[{index}].authenticate"),
    };
    let at = |message: String| ConfigError::at(path, message);
    let rule = &route.authenticate;
    let taken: Vec<_> = providers.iter().filter(|provider| rule.accepts(&provider.name)).collect();
    let foreign = |name: &&String| !taken.iter().any(|provider| provider.name == **name);
    if let (Some(ours), Some(foreign)) = (taken.first(), rule.providers().iter().find(foreign)) {
        let ours = &ours.name;
        return Err(at(format!("`{ours}` and `{foreign}` take different credentials: name one kind only")));
    }
    let mut issuers: Vec<_> = taken.iter().map(|provider| provider.issuer.as_str()).collect();
    issuers.sort_unstable();
    match issuers.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(_) => Err(at("two of its providers have the same issuer".to_owned())),
        None => Ok(()),
    }
}

fn check_texts(section: &Section<'_>, field: &str, texts: &[String]) -> Result<(), ConfigError> {
    if texts.is_empty() || texts.iter().any(String::is_empty) {
        return Err(
            section.error(field, "must not be empty: a token of everybody for everybody proves nothing")
        );
    }
    Ok(())
}

fn check_range(
    section: &Section<'_>,
    field: &str,
    value: u64,
    range: &RangeInclusive<u64>,
) -> Result<(), ConfigError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(section.error(field, format!("must be {} to {}", range.start(), range.end())))
}

/// scope-token (RFC 6749 §3.3).
fn is_scope(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    !text.is_empty() && text.bytes().all(good)
}

#[cfg(test)]
mod tests;
