//! What the schema says about types and actions, in our own words.

use std::fmt;
use std::sync::Arc;

use cedar_policy_core::ast;
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::validator::types::{AttributeType, Attributes, EntityKind, Type};
use cedar_policy_core::validator::{CoreSchema, ValidatorEntityTypeKind, ValidatorSchema};

use super::extension::ExtensionKind;
use super::fault::Fault;
use super::nesting::{self, Grammar};

/// A parsed schema. It is needed to compile, never to decide.
#[derive(Debug)]
pub(crate) struct Schema(ValidatorSchema);

/// The name of an entity type of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityType(pub(super) ast::EntityType);

/// An action of the schema.
#[derive(Debug, Clone)]
pub(crate) struct Action(pub(super) Arc<ast::EntityUID>);

/// A member of a record, or an attribute of an entity type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
}

/// A type, as far as requests can have values of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `String`.
    String,
    /// `Long`.
    Long,
    /// `Bool`.
    Bool,
    /// A set of such.
    Set(Box<Shape>),
    /// A record with these members.
    Record(Vec<Member>),
    /// A reference to an entity of this type.
    Entity(EntityType),
    /// A value of an extension type.
    Extension(ExtensionKind),
    /// Any other type, as Cedar writes it.
    Other(String),
}

impl Schema {
    /// Parse a schema in Cedar's own syntax.
    ///
    /// # Errors
    /// With the first fault of the text.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        nesting::check(text, Grammar::Schema)?;
        match ValidatorSchema::from_cedarschema_str(text, Extensions::all_available()) {
            Ok((schema, _warnings)) => Ok(Self(schema)),
            Err(error) => Err(Fault::found(&error)),
        }
    }

    pub(super) const fn types(&self) -> &ValidatorSchema {
        &self.0
    }

    pub(super) fn core(&self) -> CoreSchema<'_> {
        CoreSchema::new(self.types())
    }

    /// The entity type called `name`, in full with its namespace.
    pub(crate) fn entity_type(&self, name: &str) -> Option<EntityType> {
        let parsed = name.parse::<ast::EntityType>().ok()?;
        self.types().get_entity_type(&parsed).map(|found| EntityType(found.name().clone()))
    }

    /// The attributes of an entity type.
    pub(crate) fn attributes(&self, of: &EntityType) -> Vec<Member> {
        self.types().get_entity_type(&of.0).map(|found| members(found.attributes())).unwrap_or_default()
    }

    /// Whether another entity type, or the context of an action, has an attribute of this name.
    pub(crate) fn declares_elsewhere(&self, name: &str, of: &EntityType) -> bool {
        let others = self.types().entity_types().filter(|other| *other.name() != of.0);
        let mut in_entities = others.flat_map(|other| members(other.attributes()));
        let mut in_contexts =
            self.types().actions().flat_map(|uid| self.context(&Action(Arc::new(uid.clone()))));
        in_entities.any(|member| member.mentions(name)) || in_contexts.any(|member| member.mentions(name))
    }

    /// The ids that an entity type is limited to, if it is.
    pub(crate) fn ids(&self, of: &EntityType) -> Option<Vec<String>> {
        match &self.types().get_entity_type(&of.0)?.kind {
            ValidatorEntityTypeKind::Enum(ids) => {
                Some(ids.iter().map(|id| AsRef::<str>::as_ref(id).to_owned()).collect())
            }
            ValidatorEntityTypeKind::Standard(_) | ValidatorEntityTypeKind::External => None,
        }
    }

    /// Whether entities of type `child` may have ancestors of type `parent`.
    pub(crate) fn is_child_of(&self, child: &EntityType, parent: &EntityType) -> bool {
        self.types()
            .get_entity_type(&parent.0)
            .is_some_and(|parent| parent.has_descendant_entity_type(&child.0))
    }

    /// The actions called `name`, which is an id or, where namespaces share one, the whole of
    /// `Shop::Action::"readOrder"`.
    pub(crate) fn actions(&self, name: &str) -> Vec<Action> {
        let is_meant = |uid: &ast::EntityUID| uid.eid().as_ref() == name || uid.to_string() == name;
        self.types()
            .actions()
            .filter(|uid| is_meant(uid))
            .map(|uid| Action(Arc::new(uid.clone())))
            .collect()
    }

    /// Whether `action` is taken by principals of type `principal`.
    pub(crate) fn takes_principal(&self, action: &Action, principal: &EntityType) -> bool {
        let found = self.types().get_action_id(&action.0);
        found.is_some_and(|found| found.is_applicable_principal_type(&principal.0))
    }

    /// Whether `action` is taken on resources of type `resource`.
    pub(crate) fn takes_resource(&self, action: &Action, resource: &EntityType) -> bool {
        let found = self.types().get_action_id(&action.0);
        found.is_some_and(|found| found.is_applicable_resource_type(&resource.0))
    }

    /// The members of the context of `action`.
    pub(crate) fn context(&self, action: &Action) -> Vec<Member> {
        match self.types().context_type(&action.0).map(shape) {
            Some(Shape::Record(members)) => members,
            Some(
                Shape::String
                | Shape::Long
                | Shape::Bool
                | Shape::Set(_)
                | Shape::Entity(_)
                | Shape::Extension(_)
                | Shape::Other(_),
            )
            | None => Vec::new(),
        }
    }
}

