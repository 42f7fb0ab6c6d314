//! Claims as values.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::datetime;
use crate::engine::{ExtensionKind, Member, Schema, Shape, Value};

/// Whether a string stands for a set of its words, as `scope` does (RFC 6749 §3.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Split {
    /// A string is a string.
    #[default]
    No,
    /// At white space.
    Words,
}

/// The value of `json`, if it is of exactly this shape; `null` is of none.
///
/// A reference to an entity is its id. An address, a decimal and a duration are strings as Cedar writes them;
/// a datetime may be a NumericDate (RFC 7519 §2) as well. Members of an object that the schema does not
/// declare are left out.
pub(crate) fn from_json<'a>(shape: &'a Shape, json: &'a Json, split: Split) -> Option<Value<'a>> {
    match (shape, json) {
        (Shape::Set(element), Json::String(text)) if split == Split::Words => {
            let words = text.split_whitespace().map(|word| super::from_text(element, Cow::Borrowed(word)));
            words.collect::<Option<_>>().map(Value::Set)
        }
        (Shape::Set(element), Json::Array(list)) => list
            .iter()
            .map(|json| from_json(element, json, Split::No))
            .collect::<Option<_>>()
            .map(Value::Set),
        (Shape::Record(members), Json::Object(map)) => {
            let member = |member: &'a Member| match map.get(&member.name) {
                None if member.required => Some(None),
                None => None,
                Some(json) => Some(
                    from_json(&member.shape, json, Split::No).map(|value| (member.name.as_str(), value)),
                ),
            };
            members.iter().filter_map(member).collect::<Option<_>>().map(Value::Record)
        }
        (Shape::String, Json::String(text)) => Some(Value::text(text)),
        (Shape::Long, Json::Number(number)) => number.as_i64().map(Value::Long),
        (Shape::Bool, Json::Bool(truth)) => Some(Value::Bool(*truth)),
        (Shape::Entity(of), Json::String(id)) => Some(Value::Entity(of, Cow::Borrowed(id))),
        (Shape::Extension(kind), Json::String(text)) => kind.parse(text).map(Value::Extension),
        (Shape::Extension(ExtensionKind::DateTime), Json::Number(number)) => {
            numeric_date(number).and_then(datetime).map(Value::Extension)
        }
        _ => None,
    }
}

/// Milliseconds since the epoch.
fn numeric_date(seconds: &serde_json::Number) -> Option<i64> {
    if let Some(seconds) = seconds.as_i64() {
        return seconds.checked_mul(1_000);
    }
    // Beyond the year 9999 nothing is taken, so what a cast would cut off is out of range as well.
    #[expect(clippy::cast_possible_truncation, reason = "casts of floats saturate")]
    seconds.as_f64().map(|seconds| (seconds * 1_000.0).floor() as i64)
}

/// Check that JSON can have values of this shape.
///
/// # Errors
/// With a message when it cannot.
pub(crate) fn check_json(shape: &Shape, split: Split, schema: &Schema) -> Result<(), String> {
    if split == Split::Words {
        return match shape.element() {
            Some(element) => super::check_text(element, schema),
            None => Err(format!("only a set can be split, and the schema says {shape}")),
        };
    }
    match shape {
        Shape::Set(element) => check_json(element, Split::No, schema),
        Shape::Record(members) => {
            members.iter().try_for_each(|member| check_json(&member.shape, Split::No, schema))
        }
        Shape::String
        | Shape::Long
        | Shape::Bool
        | Shape::Entity(_)
        | Shape::Extension(_)
        | Shape::Other(_) => super::text::check_scalar(shape, schema),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(shape: &Shape, json: &Json) -> Option<String> {
        from_json(shape, json, Split::No).map(|value| format!("{value:?}"))
    }

    #[test]
    fn takes_a_value_of_exactly_the_declared_shape() {
        let set = |element| Shape::Set(Box::new(element));
        let member = |name: &str, required, shape| Member { name: name.into(), required, shape };
        let record = Shape::Record(vec![member("a", true, Shape::Long), member("b", false, Shape::Bool)]);
        let date = Shape::Extension(ExtensionKind::DateTime);
        let good = [
            (&Shape::String, json!("a"), "String(\"a\")"),
            (&Shape::Long, json!(i64::MIN), "Long(-9223372036854775808)"),
            (&Shape::Bool, json!(false), "Bool(false)"),
            (&set(Shape::String), json!(["a", "b"]), "Set([String(\"a\"), String(\"b\")])"),
            (&set(set(Shape::Long)), json!([[1], []]), "Set([Set([Long(1)]), Set([])])"),
            (&record, json!({"a": 1, "x": null}), "Record([(\"a\", Long(1))])"),
            (&record, json!({"a": 1, "b": true}), "Record([(\"a\", Long(1)), (\"b\", Bool(true))])"),
        ];
        for (shape, json, wanted) in good {
            assert_eq!(read(shape, &json).as_deref(), Some(wanted), "{shape} {json}");
        }
        for (shape, json) in [
            (&Shape::String, json!(1)),
            (&Shape::Long, json!(u64::MAX)),
            (&Shape::Long, json!(1.0)),
            (&Shape::Long, json!("1")),
            (&Shape::Bool, json!("false")),
            (&Shape::Bool, json!(0)),
            (&set(Shape::String), json!("a b")),
            (&set(Shape::String), json!(["a", 1])),
            (&record, json!({"b": true})),
            (&record, json!({"a": 1, "b": null})),
            (&record, json!([])),
            (&date, json!(-1)),
            (&date, json!(1e300)),
            (&date, json!(true)),
            (&Shape::Other("Never".into()), json!(1)),
        ] {
            assert_eq!(read(shape, &json), None, "{shape} {json}");
        }
        for shape in [&Shape::String, &Shape::Long, &Shape::Bool, &set(Shape::String), &record, &date] {
            assert_eq!(read(shape, &Json::Null), None, "{shape}");
        }
    }

    #[test]
    fn a_date_is_a_number_of_seconds_or_written_out() {
        let date = Shape::Extension(ExtensionKind::DateTime);
        let read = |json: &Json| match from_json(&date, json, Split::No) {
            Some(Value::Extension(value)) => value,
            other => panic!("{json}: {other:?}"),
        };
        assert_eq!(read(&json!(1_795_759_445.5)), read(&json!("2026-11-27T06:04:05.500Z")));
        assert_eq!(read(&json!(0)), read(&json!("1970-01-01")));
    }

    #[test]
    fn splits_a_string_into_the_words_of_a_set() {
        let shape = Shape::Set(Box::new(Shape::String));
        let read = |json: &Json| from_json(&shape, json, Split::Words).map(|value| format!("{value:?}"));
        assert_eq!(read(&json!(" a  b ")), read(&json!(["a", "b"])));
        assert_eq!(read(&json!("")), Some("Set([])".into()));
    }
}
