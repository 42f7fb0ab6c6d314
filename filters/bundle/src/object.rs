//! Structs that are read from an object alone.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

/// A `T` that was written as an object. What is derived for a struct takes a list of its members as well, which
/// would be a second spelling of every bundle.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct One<'a> {
        a: &'a str,
    }

    #[test]
    fn takes_an_object_and_no_list() {
        let read = |text| serde_json::from_str::<Object<One<'_>>>(text).map(|Object(One { a })| a);
        assert_eq!(read(r#"{"a":"x"}"#).unwrap(), "x");
        for bad in [r#"["x"]"#, r#"{"a":"x","a":"x"}"#, r#"{"a":"x","b":1}"#, "{}", r#""x""#] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
