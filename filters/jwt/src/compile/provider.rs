//! Providers: whose tokens, by which rules, under which keys.

mod rules;

#[cfg(feature = "schema")]
pub(crate) use rules::{LEEWAY_SECONDS, LIFETIME_SECONDS, MAX_SUBJECTS};

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use contract::{Compile, ConfigError, FetchId};
use jose::{Abilities, Algorithm, KeySource, KeysFor, RawKeys, Sharing};

use super::Fields;
use crate::cache::Cache;
use crate::profile::Profile;
use crate::provider::Provider;
use crate::raw::RawProvider;

/// What providers are made with.
pub(super) struct Making<'a> {
    pub(super) with: &'a Compile<'a>,
    pub(super) abilities: &'a Abilities,
    pub(super) sharing: Option<Sharing>,
    pub(super) fields: Fields<'a>,
}

/// One provider on its way.
struct Draft<'a> {
    making: &'a Making<'a>,
    name: String,
}

/// All providers, in the order of their fetch ids.
pub(super) fn all(
    raw: BTreeMap<String, RawProvider>,
    making: &Making<'_>,
) -> Result<Vec<Rc<Provider>>, ConfigError> {
    let count = raw.len();
    let numbered = (0_u32..).zip(raw);
    let made = numbered.map(|(index, (name, raw))| {
        let draft = Draft { making, name };
        draft.provider(FetchId(index), raw, Cache::one_of(count)).map(Rc::new)
    });
    made.collect()
}

impl Draft<'_> {
    fn provider(self, id: FetchId, raw: RawProvider, cache: Cache) -> Result<Provider, ConfigError> {
        let rules = self.rules(&raw)?;
        let RawProvider { kind, algorithms, keys, forward, .. } = raw;
        self.check_algorithms(kind, &algorithms, &keys)?;
        let keys = self.keys(id, kind, &rules.issuer, &algorithms, keys)?;
        Ok(Provider {
            name: self.name,
            profile: kind,
            algorithms,
            keys,
            rules,
            forward,
            cache: RefCell::new(cache),
        })
    }

    /// That somebody here verifies every algorithm, with keys of its sort.
    fn check_algorithms(
        &self,
        kind: Profile,
        algorithms: &[Algorithm],
        keys: &RawKeys,
    ) -> Result<(), ConfigError> {
        let error = |message: String| Err(self.error("algorithms", message));
        if algorithms.is_empty() {
            return error("must name at least one".to_owned());
        }
        let shares_secret = matches!(keys, RawKeys::Secret(_));
        for algorithm in algorithms {
            let name = algorithm.name();
            if !kind.allows(*algorithm) {
                return error(format!("tokens of this kind are not signed with `{name}`"));
            }
            if algorithm.is_symmetric() != shares_secret {
                return error(format!("`{name}` and these `keys` do not go together: HS needs a `secret`"));
            }
            if !self.making.abilities.can_verify(*algorithm) {
                return error(format!("neither this module nor this proxy can verify `{name}`"));
            }
        }
        Ok(())
    }

    fn keys(
        &self,
        id: FetchId,
        kind: Profile,
        issuer: &str,
        algorithms: &[Algorithm],
        raw: RawKeys,
    ) -> Result<KeySource, ConfigError> {
        let Making { with, sharing, .. } = self.making;
        let with_keys = KeysFor {
            id,
            key_use: kind.key_use(),
            issuer: Some(issuer),
            algorithms,
            secrets: with.secrets,
            store: with.store,
            sharing: sharing.as_ref(),
        };
        KeySource::new(raw, &with_keys)
            .map_err(|error| self.error(&format!("keys.{}", error.field()), error))
    }

    fn path(&self, field: &str) -> String {
        format!("providers.{}.{field}", self.name)
    }

    fn error(&self, field: &str, message: impl std::fmt::Display) -> ConfigError {
        self.making.fields.error(&self.path(field), message)
    }
}
