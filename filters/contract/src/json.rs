//! JSON objects that no two parsers read differently.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How deep objects and arrays may nest. Tokens and key sets of real issuers stay below ten; a parser that
/// recurses must not be driven by its input.
pub const MAX_JSON_DEPTH: usize = 64;

/// Room that a whole document has for members from the start: those of an access token (RFC 9068 §2.2) and of a user's
/// profile. A map that grows as it is filled is moved four times until it has as many.
const USUAL_MEMBERS: usize = 20;

/// The members of the one object in `bytes`. Nothing when it is no object or not UTF-8, when a name occurs
/// twice in any object (compared after unescaping, RFC 7515 §4), when it nests deeper than
/// [`MAX_JSON_DEPTH`], or when anything follows it.
pub fn parse_object(bytes: &[u8]) -> Option<Map<String, Value>> {
    // Once for all of its texts: text by text takes longer.
    let text = std::str::from_utf8(bytes).ok()?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict { depth_left: MAX_JSON_DEPTH }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    match value {
        Value::Object(members) => Some(members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

/// A part of a larger document that is read like [`parse_object`] reads a whole one, whatever it is: with
/// unique names, and not too deep.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "schema", derive(serde::Serialize))]
pub struct StrictValue(
    /// What was read.
    pub Value,
);

impl<'de> Deserialize<'de> for StrictValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict_value(deserializer).map(Self)
    }
}

/// A [`StrictValue`] for fields that are a [`Value`], which reads what no two parsers agree about.
///
/// # Errors
/// When a name occurs twice, or it nests too deep.
pub fn strict_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Strict { depth_left: MAX_JSON_DEPTH }.deserialize(deserializer)
}

/// The same for fields that are an object.
pub(crate) fn strict_members<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Map<String, Value>, D::Error> {
    let Value::Object(members) = strict_value(deserializer)? else {
        return Err(D::Error::custom("no object"));
    };
    Ok(members)
}

#[derive(Clone, Copy)]
struct Strict {
    depth_left: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth_left = self.depth_left.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { depth_left })
    }

    fn members(self) -> Map<String, Value> {
        match self.depth_left {
            MAX_JSON_DEPTH => Map::with_capacity(USUAL_MEMBERS),
            _ => Map::new(),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value with unique members")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut members = self.members();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(inner)?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("member occurs twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(depth: usize) -> String {
        format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn reads_what_serde_json_reads() {
        let text = r#" {"a":[1,-2,2.5,true,null,"\u00eb"],"b":{"c":"x"}} "#;
        let members = parse_object(text.as_bytes()).unwrap();
        assert_eq!(Value::Object(members), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn refuses_what_parsers_disagree_about() {
        for bad in [
            "",
            "[]",
            "null",
            r#""text""#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"a":2}}"#,
            r#"{"x":[{"a":1,"a":2}]}"#,
            r#"{"a":1}x"#,
            r#"{"a":1}{"#,
            r#"{"a":1,}"#,
            r#"{'a':1}"#,
            r#"{"a":1e400}"#,
            r#"{"a":NaN}"#,
            r#"{"a":"\ud800"}"#,
            "{\"a\":\"\n\"}",
            "\u{feff}{}",
        ] {
            assert_eq!(parse_object(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(parse_object(b"{\"a\":\"\xff\"}"), None, "not UTF-8");
    }

    #[test]
    fn a_part_is_read_as_strictly_as_a_whole() {
        let read = |text: &str| serde_json::from_str::<[StrictValue; 1]>(text).map(|[part]| part.0).ok();
        let good = r#"[{"a":[1,"b",null],"c":{}}]"#;
        assert_eq!(read(good).map(|part| Value::Array(vec![part])), serde_json::from_str(good).ok());
        assert_eq!(read(r#"[{"a":[{"b":1,"\u0062":2}]}]"#), None, "a name that occurs twice");
        let nested = |depth| format!("[{}{}]", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(MAX_JSON_DEPTH)).is_some() && read(&nested(MAX_JSON_DEPTH + 1)).is_none());
    }

    #[test]
    fn nests_as_deep_as_the_bound_and_no_deeper() {
        assert!(parse_object(nested(MAX_JSON_DEPTH - 1).as_bytes()).is_some());
        assert!(parse_object(nested(MAX_JSON_DEPTH).as_bytes()).is_none());
        assert!(parse_object(nested(100_000).as_bytes()).is_none());
    }
}
