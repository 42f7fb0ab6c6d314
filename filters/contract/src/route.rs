//! What is known of an API: the route table, and the route that a request matched.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Serialize};

use crate::{Accepts, CredentialUse, LimitUse};

/// Where a route stands in the table. Stages compile what a route asks of them into a list by this index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RouteId(pub usize);

/// One row of the route table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Its name in logs, metrics and policies.
    pub name: String,
    /// Who may ask.
    pub authenticate: Authenticate,
    /// What a credential must bring beyond being good.
    pub demands: Demands,
    /// What becomes of a good credential; `None` when whoever verifies it says.
    pub credential: Option<CredentialUse>,
    /// What it takes of a request, whoever sends it.
    pub accepts: Accepts,
    /// What a policy decides about; `None` when the configuration does not say, which a policy stage refuses.
    pub authorize: Option<Authorize>,
    /// The limits that it counts against.
    pub limits: Vec<LimitUse>,
    /// The names of the parameters of its path, such as `order_id` in `/orders/{order_id}`.
    pub parameters: Vec<String>,
}

impl Route {
    /// The name of the row behind all others, which stands for requests that no row matches. No row of a
    /// configuration may take it.
    pub const UNKNOWN: &'static str = "unknown";

    /// The name of the row for CORS preflights that a configuration lets pass. No row of a configuration may
    /// take it.
    pub const PREFLIGHT: &'static str = "cors_preflight";

    /// Whether this is the row for requests that no row matches.
    pub fn is_unknown(&self) -> bool {
        self.name == Self::UNKNOWN
    }

    /// Whether this is the row for CORS preflights.
    pub fn is_preflight(&self) -> bool {
        self.name == Self::PREFLIGHT
    }
}

/// The route of one request, with the values of its path's parameters.
#[derive(Debug, Clone)]
pub struct RouteMatch<'a> {
    /// Its index.
    pub id: RouteId,
    /// The row.
    pub route: &'a Route,
    /// Name and decoded value of each parameter.
    pub parameters: Vec<(String, String)>,
}

impl RouteMatch<'_> {
    /// The decoded value of the parameter `name`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(candidate, _)| candidate == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Whose credentials a route takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authenticate {
    /// Anybody, and credentials are not looked at.
    None,
    /// Exactly one credential, of one of these providers.
    AnyOf(Vec<String>),
    /// No credential, or a good one of these providers: a bad one is refused.
    Optional(Vec<String>),
    /// Exactly one credential, of any provider; the row for unknown requests.
    Anybody,
}

impl Authenticate {
    /// Whether a request without identity is refused.
    pub const fn is_required(&self) -> bool {
        match self {
            Self::AnyOf(_) | Self::Anybody => true,
            Self::None | Self::Optional(_) => false,
        }
    }

    /// Whether an identity of `provider` is taken.
    pub fn accepts(&self, provider: &str) -> bool {
        match self {
            Self::None => false,
            Self::AnyOf(providers) | Self::Optional(providers) => {
                providers.iter().any(|candidate| candidate == provider)
            }
            Self::Anybody => true,
        }
    }

    /// The providers that the configuration names.
    pub fn providers(&self) -> &[String] {
        match self {
            Self::AnyOf(providers) | Self::Optional(providers) => providers,
            Self::None | Self::Anybody => &[],
        }
    }
}

/// What a route asks of a credential beyond what its provider asks of it. Empty lists ask nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Demands {
    /// The credential is for one of these (RFC 7519 §4.1.3).
    pub audiences: Vec<String>,
    /// It has all of these scopes (RFC 6749 §3.3).
    pub all_of: Vec<String>,
    /// It has one of these scopes.
    pub any_of: Vec<String>,
}

/// What a policy is asked: `none`, or an action on a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authorize {
    /// No policy decides; the configuration says so in words.
    None,
    /// May the principal do this to that?
    Action {
        /// The name of the action.
        action: String,
        /// The resource.
        resource: ResourceTemplate,
    },
}

/// A resource, in whose texts `{name}` stands for the decoded path parameter of that name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Resource"))]
#[serde(deny_unknown_fields)]
pub struct ResourceTemplate {
    /// The entity type, as the policies' schema declares it.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The id of the entity: a text, with `{name}` for path parameters.
    pub id: String,
    /// What the route knows of it, such as `owner: "{user}"`; the policies' schema says of which type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// The entities that it is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<EntityTemplate>,
}

/// The name of an entity, in whose id `{name}` stands for the decoded path parameter of that name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Entity"))]
#[serde(deny_unknown_fields)]
pub struct EntityTemplate {
    /// The entity type, as the policies' schema declares it.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The id of the entity: a text, with `{name}` for path parameters.
    pub id: String,
}

/// What becomes of a request that no row matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnknownRoute {
    /// Refused: an API that nobody wrote down is not called.
    #[default]
    Deny,
    /// Forwarded with a good credential of any provider.
    Authenticated,
    /// Forwarded.
    Allow,
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Authorize {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Authorize".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let description =
            "What the policies of the section `authz` are asked about a request of the route.";
        let none = ("none", "No policy decides: whoever may pass the other stages passes.");
        crate::schema::word_or::<RawAction>(description, none, generator)
    }
}

impl<'de> Deserialize<'de> for Authorize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AuthorizeVisitor)
    }
}

/// May the caller do this to that?
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Action"))]
#[serde(deny_unknown_fields)]
struct RawAction {
    /// The name of an action that the policies' schema declares, without `Action::`.
    action: String,
    /// The entity that it is done to.
    resource: ResourceTemplate,
}

struct AuthorizeVisitor;

impl<'de> Visitor<'de> for AuthorizeVisitor {
    type Value = Authorize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`none`, or an object with `action` and `resource`")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Authorize, E> {
        match text {
            "none" => Ok(Authorize::None),
            other => Err(E::unknown_variant(other, &["none"])),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Authorize, A::Error> {
        let raw = RawAction::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Authorize::Action { action: raw.action, resource: raw.resource })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_the_forms_of_the_documentation() {
        let read = |value| serde_json::from_value::<Authorize>(value);
        assert_eq!(read(json!("none")).unwrap(), Authorize::None);
        let action = json!({"action": "readOrder", "resource": {"type": "Order", "id": "{id}"}});
        assert!(matches!(read(action).unwrap(), Authorize::Action { .. }));
        assert!(read(json!("nothing")).is_err());
        assert!(read(json!({"action": "a", "resource": {"type": "T", "id": ""}, "x": 1})).is_err());
    }

    #[test]
    fn takes_only_the_named_providers() {
        let route = Authenticate::AnyOf(vec!["corp".into()]);
        assert!(route.accepts("corp") && !route.accepts("other"));
        assert!(!Authenticate::None.accepts("corp"));
    }
}
