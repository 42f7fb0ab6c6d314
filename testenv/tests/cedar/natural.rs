//! Values of Cedar's JSON format as an issuer would write them into a token.

use serde_json::{Map, Value};

/// The natural form: an entity by its id, an extension value by the text that its constructor takes. The schema
/// says what they are. Nothing when some part is the result of a method, which has no text of its own.
pub fn form(value: &Value) -> Option<Value> {
    match value {
        Value::Object(members) => match escaped(members) {
            Some(("__entity", entity)) => entity.get("id").cloned(),
            Some((_, call)) => call.get("arg").cloned(),
            None => members_form(members).map(Value::Object),
        },
        Value::Array(elements) => elements.iter().map(form).collect::<Option<_>>().map(Value::Array),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(value.clone()),
    }
}

fn members_form(members: &Map<String, Value>) -> Option<Map<String, Value>> {
    members.iter().map(|(name, value)| Some((name.clone(), form(value)?))).collect()
}

/// The escape that an object is, if it is one: a reference to an entity, or a call of a constructor.
fn escaped(members: &Map<String, Value>) -> Option<(&'static str, &Value)> {
    let escape = |name| members.get(name).map(|value| (name, value));
    escape("__entity").or_else(|| escape("__extn"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn leaves_out_what_the_schema_says_already() {
        let value = json!({
            "user": { "__entity": { "type": "User", "id": "zoe" } },
            "from": [{ "__extn": { "fn": "ip", "arg": "10.0.0.0/8" } }, { "a": [1, true, "b"] }],
        });
        let natural = json!({ "user": "zoe", "from": ["10.0.0.0/8", { "a": [1, true, "b"] }] });
        assert_eq!(form(&value), Some(natural));
        let later = json!({ "at": { "__extn": { "fn": "offset", "args": [1, 2] } } });
        assert_eq!(form(&later), None);
    }
}
