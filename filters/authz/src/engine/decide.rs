//! One question to Cedar, and its answer.

use std::sync::Arc;

use cedar_policy_core::ast::{self, Context, Eid, EntityUID, PartialValue};
use cedar_policy_core::entities::{Entities, NoEntitiesSchema, TCComputation};
use cedar_policy_core::extensions::Extensions;

use super::answer::Answer;
use super::judge::{Asked, judge};
use super::policies::Policies;
use super::schema::{Action, EntityType};
use super::value::Value;

/// May this principal do that to this resource?
pub(crate) struct Question<'a> {
    pub(crate) principal: Entity<'a>,
    pub(crate) action: &'a Action,
    pub(crate) resource_type: &'a EntityType,
    pub(crate) resource_id: &'a str,
    pub(crate) context: Vec<(&'a str, Value<'a>)>,
}

/// An entity with attributes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entity<'a> {
    pub(crate) type_name: &'a EntityType,
    pub(crate) id: &'a str,
    pub(crate) attributes: Vec<(&'a str, Value<'a>)>,
    /// Type and id of every ancestor: nothing is added to them.
    pub(crate) parents: Vec<(&'a EntityType, &'a str)>,
}

/// Ask `policies`.
pub(crate) fn decide(policies: &Policies, question: Question<'_>) -> Answer {
    let Question { principal, action, resource_type, resource_id, context } = question;
    let principal = entity(principal);
    let asked = Asked {
        principal: Arc::new(principal.uid().clone()),
        action: Arc::clone(&action.uid),
        resource: Arc::new(uid(resource_type, resource_id)),
        context: Context::Value(Arc::new(context.into_iter().map(named_value).collect())),
    };
    match entities(principal, action) {
        Some(entities) => judge(policies, &asked, &entities).into(),
        None => Answer::failed(),
    }
}

/// The principal and, when it is in a group, the action. A resource has no attributes and parents have
/// none either, and `in` asks only for the ancestors of what stands on its left: they need not be entities.
///
/// Each comes with all of its ancestors, so that there is no closure left to compute.
fn entities(principal: ast::Entity, action: &Action) -> Option<Entities> {
    let all = std::iter::once(Arc::new(principal)).chain(action.entity.iter().cloned());
    let closed = TCComputation::AssumeAlreadyComputed;
    Entities::new().add_entities(all, None::<&NoEntitiesSchema>, closed, Extensions::all_available()).ok()
}

fn entity(entity: Entity<'_>) -> ast::Entity {
    let attributes = entity.attributes.into_iter().map(named_value);
    ast::Entity::new_with_attr_partial_value(
        uid(entity.type_name, entity.id),
        attributes.map(|(name, value)| (name, PartialValue::Value(value))),
        std::collections::HashSet::new(),
        entity.parents.into_iter().map(|(type_name, id)| uid(type_name, id)).collect(),
        [],
    )
}

fn uid(type_name: &EntityType, id: &str) -> EntityUID {
    EntityUID::from_components(type_name.0.clone(), Eid::new(id), None)
}

/// The name becomes whatever type of string Cedar wants it to be.
fn named_value<Name: for<'n> From<&'n str>>((name, value): (&str, Value<'_>)) -> (Name, ast::Value) {
    (Name::from(name), value.into())
}
