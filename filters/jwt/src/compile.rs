//! The section `jwt` to a stage, or the reason why not.

mod api_keys;
mod provider;
mod route;
mod source;

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::rc::Rc;

use contract::{Compile, ConfigError, Duration, HeaderName, Route, Section, Stage, StageKind, StageName};
use jose::{Abilities, LastHeader};

use crate::api_keys::{ApiKeys, MAX_API_KEY_SETS};
use crate::provider::Provider;
use crate::raw::{RawJwt, RawWait};
use crate::source::Source;
use crate::stage::{JwtStage, Patience};

#[cfg(feature = "schema")]
pub(crate) use provider::{LEEWAY_SECONDS, LIFETIME_SECONDS, MAX_SUBJECTS};

/// Providers of one stage. Each keeps a key set and a share of the token cache.
pub const MAX_PROVIDERS: usize = 16;

/// Shorter than the host's tick nothing can come in; longer, clients have given up.
pub(crate) const WAIT_MS: RangeInclusive<u64> = 10..=10_000;

/// The token stage, for modules to link.
#[derive(Debug, Clone, Copy, Default)]
pub struct Jwt;

/// Everything that routes can take, and where it stands.
pub(crate) struct Credentials {
    pub(crate) providers: Vec<Rc<Provider>>,
    /// Where the providers' tokens stand.
    pub(crate) sources: Vec<Source>,
    /// Each with where its keys stand.
    pub(crate) api_keys: Vec<(Source, Rc<ApiKeys>)>,
}

impl Credentials {
    /// The header fields among all places, whether a route looks there or not: clients send what they were
    /// told to, also to routes that do not ask for it.
    fn fields(&self) -> Vec<HeaderName> {
        let sources = self.sources.iter().chain(self.api_keys.iter().map(|(source, _)| source));
        sources.filter_map(Source::header).cloned().collect()
    }
}

impl StageKind for Jwt {
    fn name(&self) -> StageName {
        StageName::Jwt
    }

    /// No field asks for this stage alone: whoever verifies the provider that a route names, this stage or
    /// another, the pipeline finds by [`Stage::providers`].
    fn asked_for_by(&self, _route: &Route) -> Option<&'static str> {
        None
    }

    #[cfg(feature = "schema")]
    fn schema(&self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<RawJwt>()
    }

    fn compile(
        &self,
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
        let raw: RawJwt = section.read()?;
        let fields = Fields(section);
        let patience = patience(&raw.wait, fields)?;
        let abilities = Abilities::probe(with.crypto);
        let credentials = credentials(raw, with, &abilities, fields)?;
        let routes = with.routes.iter().enumerate();
        let routes = routes.map(|(index, route)| route::accepts(index, route, &credentials));
        let routes = routes.collect::<Result<Vec<_>, _>>()?;
        let fields = credentials.fields();
        let Credentials { providers, api_keys, .. } = credentials;
        let api_keys = api_keys.into_iter().map(|(_, set)| set.name.clone()).collect();
        let last_header = LastHeader::default();
        Ok(vec![Box::new(JwtStage {
            providers,
            api_keys,
            fields,
            routes,
            last_header,
            abilities,
            patience,
        })])
    }
}

fn patience(raw: &RawWait, fields: Fields<'_>) -> Result<Patience, ConfigError> {
    let RawWait { cold_keys_ms, unknown_key_ms } = *raw;
    fields.in_range("wait.cold_keys_ms", cold_keys_ms, &WAIT_MS)?;
    fields.in_range("wait.unknown_key_ms", unknown_key_ms, &WAIT_MS)?;
    Ok(Patience {
        with_cold_keys: Duration::from_millis(cold_keys_ms),
        with_unknown_key: Duration::from_millis(unknown_key_ms),
    })
}

fn credentials(
    raw: RawJwt,
    with: &Compile<'_>,
    abilities: &Abilities,
    fields: Fields<'_>,
) -> Result<Credentials, ConfigError> {
    let RawJwt { sources, key_sharing, providers, api_keys, wait: _ } = raw;
    check_names(&providers, MAX_PROVIDERS, "providers", fields)?;
    check_names(&api_keys, MAX_API_KEY_SETS, "api_keys", fields)?;
    if providers.is_empty() && api_keys.is_empty() {
        return Err(fields.error("providers", "name at least one provider, or a set of API keys"));
    }
    if let Some(name) = api_keys.keys().find(|name| providers.contains_key(*name)) {
        return Err(fields.error(&format!("api_keys.{name}"), "a provider has this name"));
    }
    let sharing = key_sharing.map(|sharing| sharing.resolve(with.secrets)).transpose();
    let sharing = sharing.map_err(|error| fields.error("key_sharing.secret", error))?;
    let providers = provider::all(providers, &provider::Making { with, abilities, sharing, fields })?;
    let sources = source::of_tokens(sources, fields)?;
    let api_keys = api_keys::all(api_keys, &sources, fields)?;
    Ok(Credentials { providers, sources, api_keys })
}

fn check_names<T>(
    named: &std::collections::BTreeMap<String, T>,
    most: usize,
    field: &str,
    fields: Fields<'_>,
) -> Result<(), ConfigError> {
    if named.len() > most || named.contains_key("") {
        return Err(fields.error(field, format!("must be {most} at most, each with a name")));
    }
    Ok(())
}

/// The section's fields, for messages about them.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a Section<'a>);

impl Fields<'_> {
    fn error(self, field: &str, message: impl Display) -> ConfigError {
        self.0.error(field, message)
    }

    fn in_range(self, field: &str, value: u64, range: &RangeInclusive<u64>) -> Result<(), ConfigError> {
        if range.contains(&value) {
            return Ok(());
        }
        Err(self.error(field, format!("must be {} to {}", range.start(), range.end())))
    }

    fn scopes(self, field: &str, scopes: &[String]) -> Result<(), ConfigError> {
        if scopes.iter().all(|scope| contract::is_scope(scope)) {
            return Ok(());
        }
        Err(self.error(field, "a scope is printable, without spaces, `\"` and `\\`"))
    }
}

#[cfg(test)]
mod tests;
