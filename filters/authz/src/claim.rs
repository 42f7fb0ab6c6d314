//! Where in the claims a value is found.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The names of the members that lead to a claim: `realm_access.roles`, or as a list when a name itself
/// has dots, such as `["https://shop.test/roles"]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawPath")]
pub(crate) struct ClaimPath {
    first: String,
    rest: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a dotted path or a list of member names")]
enum RawPath {
    Dotted(String),
    Members(Vec<String>),
}

impl ClaimPath {
    /// `sub`.
    pub(crate) fn subject() -> Self {
        Self { first: "sub".into(), rest: Vec::new() }
    }

    /// Whether it leads to who vouches for the subject: `iss`, or in the internal token of an edge, whose
    /// own `iss` is that edge, `tctx.iss`.
    pub(crate) fn is_issuer(&self) -> bool {
        match self.rest.as_slice() {
            [] => self.first == "iss",
            [last] => self.first == "tctx" && last == "iss",
            [_, ..] => false,
        }
    }

    /// Whether it leads to a claim with one of these names.
    pub(crate) fn is_one_of(&self, names: &[&str]) -> bool {
        self.rest.is_empty() && names.contains(&self.first.as_str())
    }

    /// The claim, if it is there. A path never looks into lists.
    pub(crate) fn find<'a>(&self, claims: &'a Map<String, Value>) -> Option<&'a Value> {
        let outermost = claims.get(&self.first)?;
        self.rest.iter().try_fold(outermost, |value, name| value.as_object()?.get(name))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ClaimPath {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClaimPath".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "The names of the members that lead to a claim.",
            "anyOf": [
                {
                    "type": "string",
                    "pattern": r"^[^.]+(\.[^.]+)*$",
                    "description": "With a dot between names: `realm_access.roles`.",
                },
                {
                    "type": "array",
                    "minItems": 1,
                    "items": { "type": "string", "minLength": 1 },
                    "description": "As a list, where a name has dots itself: `[\"https://shop.test/roles\"]`.",
                },
            ],
        })
    }
}

impl TryFrom<RawPath> for ClaimPath {
    type Error = &'static str;

    fn try_from(raw: RawPath) -> Result<Self, Self::Error> {
        let members = match raw {
            RawPath::Dotted(text) => text.split('.').map(str::to_owned).collect(),
            RawPath::Members(members) => members,
        };
        if members.iter().any(String::is_empty) {
            return Err("a member name in the path of a claim is empty");
        }
        let mut members = members.into_iter();
        let first = members.next().ok_or("the path of a claim is empty")?;
        Ok(Self { first, rest: members.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn find(path: Value, claims: &Value) -> Option<Value> {
        let path: ClaimPath = serde_json::from_value(path).unwrap();
        path.find(claims.as_object().unwrap()).cloned()
    }

    #[test]
    fn follows_members_and_nothing_else() {
        let claims = json!({"a": {"b": {"c": 1}}, "a.b": 2, "list": [{"b": 3}]});
        assert_eq!(find(json!("a.b.c"), &claims), Some(json!(1)));
        assert_eq!(find(json!(["a.b"]), &claims), Some(json!(2)), "a list takes names as they are");
        for absent in [json!("a.x"), json!("a.b.c.d"), json!("list.b"), json!("list.0.b"), json!(["x"])] {
            assert_eq!(find(absent.clone(), &claims), None, "{absent}");
        }
    }

    #[test]
    fn refuses_a_path_with_a_hole() {
        for bad in [json!(""), json!("a..b"), json!(".a"), json!([]), json!([""]), json!(3)] {
            assert!(serde_json::from_value::<ClaimPath>(bad.clone()).is_err(), "{bad}");
        }
    }
}
