//! What the JSON Schemas of several crates share. Only for the feature `schema`, which no module turns on.
//!
//! **Invariant.** A schema never refuses what is compiled. It may take more: a pattern cannot say everything.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

/// A token (RFC 9110 §5.6.2), such as the name of a header.
pub const TOKEN: &str = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";

/// A scope-token (RFC 6749 §3.3), as [`crate::is_scope`] has it.
pub const SCOPE: &str = r"^[!#-\[\]-~]+$";

/// Printable ASCII without spaces.
pub const VISIBLE: &str = "^[!-~]+$";

/// A name in URLs and records: letters, digits, `-`, `_` and `.`.
pub const NAME: &str = "^[A-Za-z0-9_.-]+$";

/// A SPIFFE ID (SPIFFE ID §2), as [`crate::SpiffeId::parse`] has it, but that no segment may be `.` or `..`.
pub const SPIFFE_ID: &str = r"^spiffe://[a-z0-9._-]+(/[A-Za-z0-9._-]+)*$";

/// A SPIFFE trust domain (SPIFFE ID §2.1).
pub const TRUST_DOMAIN: &str = "^[a-z0-9._-]+$";

/// Asks for exactly one of `fields`, which are separated by spaces. One that is `null` is not there.
pub fn exactly_one_of(fields: &'static str) -> impl FnMut(&mut Schema) {
    move |schema| {
        let one = |field: &str| json!({ "required": [field], "properties": { field: { "not": { "type": "null" } } } });
        schema.insert("oneOf".into(), fields.split(' ').map(one).collect());
    }
}

/// Asks for the fields `one` or for the fields `other`, and for none of `besides` with the latter; names are separated by
/// spaces. A field that is `null` is not there, nor is a list that is empty.
pub fn either(one: &'static str, other: &'static str, besides: &'static str) -> impl FnMut(&mut Schema) {
    move |schema| {
        let forms = [form(one, other), form(other, &format!("{one} {besides}"))];
        schema.insert("oneOf".into(), forms.to_vec().into());
    }
}

/// An object that has the fields `needed`, and none of those `excluded`.
pub fn form(needed: &str, excluded: &str) -> Value {
    let needed: Vec<&str> = needed.split_whitespace().collect();
    let there = needed.iter().map(|field| ((*field).to_owned(), json!({ "not": { "type": "null" } })));
    let absent = json!({ "anyOf": [{ "type": "null" }, { "type": "array", "maxItems": 0 }] });
    let gone = excluded.split_whitespace().map(|field| (field.to_owned(), absent.clone()));
    let fields: Map<String, Value> = there.chain(gone).collect();
    json!({ "required": needed, "properties": fields })
}

/// Asks for at least one entry in at least one of `fields`, which are separated by spaces.
pub fn some_entry_in(fields: &'static str) -> impl FnMut(&mut Schema) {
    move |schema| {
        let some =
            |field: &str| json!({ "required": [field], "properties": { field: { "minProperties": 1 } } });
        schema.insert("anyOf".into(), fields.split(' ').map(some).collect());
    }
}

/// `word`, or an object that is read as a `T`.
pub fn word_or<T: JsonSchema>(
    description: &str,
    (word, meaning): (&str, &str),
    generator: &mut SchemaGenerator,
) -> Schema {
    json_schema!({
        "description": description,
        "anyOf": [{ "const": word, "description": meaning }, generator.subschema_for::<T>()],
    })
}

/// The one of `names` that a text is, where an enumeration has no derived schema.
pub fn one_of_names<'a>(description: &str, names: impl IntoIterator<Item = &'a str>) -> Schema {
    let names: Vec<Value> = names.into_iter().map(Value::from).collect();
    json_schema!({ "description": description, "type": "string", "enum": names })
}
