//! What a scalar is taken for.

use saphyr_parser::{ScalarStyle, Tag};
use serde_json::Value;

/// The value of a scalar.
///
/// Plain ones are put to the reader that the other commands use, so that a number here is a number there.
///
/// # Errors
/// When it has a tag of its own.
pub(super) fn value(raw: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    match tag {
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Ok(raw.into()),
        Some(tag) if tag.is_yaml_core_schema() => Ok(plain(raw)),
        Some(tag) => Err(format!("the tag `{tag}` means nothing here: write the value without it")),
        None if style == ScalarStyle::Plain => Ok(plain(raw)),
        None => Ok(raw.into()),
    }
}

fn plain(raw: &str) -> Value {
    let read = if may_be_more_than_text(raw) { serde_norway::from_str(raw).ok() } else { None };
    let scalar = |value: &Value| !matches!(value, Value::Array(_) | Value::Object(_));
    read.filter(scalar).unwrap_or_else(|| raw.into())
}

/// Whether it begins as numbers and the words for nothing, true and false do.
fn may_be_more_than_text(raw: &str) -> bool {
    let Some(first) = raw.chars().next() else { return true };
    let begins = first.is_ascii_digit() || "+-.~nNtTfF".contains(first);
    begins && !raw.contains(|c: char| c.is_whitespace() || "[]{},:#&*!|>'\"%@`".contains(c))
}
