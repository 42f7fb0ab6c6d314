//! A document to types, and the place of whatever is wrong with it.
//!
//! What serde derives for a type is compiled once for each deserializer that reads it, and was a sixth of a module
//! while the deserializers of `serde_path_to_error` and `serde_json` stood in one another. Here is less to compile: a
//! struct is read from an object alone, not from a list of its members too, and a place is put into words only when
//! something is wrong there.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Value, map};

use super::failure::Failure;
use super::way::Way;

/// A value of the document, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'de, 'way> {
    value: &'de Value,
    way: Way<'de, 'way>,
}

impl<'de> Place<'de, '_> {
    /// The whole document.
    pub(super) const fn root(value: &'de Value) -> Self {
        Self { value, way: Way::Root }
    }

    fn read<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Failure> {
        seed.deserialize(self).map_err(|failure| failure.at(&self.way))
    }

    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.value.as_str() {
            Some(text) => visitor.visit_borrowed_str(text),
            None => Err(self.mismatch(&visitor)),
        }
    }

    fn number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match (self.value.as_u64(), self.value.as_i64(), self.value.as_f64()) {
            (Some(number), _, _) => visitor.visit_u64(number),
            (None, Some(number), _) => visitor.visit_i64(number),
            (None, None, Some(number)) => visitor.visit_f64(number),
            (None, None, None) => Err(self.mismatch(&visitor)),
        }
    }

    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let Some(elements) = self.value.as_array() else { return Err(self.mismatch(&visitor)) };
        let mut read = Elements { rest: elements, index: 0, way: &self.way };
        let list = visitor.visit_seq(&mut read)?;
        if read.rest.is_empty() { Ok(list) } else { Err(too_many(elements)) }
    }

    fn object<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.value.as_object() {
            Some(members) => {
                visitor.visit_map(Members { rest: members.iter(), member: None, way: &self.way })
            }
            None => Err(self.mismatch(&visitor)),
        }
    }

    /// What is wrong where something else was `expected`.
    #[cold]
    #[inline(never)]
    fn mismatch(self, expected: &dyn Expected) -> Failure {
        let found = match self.value {
            Value::Null => Unexpected::Unit,
            Value::Bool(flag) => Unexpected::Bool(*flag),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => Unexpected::Unsigned(number),
                (None, Some(number)) => Unexpected::Signed(number),
                (None, None) => Unexpected::Float(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        Failure::invalid_type(found, expected)
    }
}

impl<'de> Deserializer<'de> for Place<'de, '_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Number(_) => self.number(visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(_) => self.list(visitor),
            Value::Object(_) => self.object(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.value.as_bool() {
            Some(flag) => visitor.visit_bool(flag),
            None => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.text(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.number(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.number(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.number(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.number(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.list(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.object(visitor)
    }

    /// From an object alone: a list of members would be a second spelling of every struct.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.object(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_enum(self.variant()?)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        ignored_any
    }
}

/// The members of an object.
struct Members<'de, 'way> {
    rest: map::Iter<'de>,
    member: Option<(&'de str, &'de Value)>,
    way: &'way Way<'de, 'way>,
}

impl<'de> MapAccess<'de> for Members<'de, '_> {
    type Error = Failure;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Failure> {
        self.member = self.rest.next().map(|(name, value)| (name.as_str(), value));
        let Some((name, _)) = self.member else { return Ok(None) };
        let key = seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some);
        key.map_err(|failure: Failure| failure.at(&Way::Member(self.way, name)))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Failure> {
        let (name, value) =
            self.member.take().ok_or_else(|| Failure::custom("a value is asked for twice"))?;
        Place { value, way: Way::Member(self.way, name) }.read(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The elements of a list.
struct Elements<'de, 'way> {
    rest: &'de [Value],
    index: usize,
    way: &'way Way<'de, 'way>,
}

impl<'de> SeqAccess<'de> for &mut Elements<'de, '_> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Failure> {
        let Some((value, rest)) = self.rest.split_first() else { return Ok(None) };
        let way = Way::Element(self.way, self.index);
        self.rest = rest;
        self.index = self.index.saturating_add(1);
        Place { value, way }.read(seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

#[cold]
#[inline(never)]
fn too_many(elements: &[Value]) -> Failure {
    Failure::invalid_length(elements.len(), &"fewer elements in array")
}

/// One of several forms: a word, or an object with one member.
struct Variant<'de, 'way> {
    name: &'de str,
    content: Option<&'de Value>,
    way: Way<'de, 'way>,
}

impl<'de, 'way> Place<'de, 'way> {
    fn variant(&self) -> Result<Variant<'de, '_>, Failure> {
        if let Value::String(name) = self.value {
            return Ok(Variant { name, content: None, way: self.way });
        }
        let Value::Object(members) = self.value else { return Err(self.mismatch(&"string or map")) };
        let mut members = members.iter();
        match (members.next(), members.next()) {
            (Some((name, value)), None) => Ok(Variant { name, content: Some(value), way: self.way }),
            _ => Err(Failure::invalid_value(Unexpected::Map, &"map with a single key")),
        }
    }
}

impl<'de> EnumAccess<'de> for Variant<'de, '_> {
    type Error = Failure;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Failure> {
        let name = seed.deserialize(BorrowedStrDeserializer::new(self.name))?;
        Ok((name, self))
    }
}

impl<'de> Variant<'de, '_> {
    fn content(&self, expected: &str) -> Result<Place<'de, '_>, Failure> {
        match self.content {
            Some(value) => Ok(Place { value, way: Way::Member(&self.way, self.name) }),
            None => Err(Failure::invalid_type(Unexpected::UnitVariant, &expected)),
        }
    }
}

impl<'de> VariantAccess<'de> for Variant<'de, '_> {
    type Error = Failure;

    fn unit_variant(self) -> Result<(), Failure> {
        match self.content("") {
            Ok(content) => content.read(std::marker::PhantomData),
            Err(_) => Ok(()),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Failure> {
        self.content("newtype variant")?.read(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Failure> {
        let content = self.content("tuple variant")?;
        content.list(visitor).map_err(|failure| failure.at(&content.way))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let content = self.content("struct variant")?;
        content.object(visitor).map_err(|failure| failure.at(&content.way))
    }
}
