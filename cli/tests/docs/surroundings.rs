//! What stands around a fragment.

use std::fs;

use serde_json::Value;

/// `fragment` laid over the surroundings called `name`, or over what stands at `at` in them.
pub(crate) fn around(fragment: Value, name: &str, at: Option<&str>) -> Result<Value, String> {
    let file = crate::page::root().join("cli/tests/docs/surroundings").join(format!("{name}.yaml"));
    let text = fs::read_to_string(file).map_err(|error| format!("surroundings `{name}`: {error}"))?;
    let mut whole: Value = serde_norway::from_str(&text).map_err(|error| error.to_string())?;
    match at {
        None => lay_over(&mut whole, fragment),
        Some(path) => put(&mut whole, path, fragment)?,
    }
    Ok(whole)
}

/// Members of objects one by one; anything else takes the place of what was there.
fn lay_over(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                lay_over(under.entry(name).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over,
    }
}

/// `path` is members with dots between them; the last one need not be there yet. A number is the place in a list.
fn put(whole: &mut Value, path: &str, fragment: Value) -> Result<(), String> {
    let mut place = whole;
    for name in path.split('.') {
        let next = match place {
            Value::Array(list) => name.parse::<usize>().ok().and_then(|at| list.get_mut(at)),
            Value::Object(members) => Some(members.entry(name).or_insert(Value::Null)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        place = next.ok_or(format!("the surroundings have no `{path}`"))?;
    }
    lay_over(place, fragment);
    Ok(())
}
