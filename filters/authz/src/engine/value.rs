//! The values that a request consists of.

use std::borrow::Cow;

use cedar_policy_core::ast::{self, Eid, EntityUID};

use super::extension::Extension;
use super::schema::EntityType;

/// A typed value; text is borrowed until Cedar takes it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A string.
    String(Cow<'a, str>),
    /// A 64-bit integer.
    Long(i64),
    /// A boolean.
    Bool(bool),
    /// A set.
    Set(Vec<Value<'a>>),
    /// A record.
    Record(Vec<(&'a str, Value<'a>)>),
    /// A reference to an entity: its type and its id.
    Entity(&'a EntityType, Cow<'a, str>),
    /// A value of an extension type.
    Extension(Extension),
}

impl<'a> Value<'a> {
    /// A string that is borrowed.
    pub(crate) const fn text(text: &'a str) -> Self {
        Self::String(Cow::Borrowed(text))
    }

    /// Whether it refers to the entity of this type and id, at any depth.
    pub(super) fn speaks_of(&self, type_name: &EntityType, id: &str) -> bool {
        match self {
            Self::Entity(of, other) => *of == type_name && other == id,
            Self::Set(elements) => elements.iter().any(|element| element.speaks_of(type_name, id)),
            Self::Record(members) => members.iter().any(|(_, member)| member.speaks_of(type_name, id)),
            Self::String(_) | Self::Long(_) | Self::Bool(_) | Self::Extension(_) => false,
        }
    }

    /// The entities that it refers to, at any depth.
    pub(super) fn mentions(&self, into: &mut Vec<EntityUID>) {
        match self {
            Self::Entity(type_name, id) => into.push(uid(type_name, id)),
            Self::Set(elements) => elements.iter().for_each(|element| element.mentions(into)),
            Self::Record(members) => members.iter().for_each(|(_, member)| member.mentions(into)),
            Self::String(_) | Self::Long(_) | Self::Bool(_) | Self::Extension(_) => {}
        }
    }
}

impl From<Value<'_>> for ast::Value {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::String(text) => Self::from(text.as_ref()),
            Value::Long(number) => Self::from(number),
            Value::Bool(truth) => Self::from(truth),
            Value::Set(elements) => Self::set(elements.into_iter().map(Self::from), None),
            Value::Record(members) => Self::record(members, None),
            Value::Entity(type_name, id) => Self::from(uid(type_name, &id)),
            Value::Extension(value) => value.into(),
        }
    }
}

/// The name of an entity.
pub(super) fn uid(type_name: &EntityType, id: &str) -> EntityUID {
    EntityUID::from_components(type_name.0.clone(), Eid::new(id), None)
}