impl Member {
    /// Whether this member, or one within it, has this name.
    fn mentions(&self, name: &str) -> bool {
        self.name == name || self.shape.mentions(name)
    }
}

impl Shape {
    /// Of what it is a set, if it is one.
    pub(crate) fn element(&self) -> Option<&Self> {
        match self {
            Self::Set(element) => Some(element),
            Self::String
            | Self::Long
            | Self::Bool
            | Self::Record(_)
            | Self::Entity(_)
            | Self::Extension(_)
            | Self::Other(_) => None,
        }
    }

    fn mentions(&self, name: &str) -> bool {
        match self {
            Self::Record(members) => members.iter().any(|member| member.mentions(name)),
            Self::Set(element) => element.mentions(name),
            Self::String
            | Self::Long
            | Self::Bool
            | Self::Entity(_)
            | Self::Extension(_)
            | Self::Other(_) => false,
        }
    }
}

impl Action {
    /// The whole name, such as `Action::"readOrder"`.
    pub(crate) fn name(&self) -> String {
        self.0.to_string()
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("String"),
            Self::Long => f.write_str("Long"),
            Self::Bool => f.write_str("Bool"),
            Self::Set(element) => write!(f, "Set<{element}>"),
            Self::Record(_) => f.write_str("a record"),
            Self::Entity(of) => of.fmt(f),
            Self::Extension(kind) => f.write_str(kind.type_name()),
            Self::Other(name) => f.write_str(name),
        }
    }
}

fn members(attributes: &Attributes) -> Vec<Member> {
    let member = |(name, attribute): (&_, &AttributeType)| Member {
        name: ToString::to_string(name),
        required: attribute.is_required(),
        shape: shape(&attribute.attr_type),
    };
    attributes.iter().map(member).collect()
}

fn shape(of: &Type) -> Shape {
    let other = || Shape::Other(of.to_string());
    match of {
        Type::String => Shape::String,
        Type::Long => Shape::Long,
        Type::Bool(_) => Shape::Bool,
        Type::Set { element_type: Some(element) } => Shape::Set(Box::new(shape(element))),
        Type::Record { attrs, .. } => Shape::Record(members(attrs)),
        Type::Entity(EntityKind::Entity(of)) => match of.get_single_entity() {
            Some(name) => Shape::Entity(EntityType(name.clone())),
            None => other(),
        },
        Type::ExtensionType { name } => {
            ExtensionKind::of_type(&name.to_string()).map_or_else(other, Shape::Extension)
        }
        Type::Set { element_type: None } | Type::Never | Type::Entity(EntityKind::AnyEntity) => other(),
    }
}
