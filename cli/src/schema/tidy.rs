//! A derived schema as validators and people understand it.

use schemars::Schema;
use serde_json::{Number, Value};

/// Turn what is Rust's into what is JSON Schema's: bounds for the formats of integers, which validators do not know;
/// one line for each paragraph of a comment; and no default where nothing is the default.
pub(crate) fn tidy(schema: &mut Schema) {
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    if let Some(most) = schema.get("format").and_then(Value::as_str).and_then(most) {
        schema.remove("format");
        if schema.get("maximum").is_none() {
            schema.insert("maximum".into(), most.into());
        }
    }
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = unwrapped(description);
    }
}

/// The largest number of a format.
fn most(format: &str) -> Option<Number> {
    match format {
        "uint8" => Some(u8::MAX.into()),
        "uint16" => Some(u16::MAX.into()),
        "uint32" => Some(u32::MAX.into()),
        "uint" | "uint64" => Some(u64::MAX.into()),
        _ => None,
    }
}

/// Comments are broken into lines where an editor of code ends; paragraphs stay.
fn unwrapped(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
