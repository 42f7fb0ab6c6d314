//! One page: an object, and the types below it.

use serde_json::{Map, Value, json};

use super::fields::table;
use super::kind::{Place, forms, text};
use super::paths::paths;
use super::reach::definition;

/// What stands at the top of every page.
pub(crate) const MADE: &str = "<!-- Made by `watchword docs` from the types that the filters read. Change their comments, not this page. -->\n";

/// The page of a type.
pub(crate) fn page(title: &str, schema: &Value, example: Option<&str>, place: Place<'_>) -> String {
    let example = example.map(|example| format!("\nA complete configuration:\n\n```yaml\n{example}```\n"));
    format!("{MADE}\n# {title}\n\n{}{}", body(schema, place), example.unwrap_or_default())
}

/// The types `names` of `document`, one under the other.
pub(crate) fn types(document: &Value, names: &[String], place: Place<'_>) -> String {
    let described = names.iter().filter_map(|name| {
        let schema = definition(document, name)?;
        let paths = paths(document, name).join(", ");
        Some(format!("\n## {name}\n\nAt {paths}.\n\n{}", body(schema, place)))
    });
    described.collect()
}

/// What is said of one type.
pub(crate) fn body(schema: &Value, place: Place<'_>) -> String {
    let description = description(schema);
    let rule = rule(schema);
    let shape = match shape(schema) {
        Shape::Fields => table(schema, place),
        Shape::Members(members) => table(&together(&members), place),
        Shape::Forms(all) => all.into_iter().map(|form| self::form(form, place)).collect(),
        Shape::Plain => format!("{}\n", place.kind(schema)),
    };
    format!("{description}\n\n{rule}{shape}")
}

/// How a type is written down.
enum Shape<'a> {
    /// By its fields.
    Fields,
    /// As an object with exactly one member.
    Members(Vec<&'a Value>),
    /// In one of several forms.
    Forms(Vec<&'a Value>),
    /// As a value.
    Plain,
}

fn shape(schema: &Value) -> Shape<'_> {
    if schema.get("properties").is_some() {
        return Shape::Fields;
    }
    let all: Option<Vec<_>> = forms(schema, "oneOf").map(Iterator::collect);
    let all = all.or_else(|| forms(schema, "anyOf").map(Iterator::collect));
    match all {
        Some(all) if all.iter().all(|form| form.get("properties").is_some()) => Shape::Members(all),
        Some(all) => Shape::Forms(all),
        None => Shape::Plain,
    }
}

/// The fields of all `members`, as those of one object.
fn together(members: &[&Value]) -> Value {
    let fields =
        members.iter().filter_map(|member| Some((*member, member.get("properties")?.as_object()?)));
    let fields = fields.flat_map(|(member, fields)| fields.iter().map(move |field| (member, field)));
    let fields: Map<_, _> =
        fields.map(|(member, (name, field))| (name.clone(), told(field, member))).collect();
    json!({ "properties": fields })
}

/// A field with what is said of the member that it is.
fn told(field: &Value, member: &Value) -> Value {
    let mut field = field.clone();
    if let (Some(fields), Some(told)) = (field.as_object_mut(), member.get("description")) {
        fields.insert("description".into(), told.clone());
    }
    field
}

/// One of several forms, as an entry of a list.
fn form(form: &Value, place: Place<'_>) -> String {
    let kind = match form.get("const") {
        Some(constant) => format!("`{}`", text(constant)),
        None => place.kind(form),
    };
    let description = description(form);
    let told = if description.is_empty() { String::new() } else { format!(": {description}") };
    let fields = form.get("properties").map(|_| format!("\n{}\n", table(form, place)));
    format!("- {kind}{told}\n{}", fields.unwrap_or_default())
}

/// Which fields exclude each other.
fn rule(schema: &Value) -> String {
    let rules = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
    let names: Vec<_> = rules.filter_map(needed).collect();
    if names.is_empty() { String::new() } else { format!("Exactly one of {}.\n\n", names.join(", ")) }
}

/// The fields that one form needs.
fn needed(rule: &Value) -> Option<String> {
    let names = rule.get("required")?.as_array()?.iter().filter_map(Value::as_str);
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    Some(names.join(" with "))
}

fn description(schema: &Value) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}
