//! Claims that a provider's tokens must have, with the values that are allowed.

use serde_json::{Map, Number, Value};

use crate::TokenError;

/// Claims that one provider may require: each is looked up on every request.
pub(crate) const MAX_REQUIRED_CLAIMS: usize = 32;

/// Values that one required claim may have.
pub(crate) const MAX_REQUIRED_VALUES: usize = 64;

/// Beyond this a double stands for several integers (IEEE 754, 53 bits of precision): a tenant would be let in
/// by the number of its neighbour.
const MAX_EXACT: f64 = 9_007_199_254_740_991.0;

/// One claim that must be there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RequiredClaim {
    /// Its name.
    pub(crate) name: String,
    /// The scalars of which it is one, or has one in its list. Empty: any value will do.
    pub(crate) allowed: Vec<Value>,
}

impl RequiredClaim {
    /// # Errors
    /// When the claim is not there (`null` is nothing), or has no value that is allowed.
    pub(crate) fn judge(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        let value = claims.get(&self.name).filter(|value| !value.is_null());
        let value = value.ok_or(TokenError::RequiredClaimMissing)?;
        let allowed = |value: &Value| self.allowed.iter().any(|allowed| is_same(allowed, value));
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let good = self.allowed.is_empty() || values.iter().any(allowed);
        good.then_some(()).ok_or(TokenError::RequiredClaimWrong)
    }
}

/// Whether `value` can stand in a list of allowed values: a scalar that says exactly what it means.
pub(crate) fn is_exact_scalar(value: &Value) -> bool {
    match value {
        Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => !number.is_f64() || exact(number).is_some(),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// A configuration that comes as `google.protobuf.Struct` writes every number as a double, so `3` and `3.0`
/// are the same.
fn is_same(allowed: &Value, found: &Value) -> bool {
    match (allowed, found) {
        (Value::Number(allowed), Value::Number(found)) => is_same_number(allowed, found),
        (allowed, found) => allowed == found,
    }
}

fn is_same_number(allowed: &Number, found: &Number) -> bool {
    match (allowed.is_f64(), found.is_f64()) {
        (false, false) => allowed == found,
        (true, _) | (_, true) => exact(allowed).is_some_and(|allowed| exact(found) == Some(allowed)),
    }
}

/// `number` as a double, unless a neighbour of it has the same one.
fn exact(number: &Number) -> Option<f64> {
    number.as_f64().filter(|number| number.abs() <= MAX_EXACT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn takes_one_of_the_allowed_values_alone_or_in_a_list() {
        use TokenError::{RequiredClaimMissing, RequiredClaimWrong};
        for (allowed, claims, outcome) in [
            (json!(["acme", "globex"]), json!({"a": "acme"}), Ok(())),
            (json!(["acme", "globex"]), json!({"a": ["x", "globex"]}), Ok(())),
            (json!(["acme"]), json!({"a": "Acme"}), Err(RequiredClaimWrong)),
            (json!(["acme"]), json!({"a": "acme "}), Err(RequiredClaimWrong)),
            (json!(["acme"]), json!({"a": []}), Err(RequiredClaimWrong)),
            (json!(["acme"]), json!({"a": [["acme"]]}), Err(RequiredClaimWrong)),
            (json!(["acme"]), json!({"a": {"acme": 1}}), Err(RequiredClaimWrong)),
            (json!(["acme"]), json!({"a": null}), Err(RequiredClaimMissing)),
            (json!(["acme"]), json!({"b": "acme"}), Err(RequiredClaimMissing)),
            (json!([3]), json!({"a": 3}), Ok(())),
            (json!([3.0]), json!({"a": 3}), Ok(())),
            (json!([3]), json!({"a": "3"}), Err(RequiredClaimWrong)),
            (json!(["3"]), json!({"a": 3}), Err(RequiredClaimWrong)),
            (
                json!([9_007_199_254_740_993_u64]),
                json!({"a": 9_007_199_254_740_992_u64}),
                Err(RequiredClaimWrong),
            ),
            (json!([9_007_199_254_740_991.0]), json!({"a": 9_007_199_254_740_991_u64}), Ok(())),
            (
                json!([9_007_199_254_740_992.0]),
                json!({"a": 9_007_199_254_740_993_u64}),
                Err(RequiredClaimWrong),
            ),
            (
                json!([9_007_199_254_740_993_u64]),
                json!({"a": 9_007_199_254_740_992.0}),
                Err(RequiredClaimWrong),
            ),
            (json!([true]), json!({"a": true}), Ok(())),
            (json!([true]), json!({"a": "true"}), Err(RequiredClaimWrong)),
            (json!([]), json!({"a": {"any": "thing"}}), Ok(())),
            (json!([]), json!({"a": false}), Ok(())),
            (json!([]), json!({"a": null}), Err(RequiredClaimMissing)),
            (json!([]), json!({}), Err(RequiredClaimMissing)),
        ] {
            let allowed = allowed.as_array().unwrap().clone();
            let required = RequiredClaim { name: "a".into(), allowed };
            assert_eq!(required.judge(claims.as_object().unwrap()), outcome, "{required:?} {claims}");
        }
    }
}
