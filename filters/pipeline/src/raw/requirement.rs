//! The field `authenticate` of a route: whose credentials, and what they must bring.

use std::fmt;

use contract::{Authenticate, ConfigError, Demands, is_scope};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

/// Names in one list of a route: more than that is a group that the issuer should name.
const MAX_NAMES: usize = 64;

/// `none`, or `{ any_of: [provider] }` or `{ optional: [provider] }`, each with what else is demanded.
#[derive(Debug)]
pub(crate) enum RawRequirement {
    None,
    Credential(RawCredential),
}

/// Whose credential, and what it must bring beyond being good.
#[derive(Debug, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Credential", transform = contract::schema::exactly_one_of("any_of optional"))
)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCredential {
    /// Exactly one credential, of one of these providers or sets of API keys.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    any_of: Option<Vec<String>>,
    /// No credential, or a good one of one of these: a bad one is refused.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    optional: Option<Vec<String>>,
    /// The credential is for one of these (`aud`, RFC 7519 §4.1.3), beside what its provider asks: 1 to 64.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_NAMES), inner(length(min = 1))))]
    audiences: Option<Vec<String>>,
    /// The scopes that it must have.
    #[serde(default)]
    scopes: RawScopes,
}

/// The scopes that a credential must have (RFC 6749 §3.3).
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Scopes"))]
#[serde(deny_unknown_fields)]
struct RawScopes {
    /// All of these: 1 to 64.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_NAMES), inner(regex(pattern = contract::schema::SCOPE))))]
    all_of: Option<Vec<String>>,
    /// One of these: 1 to 64.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = MAX_NAMES), inner(regex(pattern = contract::schema::SCOPE))))]
    any_of: Option<Vec<String>>,
}

impl RawRequirement {
    /// What is required, by the row whose path is `at`.
    ///
    /// # Errors
    /// When a list is there and empty, or names what cannot be; a list that demands nothing is a mistake.
    pub(crate) fn compile(self, at: &str) -> Result<(Authenticate, Demands), ConfigError> {
        let Self::Credential(raw) = self else { return Ok((Authenticate::None, Demands::default())) };
        let at = format!("{at}.authenticate");
        let RawCredential { any_of, optional, audiences, scopes } = raw;
        let authenticate = match (any_of, optional) {
            (Some(providers), None) => Authenticate::AnyOf(providers),
            (None, Some(providers)) => Authenticate::Optional(providers),
            (Some(_), Some(_)) | (None, None) => {
                return Err(ConfigError::at(at, "say either `any_of` or `optional`, or `none`"));
            }
        };
        if authenticate.providers().is_empty() {
            return Err(ConfigError::at(at, "name at least one provider, or say `none`"));
        }
        let demands = Demands {
            audiences: names(audiences, |name| !name.is_empty(), &at, "audiences")?,
            all_of: names(scopes.all_of, is_scope, &at, "scopes.all_of")?,
            any_of: names(scopes.any_of, is_scope, &at, "scopes.any_of")?,
        };
        Ok((authenticate, demands))
    }
}

fn names(
    list: Option<Vec<String>>,
    is_good: impl Fn(&str) -> bool,
    at: &str,
    field: &str,
) -> Result<Vec<String>, ConfigError> {
    match list {
        None => Ok(Vec::new()),
        Some(list) if (1..=MAX_NAMES).contains(&list.len()) && list.iter().all(|name| is_good(name)) => {
            Ok(list)
        }
        Some(_) => {
            let message = format!("must hold 1 to {MAX_NAMES} names, none of them empty or with a space");
            Err(ConfigError::at(format!("{at}.{field}"), message))
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for RawRequirement {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Authenticate".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let none = ("none", "Anybody may ask, and credentials are not looked at.");
        contract::schema::word_or::<RawCredential>("Who may ask.", none, generator)
    }
}

impl<'de> Deserialize<'de> for RawRequirement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RequirementVisitor)
    }
}

struct RequirementVisitor;

impl<'de> Visitor<'de> for RequirementVisitor {
    type Value = RawRequirement;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`none`, or an object with `any_of` or `optional`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<RawRequirement, E> {
        match text {
            "none" => Ok(RawRequirement::None),
            other => Err(E::unknown_variant(other, &["none", "any_of", "optional"])),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawRequirement, A::Error> {
        let raw = RawCredential::deserialize(MapAccessDeserializer::new(map))?;
        Ok(RawRequirement::Credential(raw))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn compile(value: Value) -> Result<(Authenticate, Demands), String> {
        let raw: RawRequirement = serde_json::from_value(value).map_err(|error| error.to_string())?;
        raw.compile("routes[0]").map_err(|error| error.path().to_owned())
    }

    #[test]
    fn reads_the_forms_of_the_documentation() {
        let corp = || vec!["corp".to_owned()];
        let demands = Demands {
            audiences: vec!["orders".into()],
            all_of: vec!["a".into()],
            any_of: vec!["b".into(), "c".into()],
        };
        for (value, expected) in [
            (json!("none"), (Authenticate::None, Demands::default())),
            (json!({"any_of": ["corp"]}), (Authenticate::AnyOf(corp()), Demands::default())),
            (json!({"optional": ["corp"]}), (Authenticate::Optional(corp()), Demands::default())),
            (
                json!({
                    "any_of": ["corp"], "audiences": ["orders"],
                    "scopes": {"all_of": ["a"], "any_of": ["b", "c"]},
                }),
                (Authenticate::AnyOf(corp()), demands),
            ),
        ] {
            assert_eq!(compile(value.clone()), Ok(expected), "{value}");
        }
    }

    #[test]
    fn refuses_what_demands_nothing_or_cannot_be_demanded() {
        for (value, path) in [
            (json!({}), "routes[0].authenticate"),
            (json!({"any_of": []}), "routes[0].authenticate"),
            (json!({"any_of": ["a"], "optional": ["a"]}), "routes[0].authenticate"),
            (json!({"any_of": ["a"], "audiences": []}), "routes[0].authenticate.audiences"),
            (json!({"any_of": ["a"], "audiences": [""]}), "routes[0].authenticate.audiences"),
            (json!({"any_of": ["a"], "scopes": {"all_of": []}}), "routes[0].authenticate.scopes.all_of"),
            (
                json!({"any_of": ["a"], "scopes": {"any_of": ["a b"]}}),
                "routes[0].authenticate.scopes.any_of",
            ),
        ] {
            assert_eq!(compile(value.clone()), Err(path.to_owned()), "{value}");
        }
        for value in [
            json!("anybody"),
            json!("any_of"),
            json!(null),
            json!(["corp"]),
            json!({"any_of": "corp"}),
            json!({"any_of": ["corp"], "scopes": ["a"]}),
            json!({"any_of": ["corp"], "scope": {}}),
        ] {
            assert!(serde_json::from_value::<RawRequirement>(value.clone()).is_err(), "{value}");
        }
    }
}
