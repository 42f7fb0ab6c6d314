//! Which definitions a schema refers to, and on which page each is described.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Where the types that several sections use are described.
pub(crate) const SHARED: &str = "shared";

/// The page of every definition.
pub(crate) type Homes = BTreeMap<String, String>;

/// The page of every definition that a field of `document` leads to: that of the field; or [`SHARED`], when several do.
pub(crate) fn homes(document: &Value, fields: &[(String, &Value)]) -> Homes {
    let mut homes = Homes::new();
    for (page, schema) in fields {
        for name in reached(document, schema) {
            let home = homes.entry(name).or_insert_with(|| page.clone());
            if home != page {
                *home = SHARED.to_owned();
            }
        }
    }
    homes
}

/// All definitions that `schema` leads to, in the order in which one meets them.
pub(crate) fn reached(document: &Value, schema: &Value) -> Vec<String> {
    let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
    let mut open = names(schema);
    open.reverse();
    while let Some(name) = open.pop() {
        if seen.insert(name.clone()) {
            let next = definition(document, &name).map(names).unwrap_or_default();
            open.extend(next.into_iter().rev());
            order.push(name);
        }
    }
    order
}

/// The definition `name`.
pub(crate) fn definition<'a>(document: &'a Value, name: &str) -> Option<&'a Value> {
    document.get("$defs")?.get(name)
}

/// The name of the definition that `schema` refers to itself.
pub(crate) fn referred(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

/// The definitions that `schema` refers to directly.
fn names(schema: &Value) -> Vec<String> {
    let own = referred(schema).map(str::to_owned);
    let within: Vec<&Value> = match schema {
        Value::Object(members) => members.values().collect(),
        Value::Array(values) => values.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    own.into_iter().chain(within.into_iter().flat_map(names)).collect()
}
