//! The bytes of a configuration to a document.

use contract::{ConfigError, strict_value};
use prost::Message;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as ProtoValue};
use serde_json::{Map, Number, Value};

/// Bytes of a configuration: a hundred times the largest that we ship, policies included.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Whole numbers up to here are exact as a `double` (IEEE 754), and only they become integers.
const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

/// Read JSON, which Istio and `google.protobuf.StringValue` give, or a serialized `google.protobuf.Struct`,
/// which Envoy passes on as it is. JSON is tried first: no Struct with a member is JSON.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, ConfigError> {
    if bytes.len() > MAX_BYTES {
        return Err(ConfigError::at("", format!("more than {MAX_BYTES} bytes")));
    }
    json(bytes).or_else(|error| match Struct::decode(bytes) {
        Ok(document) => object(document),
        Err(_) => Err(ConfigError::at("", error)),
    })
}

/// No name occurs twice in an object: one of the two would be the configuration of nobody.
fn json(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let text = std::str::from_utf8(bytes).map_err(serde::de::Error::custom)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let document = strict_value(&mut deserializer)?;
    deserializer.end().map(|()| document)
}

fn object(document: Struct) -> Result<Value, ConfigError> {
    let mut members = Map::new();
    for (name, field) in document.fields {
        members.insert(name, value(field)?);
    }
    Ok(Value::Object(members))
}

/// Depth needs no bound of its own: the protobuf decoder stops at 100 messages inside of one another.
fn value(field: ProtoValue) -> Result<Value, ConfigError> {
    match field.kind {
        None | Some(Kind::NullValue(_)) => Ok(Value::Null),
        Some(Kind::BoolValue(flag)) => Ok(flag.into()),
        Some(Kind::StringValue(text)) => Ok(text.into()),
        Some(Kind::NumberValue(number)) => self::number(number),
        Some(Kind::StructValue(inner)) => object(inner),
        Some(Kind::ListValue(ListValue { values })) => {
            values.into_iter().map(value).collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
    }
}

fn number(number: f64) -> Result<Value, ConfigError> {
    if number.fract() == 0.0 && number.abs() <= MAX_EXACT_INTEGER {
        return Ok(Value::from(number as i64));
    }
    let error = || ConfigError::at("", "a number is none that JSON can hold");
    Number::from_f64(number).map(Value::Number).ok_or_else(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn proto(value: &Value) -> ProtoValue {
        let kind = match value {
            Value::Null => Kind::NullValue(0),
            Value::Bool(flag) => Kind::BoolValue(*flag),
            Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap()),
            Value::String(text) => Kind::StringValue(text.clone()),
            Value::Array(values) => {
                Kind::ListValue(ListValue { values: values.iter().map(proto).collect() })
            }
            Value::Object(_) => Kind::StructValue(structure(value)),
        };
        ProtoValue { kind: Some(kind) }
    }

    fn structure(value: &Value) -> Struct {
        let members = value.as_object().unwrap();
        Struct { fields: members.iter().map(|(name, field)| (name.clone(), proto(field))).collect() }
    }

    #[test]
    fn a_struct_reads_like_the_json_that_it_was_written_as() {
        let document = json!({
            "routes": [{"name": "a", "on": true, "none": null}],
            "whole": 60, "negative": -3, "fraction": 0.5, "large": 9_007_199_254_740_992_i64,
        });
        assert_eq!(read(&structure(&document).encode_to_vec()).unwrap(), document);
        assert_eq!(read(document.to_string().as_bytes()).unwrap(), document);
    }

    #[test]
    fn what_is_neither_is_refused_with_the_place_in_the_json() {
        let error = read(b"{\"a\": }").unwrap_err();
        assert!(error.to_string().contains("line 1 column 7"), "{error}");
        let twice = read(b"{\"a\": 1, \"a\": 2}").unwrap_err();
        assert!(twice.to_string().contains("member occurs twice at line 1"), "{twice}");
        assert!(read(b"{} {}").is_err());
        assert!(read(&[b'['; 100_000]).is_err());
        assert!(read(&vec![b' '; MAX_BYTES + 1]).is_err());
        let nan = ProtoValue { kind: Some(Kind::NumberValue(f64::NAN)) };
        assert!(read(&Struct { fields: [("n".into(), nan)].into() }.encode_to_vec()).is_err());
    }
}
