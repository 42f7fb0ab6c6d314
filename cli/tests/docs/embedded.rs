//! Our configurations inside of those of Envoy and Kubernetes.

use serde_json::Value;

/// Every configuration of ours in `document`.
pub(crate) fn configurations(document: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    search(document, &mut found);
    found
}

fn search<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match configuration(name, member) {
                    Some(ours) => found.push(ours),
                    None => search(member, found),
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| search(element, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Under `configuration` a Struct (Envoy), under `pluginConfig` or `config` the configuration itself (Istio, Envoy
/// Gateway). Envoy has a `config` of its own around ours, which has no `routes`.
fn configuration<'a>(name: &str, member: &'a Value) -> Option<&'a Value> {
    match name {
        "configuration" if is_struct(member) => member.get("value"),
        "pluginConfig" => Some(member),
        "config" if member.get("routes").is_some() => Some(member),
        _ => None,
    }
}

fn is_struct(member: &Value) -> bool {
    member["@type"] == "type.googleapis.com/google.protobuf.Struct"
}
