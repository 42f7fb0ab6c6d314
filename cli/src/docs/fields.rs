//! The table of the fields of an object.

use serde_json::{Map, Value};

use super::kind::{Place, text};

/// Beyond this a number is no bound that somebody chose.
const LARGEST_BOUND: u64 = u32::MAX as u64;

/// One row for each field of `schema`, those that are needed first.
pub(crate) fn table(schema: &Value, place: Place<'_>) -> String {
    let empty = Map::new();
    let fields = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let (needed, others): (Vec<_>, Vec<_>) = fields.iter().partition(|(name, _)| is_needed(schema, name));
    let rows = needed.into_iter().chain(others).map(|(name, field)| {
        let kind = place.kind(field);
        let (presence, range) = (presence(schema, name, field), range(name, field));
        let meaning = cell(place.description(field));
        format!("| `{name}` | {} | {presence} | {range} | {meaning} |\n", cell(&kind))
    });
    let rows: String = rows.collect();
    format!("| field | type | if left out | range | meaning |\n|---|---|---|---|---|\n{rows}")
}

fn is_needed(schema: &Value, name: &str) -> bool {
    let needed = schema.get("required").and_then(Value::as_array);
    needed.is_some_and(|needed| needed.iter().any(|needed| needed == name))
}

/// What holds where the field is left out.
fn presence(schema: &Value, name: &str, field: &Value) -> String {
    match field.get("default") {
        _ if is_needed(schema, name) => "**needed**".into(),
        Some(default) => format!("`{}`", cell(&text(default))),
        None => "–".into(),
    }
}

/// The bounds of a field, with its unit.
fn range(name: &str, field: &Value) -> String {
    let bound = |bound: &str| field.get(bound).and_then(Value::as_u64);
    let numbers = between(bound("minimum"), bound("maximum"));
    let lengths =
        between(bound("minLength"), bound("maxLength")).map(|range| format!("{range} characters"));
    let items = between(bound("minItems"), bound("maxItems")).map(|range| format!("{range} entries"));
    let members =
        between(bound("minProperties"), bound("maxProperties")).map(|range| format!("{range} entries"));
    let numbers = numbers.map(|range| format!("{range}{}", unit(name)));
    [numbers, lengths, items, members].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn between(least: Option<u64>, most: Option<u64>) -> Option<String> {
    match (least.filter(|least| *least > 0), most.filter(|most| *most < LARGEST_BOUND)) {
        (None, None) => None,
        (None, Some(most)) => Some(format!("0 to {}", grouped(most))),
        (Some(least), None) => Some(format!("{} or more", grouped(least))),
        (Some(least), Some(most)) if least == most => Some(grouped(least)),
        (Some(least), Some(most)) => Some(format!("{} to {}", grouped(least), grouped(most))),
    }
}

/// The unit that the name of a field ends with.
fn unit(name: &str) -> &'static str {
    match name.rsplit('_').next() {
        Some("ms") => " ms",
        Some("seconds") => " s",
        Some("bytes") => " bytes",
        Some("percent") => " %",
        Some(_) | None => "",
    }
}

/// With a comma before every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len().checked_rem(3).unwrap_or_default();
    let (head, tail) = digits.split_at_checked(first).unwrap_or_default();
    let threes = tail.as_bytes().chunks(3).map(String::from_utf8_lossy);
    let parts = Some(head.into()).filter(|_| first > 0).into_iter().chain(threes);
    parts.collect::<Vec<_>>().join(",")
}

/// A text that stays within its cell.
fn cell(text: &str) -> String {
    text.replace("\n\n", "<br>").replace('|', "\\|")
}
