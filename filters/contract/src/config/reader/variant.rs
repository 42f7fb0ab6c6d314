//! Choices between several forms.

use std::cell::Cell;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, Error, Unexpected, VariantAccess, Visitor};
use serde_json::Value;

use super::Place;
use crate::config::failure::Failure;
use crate::config::way::Way;

/// One of several forms: a word, or an object with one member.
pub(super) struct Variant<'de, 'way> {
    name: &'de str,
    /// What stands behind the name, until it is read.
    content: &'way Cell<Option<&'de Value>>,
    way: Way<'de, 'way>,
}

impl<'de, 'way> Place<'de, 'way> {
    pub(super) fn variant<'place>(
        &'place self,
        content: &'place Cell<Option<&'de Value>>,
    ) -> Result<Variant<'de, 'place>, Failure> {
        if let Some(Value::String(name)) = self.value {
            return Ok(Variant { name, content, way: self.way });
        }
        let Some(members) = self.value.and_then(Value::as_object) else {
            return Err(self.mismatch(&"string or map"));
        };
        let mut members = members.iter();
        match (members.next(), members.next()) {
            (Some((name, value)), None) => {
                content.set(Some(value));
                Ok(Variant { name, content, way: self.way })
            }
            _ => Err(Failure::invalid_value(Unexpected::Map, &"map with a single key")),
        }
    }

    /// Something stands behind a word that needs nothing said about it.
    #[cold]
    #[inline(never)]
    pub(super) fn superfluous(&self, content: Option<&'de Value>) -> Failure {
        let name = self.value.and_then(Value::as_object).and_then(|members| members.keys().next());
        let way = Way::Member(&self.way, name.map_or("", String::as_str));
        Place::inner(content, way).mismatch(&"unit").at(&way)
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
        match self.content.take() {
            Some(value) => Ok(Place::inner(Some(value), Way::Member(&self.way, self.name))),
            None => Err(Failure::invalid_type(Unexpected::UnitVariant, &expected)),
        }
    }
}

impl<'de> VariantAccess<'de> for Variant<'de, '_> {
    type Error = Failure;

    /// Whether nothing stands behind the name is seen to once for all variants.
    fn unit_variant(self) -> Result<(), Failure> {
        Ok(())
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
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let content = self.content("struct variant")?;
        content.structure(fields, visitor).map_err(|failure| failure.at(&content.way))
    }
}
