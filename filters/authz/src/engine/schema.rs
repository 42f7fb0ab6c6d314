//! What the schema says about types and actions, in our own words.

use std::fmt;
use std::sync::Arc;

use cedar_policy_core::ast;
use cedar_policy_core::entities::Schema as _;
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::validator::types::{AttributeType, Attributes, Type};
use cedar_policy_core::validator::{CoreSchema, ValidatorEntityTypeKind, ValidatorSchema};

use super::fault::Fault;
use super::nesting::{self, Grammar};

/// A parsed schema. It is needed to compile, never to decide.
pub(crate) struct Schema(ValidatorSchema);

/// The name of an entity type of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityType(pub(super) ast::EntityType);

/// An action of the schema.
#[derive(Debug, Clone)]
pub(crate) struct Action {
    pub(super) uid: Arc<ast::EntityUID>,
    /// With the groups it is in, for `action in Action::"group"`; nothing when it is in none.
    pub(super) entity: Option<Arc<ast::Entity>>,
}

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
    /// `Set<String>`.
    SetOfStrings,
    /// A record with these members.
    Record(Vec<Member>),
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

    pub(super) const fn validator(&self) -> &ValidatorSchema {
        &self.0
    }

    /// The entity type called `name`, in full with its namespace.
    pub(crate) fn entity_type(&self, name: &str) -> Option<EntityType> {
        let parsed = name.parse::<ast::EntityType>().ok()?;
        self.0.get_entity_type(&parsed).map(|found| EntityType(found.name().clone()))
    }

    /// The attributes of an entity type.
    pub(crate) fn attributes(&self, of: &EntityType) -> Vec<Member> {
        self.0.get_entity_type(&of.0).map(|found| members(found.attributes())).unwrap_or_default()
    }

    /// The ids that an entity type is limited to, if it is.
    pub(crate) fn ids(&self, of: &EntityType) -> Option<Vec<String>> {
        match &self.0.get_entity_type(&of.0)?.kind {
            ValidatorEntityTypeKind::Enum(ids) => {
                Some(ids.iter().map(|id| AsRef::<str>::as_ref(id).to_owned()).collect())
            }
            ValidatorEntityTypeKind::Standard(_) | ValidatorEntityTypeKind::External => None,
        }
    }

    /// Whether entities of type `child` may have ancestors of type `parent`.
    pub(crate) fn is_child_of(&self, child: &EntityType, parent: &EntityType) -> bool {
        self.0.get_entity_type(&parent.0).is_some_and(|parent| parent.has_descendant_entity_type(&child.0))
    }

    /// The actions called `name`, which is an id or, where namespaces share one, the whole of
    /// `Shop::Action::"readOrder"`.
    pub(crate) fn actions(&self, name: &str) -> Vec<Action> {
        let is_meant = |uid: &ast::EntityUID| uid.eid().as_ref() == name || uid.to_string() == name;
        self.0.actions().filter(|uid| is_meant(uid)).map(|uid| self.action(uid)).collect()
    }

    fn action(&self, uid: &ast::EntityUID) -> Action {
        let entity = CoreSchema::new(&self.0).action(uid);
        let in_groups = entity.filter(|entity| entity.ancestors().next().is_some());
        Action { uid: Arc::new(uid.clone()), entity: in_groups }
    }

    /// Whether `action` is taken by principals of type `principal`.
    pub(crate) fn takes_principal(&self, action: &Action, principal: &EntityType) -> bool {
        let found = self.0.get_action_id(&action.uid);
        found.is_some_and(|found| found.is_applicable_principal_type(&principal.0))
    }

    /// Whether `action` is taken on resources of type `resource`.
    pub(crate) fn takes_resource(&self, action: &Action, resource: &EntityType) -> bool {
        let found = self.0.get_action_id(&action.uid);
        found.is_some_and(|found| found.is_applicable_resource_type(&resource.0))
    }

    /// The members of the context of `action`.
    pub(crate) fn context(&self, action: &Action) -> Vec<Member> {
        match self.0.context_type(&action.uid).map(shape) {
            Some(Shape::Record(members)) => members,
            Some(Shape::String | Shape::Long | Shape::Bool | Shape::SetOfStrings | Shape::Other(_))
            | None => Vec::new(),
        }
    }
}

impl Action {
    /// The whole name, such as `Action::"readOrder"`.
    pub(crate) fn name(&self) -> String {
        self.uid.to_string()
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::String => "String",
            Self::Long => "Long",
            Self::Bool => "Bool",
            Self::SetOfStrings => "Set<String>",
            Self::Record(_) => "a record",
            Self::Other(name) => name,
        })
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
    match of {
        Type::String => Shape::String,
        Type::Long => Shape::Long,
        Type::Bool(_) => Shape::Bool,
        Type::Set { element_type: Some(element) } if **element == Type::String => Shape::SetOfStrings,
        Type::Record { attrs, .. } => Shape::Record(members(attrs)),
        Type::Set { .. } | Type::Never | Type::Entity(_) | Type::ExtensionType { .. } => {
            Shape::Other(of.to_string())
        }
    }
}
