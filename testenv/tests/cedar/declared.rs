//! What a schema declares, read with Cedar itself: what a plugin refuses must not be known from the plugin.

use std::collections::BTreeSet;

use cedar_policy_core::ast::{Eid, EntityType, EntityUID};
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::validator::types::{EntityKind, Type};
use cedar_policy_core::validator::{ValidatorEntityType, ValidatorEntityTypeKind, ValidatorSchema};

use crate::corpus::Uid;

/// A schema.
pub struct Declared(ValidatorSchema);

impl Declared {
    /// Read a schema of the corpus, all of which Cedar takes.
    pub fn read(text: &str) -> Self {
        let read = ValidatorSchema::from_cedarschema_str(text, Extensions::all_available());
        Self(read.unwrap_or_else(|error| panic!("{error}: {text}")).0)
    }

    /// The members of the context of `action`. Those are among them that a request may leave out: the
    /// configuration names every one.
    pub fn context(&self, action: &Uid) -> BTreeSet<String> {
        match self.context_type(action) {
            Type::Record { attrs, .. } => attrs.keys().map(ToString::to_string).collect(),
            other => panic!("{action:?}: {other}"),
        }
    }

    /// Whether the context of `action` can refer to an entity of an enumeration.
    pub fn context_has_enumeration(&self, action: &Uid) -> bool {
        self.has_enumeration(self.context_type(action))
    }

    /// Whether this type of entities is an enumeration.
    pub fn is_enumeration(&self, type_name: &str) -> bool {
        matches!(self.entities(&entity_type(type_name)).kind, ValidatorEntityTypeKind::Enum(_))
    }

    /// Whether entities of this type have attributes without which they are not valid.
    pub fn requires_attributes(&self, type_name: &str) -> bool {
        let attributes = self.entities(&entity_type(type_name)).attributes();
        attributes.iter().any(|(_, attribute)| attribute.is_required())
    }

    fn context_type(&self, action: &Uid) -> &Type {
        let id = EntityUID::from_components(entity_type(&action.type_name), Eid::new(&*action.id), None);
        self.0.context_type(&id).unwrap_or_else(|| panic!("{action:?} is not declared"))
    }

    fn entities(&self, name: &EntityType) -> &ValidatorEntityType {
        self.0.get_entity_type(name).unwrap_or_else(|| panic!("`{name}` is not declared"))
    }

    fn has_enumeration(&self, of: &Type) -> bool {
        match of {
            Type::Record { attrs, .. } => {
                attrs.iter().any(|(_, attribute)| self.has_enumeration(&attribute.attr_type))
            }
            Type::Set { element_type } => {
                element_type.as_ref().is_some_and(|element| self.has_enumeration(element))
            }
            Type::Entity(EntityKind::Entity(types)) => {
                types.get_single_entity().is_some_and(|name| self.is_enumeration(&name.to_string()))
            }
            _ => false,
        }
    }
}

fn entity_type(name: &str) -> EntityType {
    name.parse().unwrap_or_else(|_| panic!("`{name}` is no type"))
}
