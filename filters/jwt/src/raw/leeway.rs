//! The field `leeway_seconds`: one number for all claims of time, or one for each.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor, value::MapAccessDeserializer};

/// How far clocks may differ, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub(crate) struct RawLeeway {
    #[serde(default = "default_seconds")]
    pub(crate) exp: u64,
    #[serde(default = "default_seconds")]
    pub(crate) nbf: u64,
    #[serde(default = "default_seconds")]
    pub(crate) iat: u64,
}

impl RawLeeway {
    const fn even(seconds: u64) -> Self {
        Self { exp: seconds, nbf: seconds, iat: seconds }
    }
}

impl Default for RawLeeway {
    fn default() -> Self {
        Self::even(default_seconds())
    }
}

/// As Envoy's own filter has it.
const fn default_seconds() -> u64 {
    60
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for RawLeeway {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Leeway".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let seconds = |description: &str| {
            let (least, most) = crate::compile::LEEWAY_SECONDS.into_inner();
            let mut schema =
                schemars::json_schema!({ "type": "integer", "minimum": least, "maximum": most });
            schema.insert("default".into(), default_seconds().into());
            schema.insert("description".into(), description.into());
            schema
        };
        schemars::json_schema!({
            "description": "How far the clocks of an issuer and of the proxy may differ, in seconds (RFC 7519 §4.1.4).",
            "default": default_seconds(),
            "anyOf": [
                seconds("For each of the claims of time."),
                {
                    "type": "object",
                    "description": "For each claim its own.",
                    "additionalProperties": false,
                    "properties": {
                        "exp": seconds("How long after `exp` a token is still taken."),
                        "nbf": seconds("How long before `nbf` a token is already taken."),
                        "iat": seconds("How far in the future `iat` may lie."),
                    },
                },
            ],
        })
    }
}

impl<'de> Deserialize<'de> for RawLeeway {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LeewayVisitor)
    }
}

struct LeewayVisitor;

impl<'de> Visitor<'de> for LeewayVisitor {
    type Value = RawLeeway;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of seconds, or an object with `exp`, `nbf` and `iat`")
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<RawLeeway, E> {
        Ok(RawLeeway::even(seconds))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawLeeway, A::Error> {
        RawLeeway::deserialize(MapAccessDeserializer::new(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json};

    #[test]
    fn is_one_number_or_three() {
        for (value, expected) in [
            (json!(0), Some((0, 0, 0))),
            (json!({"exp": 0}), Some((0, 60, 60))),
            (json!({"exp": 1, "nbf": 2, "iat": 3}), Some((1, 2, 3))),
            (json!({}), Some((60, 60, 60))),
            (json!({"skew": 1}), None),
            (json!(-1), None),
            (json!("60"), None),
            (json!(null), None),
        ] {
            let read = from_value::<RawLeeway>(value.clone()).ok();
            assert_eq!(read.map(|leeway| (leeway.exp, leeway.nbf, leeway.iat)), expected, "{value}");
        }
    }
}
