//! A limit that a route counts against, and what its requests cost there.

use std::fmt;
use std::num::NonZeroU32;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor, value::MapAccessDeserializer};

/// One of a route's limits: its name alone, or the name and what a request of this route costs under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitUse {
    /// The name of the limit.
    pub name: String,
    /// What a request costs; `None`: as the limit says.
    pub cost: Option<NonZeroU32>,
}

impl From<&str> for LimitUse {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), cost: None }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for LimitUse {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LimitUse".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A limit of `ratelimit.limits` that requests of the route count against: its name alone, \
                            or the name and what a request costs there.",
            "anyOf": [
                { "type": "string", "description": "The name of the limit. A request costs what the limit says." },
                generator.subschema_for::<RawLimitUse>(),
            ],
        })
    }
}

impl<'de> Deserialize<'de> for LimitUse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LimitUseVisitor)
    }
}

/// A limit, and what a request of this route costs under it.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CostlyLimitUse"))]
#[serde(deny_unknown_fields)]
struct RawLimitUse {
    /// The name of the limit.
    name: String,
    /// What a request costs, in requests, instead of what the limit says. Not more than the limit's burst.
    cost: NonZeroU32,
}

struct LimitUseVisitor;

impl<'de> Visitor<'de> for LimitUseVisitor {
    type Value = LimitUse;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a limit, or an object with `name` and `cost`")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<LimitUse, E> {
        Ok(name.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<LimitUse, A::Error> {
        let RawLimitUse { name, cost } = RawLimitUse::deserialize(MapAccessDeserializer::new(map))?;
        Ok(LimitUse { name, cost: Some(cost) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(value: &Value) -> Result<LimitUse, serde_json::Error> {
        LimitUse::deserialize(value)
    }

    #[test]
    fn is_a_name_or_a_name_with_a_cost() {
        assert_eq!(read(&json!("a")).unwrap(), "a".into());
        let dear = LimitUse { name: "a".into(), cost: NonZeroU32::new(10) };
        assert_eq!(read(&json!({"name": "a", "cost": 10})).unwrap(), dear);
        for bad in [
            json!(1),
            json!({"name": "a"}),
            json!({"cost": 1}),
            json!({"name": "a", "cost": 0}),
            json!({"name": "a", "cost": -1}),
            json!({"name": "a", "cost": 1, "most": 2}),
        ] {
            assert!(read(&bad).is_err(), "{bad}");
        }
    }
}
