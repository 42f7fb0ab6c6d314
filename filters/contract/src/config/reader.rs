//! A document to types, and the place of whatever is wrong with it.
//!
//! What serde derives for a type is compiled once for each deserializer that reads it, and was a sixth of a module
//! while the deserializers of `serde_path_to_error` and `serde_json` stood in one another. Here is less to compile. A
//! place is put into words only when something is wrong there. And a struct is read as the list of its fields: that
//! takes a fifth of the code that finds them by their names, which is done here, once for all structs. So a struct
//! knows all members of its object, whether it says so or not, and has no second names for them.

mod variant;

use std::cell::Cell;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error, Expected, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value, map};

use super::failure::Failure;
use super::way::Way;

/// A value of the document, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'de, 'way> {
    /// Nothing for a field that is not written, which only an option can be read from.
    value: Option<&'de Value>,
    way: Way<'de, 'way>,
    others: Others,
}

/// What becomes of members that are no fields of the struct.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    Refused,
    PassedOver,
}

impl<'de, 'way> Place<'de, 'way> {
    /// The whole document. Only there can others be passed over.
    pub(super) const fn root(value: &'de Value, others: Others) -> Self {
        Self { value: Some(value), way: Way::Root, others }
    }

    const fn inner(value: Option<&'de Value>, way: Way<'de, 'way>) -> Self {
        Self { value, way, others: Others::Refused }
    }

    fn read<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Failure> {
        seed.deserialize(self).map_err(|failure| failure.at(&self.way))
    }

    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.value.and_then(Value::as_str) {
            Some(text) => visitor.visit_borrowed_str(text),
            None => Err(self.mismatch(&visitor)),
        }
    }

    fn whole_number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.value.and_then(Value::as_u64) {
            Some(number) => visitor.visit_u64(number),
            None => match self.value.and_then(Value::as_i64) {
                Some(number) => visitor.visit_i64(number),
                None => Err(self.mismatch(&visitor)),
            },
        }
    }

    fn list<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let Some(elements) = self.value.and_then(Value::as_array) else {
            return Err(self.mismatch(&visitor));
        };
        let mut read = Elements { rest: elements, index: 0, way: &self.way };
        let list = visitor.visit_seq(&mut read)?;
        if read.rest.is_empty() {
            Ok(list)
        } else {
            Err(too_many(elements.len(), &"fewer elements in array"))
        }
    }

    fn object<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let Some(members) = self.value.and_then(Value::as_object) else {
            return Err(self.mismatch(&visitor));
        };
        let mut read = Members { rest: members.iter(), member: None, way: &self.way };
        let object = visitor.visit_map(&mut read)?;
        if read.rest.len() == 0 {
            Ok(object)
        } else {
            Err(too_many(members.len(), &"fewer elements in map"))
        }
    }

    fn structure<V: Visitor<'de>>(
        self,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let mut fields = self.fields(names, &visitor)?;
        let structure = visitor.visit_seq(&mut fields);
        structure.map_err(|failure| fields.explain(failure))
    }

    /// The fields called `names`. No member of the object is called otherwise.
    #[inline(never)]
    fn fields(
        &self,
        names: &'static [&'static str],
        expected: &dyn Expected,
    ) -> Result<Fields<'de, '_>, Failure> {
        let Some(members) = self.value.and_then(Value::as_object) else {
            return Err(self.mismatch(expected));
        };
        let mut others = members.keys().filter(|name| !names.contains(&name.as_str()));
        if let Some(name) = others.next().filter(|_| self.others == Others::Refused) {
            return Err(Failure::unknown_field(name, names).at(&Way::Member(&self.way, name)));
        }
        Ok(Fields { rest: names, members, way: &self.way, absent: None })
    }

    /// What is wrong where something else was `expected`.
    #[cold]
    #[inline(never)]
    fn mismatch(&self, expected: &dyn Expected) -> Failure {
        let Some(value) = self.value else { return Failure::absent() };
        let found = match value {
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
        let Some(value) = self.value else { return Err(Failure::absent()) };
        match value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Number(number) if number.is_f64() => {
                visitor.visit_f64(number.as_f64().unwrap_or_default())
            }
            Value::Number(_) => self.whole_number(visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(_) => self.list(visitor),
            Value::Object(_) => self.object(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.value.is_none_or(Value::is_null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.value.and_then(Value::as_bool) {
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
        self.whole_number(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.whole_number(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.whole_number(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.whole_number(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.list(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.object(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        self.structure(fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let unread = Cell::new(None);
        let chosen = visitor.visit_enum(self.variant(&unread)?)?;
        if unread.get().is_none_or(Value::is_null) {
            Ok(chosen)
        } else {
            Err(self.superfluous(unread.get()))
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if self.value.is_some() { visitor.visit_newtype_struct(self) } else { Err(Failure::absent()) }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        ignored_any
    }
}

/// The fields of a struct, in the order in which it is declared.
struct Fields<'de, 'way> {
    rest: &'static [&'static str],
    members: &'de Map<String, Value>,
    way: &'way Way<'de, 'way>,
    /// The field that was asked for last, when it is not written.
    absent: Option<&'static str>,
}

impl<'de> Fields<'de, '_> {
    fn next(&mut self) -> Option<Place<'de, '_>> {
        let (name, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.absent = None;
        let value = self.members.get(*name);
        if value.is_none() {
            self.absent = Some(name);
        }
        Some(Place::inner(value, Way::Member(self.way, name)))
    }

    /// What is wrong with the struct: where its last field is not written, that this has no default.
    #[cold]
    #[inline(never)]
    fn explain(&self, failure: Failure) -> Failure {
        self.absent.map_or(failure, Failure::missing_field)
    }
}

impl<'de> SeqAccess<'de> for &mut Fields<'de, '_> {
    type Error = Failure;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Failure> {
        let Some(place) = self.next() else { return Ok(None) };
        match place.read(seed) {
            Ok(value) => Ok(Some(value)),
            Err(failure) if failure.is_absent() => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

/// The members of an object.
struct Members<'de, 'way> {
    rest: map::Iter<'de>,
    member: Option<(&'de str, &'de Value)>,
    way: &'way Way<'de, 'way>,
}

impl<'de> MapAccess<'de> for &mut Members<'de, '_> {
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
        Place::inner(Some(value), Way::Member(self.way, name)).read(seed)
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
        Place::inner(Some(value), way).read(seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// Whoever reads leaves something over: a choice takes one member, a tuple as many elements as it has.
#[cold]
#[inline(never)]
fn too_many(found: usize, expected: &dyn Expected) -> Failure {
    Failure::invalid_length(found, expected)
}
