//! Claims of a verified identity to a principal.

use serde_json::{Map, Value as Json};

use crate::claim::ClaimPath;
use crate::config::AttributeKind;
use crate::engine::{Entity, EntityType, Value};
use crate::reason::{Denial, Reason};

/// How claims become a principal, checked against the schema.
pub(crate) struct Mapping {
    pub(crate) type_name: EntityType,
    pub(crate) id: ClaimPath,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) parents: Option<Parents>,
}

/// One attribute of the principal.
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) claim: ClaimPath,
    pub(crate) kind: AttributeKind,
    pub(crate) required: bool,
}

/// Where the principal's parents come from.
pub(crate) struct Parents {
    pub(crate) type_name: EntityType,
    pub(crate) claim: ClaimPath,
    pub(crate) required: bool,
}

type Claims = Map<String, Json>;

impl Mapping {
    /// Whether policies can tell users of two issuers apart.
    pub(crate) fn reads_issuer(&self) -> bool {
        self.id.is_issuer() || self.attributes.iter().any(|attribute| attribute.claim.is_issuer())
    }

    /// The principal of `claims`. The evidence of a denial is the name of the attribute.
    pub(crate) fn principal<'a>(&'a self, claims: &'a Claims) -> Result<Entity<'a>, Denial> {
        Ok(Entity {
            type_name: &self.type_name,
            id: self.id(claims)?,
            attributes: self.attributes(claims)?,
            parents: self.parents(claims)?,
        })
    }

    fn id<'a>(&self, claims: &'a Claims) -> Result<&'a str, Denial> {
        let name = "principal.id";
        let claim = self.id.find(claims).ok_or_else(|| Reason::AttributeMissing.because(name))?;
        claim.as_str().ok_or_else(|| Reason::AttributeType.because(name))
    }

    fn attributes<'a>(&'a self, claims: &'a Claims) -> Result<Vec<(&'a str, Value<'a>)>, Denial> {
        let mut found = Vec::with_capacity(self.attributes.len());
        for Attribute { name, claim, kind, required } in &self.attributes {
            match claim.find(claims) {
                Some(json) => {
                    let value = kind.value(json).ok_or_else(|| Reason::AttributeType.because(name))?;
                    found.push((name.as_str(), value));
                }
                None if *required => return Err(Reason::AttributeMissing.because(name)),
                None => {}
            }
        }
        Ok(found)
    }

    fn parents<'a>(&'a self, claims: &'a Claims) -> Result<Vec<(&'a EntityType, &'a str)>, Denial> {
        let name = "principal.parents";
        let Some(Parents { type_name, claim, required }) = &self.parents else {
            return Ok(Vec::new());
        };
        let ids = match claim.find(claims) {
            Some(Json::String(id)) => vec![id.as_str()],
            Some(list) => strings(list).ok_or_else(|| Reason::AttributeType.because(name))?,
            None if *required => return Err(Reason::AttributeMissing.because(name)),
            None => Vec::new(),
        };
        Ok(ids.into_iter().map(|id| (type_name, id)).collect())
    }
}

impl AttributeKind {
    /// The value of `json`, if it is of exactly this type; `null` is of none.
    fn value(self, json: &Json) -> Option<Value<'_>> {
        match self {
            Self::String => json.as_str().map(Value::String),
            Self::Long => json.as_i64().map(Value::Long),
            Self::Bool => json.as_bool().map(Value::Bool),
            Self::SetOfStrings => strings(json).map(Value::Strings),
        }
    }
}

/// A list of nothing but strings.
fn strings(json: &Json) -> Option<Vec<&str>> {
    json.as_array()?.iter().map(Json::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn takes_a_value_of_exactly_the_named_type() {
        use AttributeKind::{Bool, Long, SetOfStrings, String};
        for (kind, json, wanted) in [
            (String, json!("a"), Some(Value::String("a"))),
            (String, json!(1), None),
            (Long, json!(i64::MIN), Some(Value::Long(i64::MIN))),
            (Long, json!(u64::MAX), None),
            (Long, json!(1.0), None),
            (Long, json!("1"), None),
            (Bool, json!(false), Some(Value::Bool(false))),
            (Bool, json!("false"), None),
            (Bool, json!(0), None),
            (SetOfStrings, json!(["a", "b"]), Some(Value::Strings(vec!["a", "b"]))),
            (SetOfStrings, json!([]), Some(Value::Strings(vec![]))),
            (SetOfStrings, json!("a b"), None),
            (SetOfStrings, json!(["a", 1]), None),
        ] {
            assert_eq!(kind.value(&json), wanted, "{kind:?} {json}");
        }
        for kind in [String, Long, Bool, SetOfStrings] {
            assert_eq!(kind.value(&Json::Null), None, "{kind:?}");
        }
    }
}
