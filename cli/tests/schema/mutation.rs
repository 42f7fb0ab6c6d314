//! A configuration, broken in one place at a time.

use serde_json::{Value, json};

/// A configuration that is broken in one place.
pub(crate) struct Mutant {
    /// Where, and what stands there now.
    pub(crate) what: String,
    /// What stood there.
    pub(crate) before: String,
    pub(crate) document: Value,
}

/// Every way in which `document` is broken.
pub(crate) fn mutants(document: &Value) -> Vec<Mutant> {
    let mut found = Vec::new();
    walk(document, String::new(), &mut |pointer, value| {
        for (what, other) in others(value) {
            let mut mutant = document.clone();
            *mutant.pointer_mut(pointer).unwrap() = other;
            let what = format!("{pointer}: {what}");
            found.push(Mutant { what, before: value.to_string(), document: mutant });
        }
    });
    found
}

fn walk(value: &Value, pointer: String, visit: &mut impl FnMut(&str, &Value)) {
    visit(&pointer, value);
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                walk(member, format!("{pointer}/{name}"), visit);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                walk(value, format!("{pointer}/{index}"), visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What could stand in the place of `value` by mistake. Not a list for an object: serde takes that.
fn others(value: &Value) -> Vec<(String, Value)> {
    let typed =
        |values: &[Value]| values.iter().map(|value| (format!("is {value}"), value.clone())).collect();
    match value {
        Value::Object(members) => {
            let mut others: Vec<_> = typed(&[json!(null), json!("x"), json!(7), json!(true)]);
            let mut more = members.clone();
            more.insert("unknown_field".into(), json!(true));
            others.push(("an unknown field".into(), Value::Object(more)));
            others.extend(members.keys().map(|name| {
                let mut fewer = members.clone();
                fewer.remove(name);
                (format!("without {name}"), Value::Object(fewer))
            }));
            others
        }
        Value::Array(_) => typed(&[json!(null), json!("x"), json!(7), json!({}), json!([])]),
        Value::String(text) => {
            let mut others: Vec<_> =
                typed(&[json!(null), json!(7), json!(true), json!({}), json!([]), json!("")]);
            others.push(("misspelt".into(), json!(format!("{text}~"))));
            others.push(("with a space".into(), json!(format!("{text} x"))));
            others
        }
        Value::Number(_) => {
            let numbers = [-1, 0, 5, 700_000, 4_294_967_296_i64].map(Value::from);
            let numbers = [&numbers[..], &[json!(1.5), json!(1e30)]].concat();
            let mut others: Vec<_> = typed(&numbers);
            others.extend(typed(&[json!(null), json!("x"), json!(true), json!({}), json!([])]));
            others
        }
        Value::Bool(_) | Value::Null => {
            typed(&[json!(null), json!("true"), json!(1), json!({}), json!([])])
        }
    }
}
