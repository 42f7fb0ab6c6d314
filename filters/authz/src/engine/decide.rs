//! One question to Cedar, and its answer.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use cedar_policy_core::ast::{self, Context, EntityUID, PartialValue};
use cedar_policy_core::entities::{Entities, NoEntitiesSchema, TCComputation};
use cedar_policy_core::extensions::Extensions;

use super::answer::Answer;
use super::graft::graft;
use super::judge::{Asked, Judgement, judge_by};
use super::policies::Policies;
use super::rule::Rule;
use super::schema::{Action, EntityType};
use super::store::Store;
use super::value::{Value, uid};

/// May this principal do that to this resource?
#[derive(Debug)]
pub(crate) struct Question<'a> {
    pub(crate) principal: Entity<'a>,
    pub(crate) action: &'a Action,
    pub(crate) resource: Entity<'a>,
    pub(crate) context: Vec<(&'a str, Value<'a>)>,
}

/// An entity as a request knows it. What the store knows of it is added.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entity<'a> {
    pub(crate) type_name: &'a EntityType,
    pub(crate) id: Cow<'a, str>,
    /// None of them is an attribute that the store knows of it.
    pub(crate) attributes: Vec<(&'a str, Value<'a>)>,
    /// Type and id of parents. What the store knows these to be in, the entity is in as well.
    pub(crate) parents: Vec<(&'a EntityType, Cow<'a, str>)>,
}

/// Ask `policies`, where `store` knows some entities.
pub(crate) fn decide(policies: &Policies, store: &Store, question: Question<'_>) -> Answer {
    let Question { principal, action, resource, context } = question;
    let mut mentions = Vec::new();
    context.iter().for_each(|(_, value)| value.mentions(&mut mentions));
    let resource = principal.or_itself(resource).map(|resource| known(resource, store, &mut mentions));
    let principal = known(principal, store, &mut mentions);
    let facts = Asked {
        principal: Arc::new(principal.uid().clone()),
        action: Arc::clone(&action.0),
        resource: Arc::new(resource.as_ref().map_or(principal.uid(), |resource| resource.uid()).clone()),
        context: Context::Value(Arc::new(context.into_iter().map(named_value).collect())),
    };
    let own = std::iter::once(principal).chain(resource).collect();
    ask(policies, store, &facts, own, mentions).map_or_else(Answer::failed, Answer::from)
}

/// Ask about what the request itself knows: `own` entities, and what they and the context refer to.
pub(super) fn ask<'a>(
    policies: &'a Policies,
    store: &Store,
    asked: &Asked,
    own: Vec<Arc<ast::Entity>>,
    mentions: Vec<EntityUID>,
) -> Option<Judgement<'a>> {
    let own: Vec<_> = own.iter().map(|entity| graft(Arc::clone(entity), &own)).collect();
    let action = store.get(&asked.action).cloned();
    let known = entities(Entities::new(), own.iter().cloned().chain(action))?;
    let rules = policies.in_scope(&asked.principal, &asked.action, &asked.resource, &known);
    let known = reaching(known, &own, &rules, mentions, store)?;
    Some(judge_by(rules, asked, &known))
}

impl<'a> Entity<'a> {
    /// `other`, unless it is this entity by another name. Then nothing that a path says of it counts: who
    /// calls is known by what was verified.
    fn or_itself(&self, other: Self) -> Option<Self> {
        let is_itself = self.type_name == other.type_name && self.id == other.id;
        (!is_itself).then_some(other)
    }
}

/// The entities of the request, and those of the store that `rules` can reach from there.
fn reaching(
    known: Entities,
    own: &[Arc<ast::Entity>],
    rules: &[&Rule],
    mut roots: Vec<EntityUID>,
    store: &Store,
) -> Option<Entities> {
    roots.extend(rules.iter().flat_map(|rule| &rule.literals).cloned());
    if roots.is_empty() {
        return Some(known);
    }
    let present: Vec<EntityUID> = known.iter().map(|entity| entity.uid().clone()).collect();
    let reached = store.reachable(roots, &Vec::from_iter(&present));
    entities(known, reached.into_iter().map(|entity| graft(entity, own)))
}

/// Each comes with all of its ancestors, so that there is no closure left to compute. The ancestors need not
/// be entities: `in` asks only for the ancestors of what stands on its left.
fn entities(first: Entities, more: impl IntoIterator<Item = Arc<ast::Entity>>) -> Option<Entities> {
    let closed = TCComputation::AssumeAlreadyComputed;
    first.add_entities(more, None::<&NoEntitiesSchema>, closed, Extensions::all_available()).ok()
}

/// The entity with all that is known of it, from the request and from the store.
pub(super) fn known(entity: Entity<'_>, store: &Store, mentions: &mut Vec<EntityUID>) -> Arc<ast::Entity> {
    let Entity { type_name, id, attributes, parents } = entity;
    let uid_of_it = uid(type_name, &id);
    let stored = store.get(&uid_of_it);
    if let Some(stored) = stored {
        mentions.push(uid_of_it.clone());
        if attributes.is_empty() && parents.is_empty() {
            return Arc::clone(stored);
        }
    }
    attributes.iter().for_each(|(_, value)| value.mentions(mentions));
    let attributes = attributes.into_iter().map(named_value);
    let attributes = attributes.map(|(name, value)| (name, PartialValue::Value(value)));
    let parents: HashSet<_> = parents.into_iter().map(|(type_name, id)| uid(type_name, &id)).collect();
    let above = parents.iter().chain(stored.iter().flat_map(|stored| stored.ancestors()));
    let above = above.flat_map(|one| std::iter::once(one).chain(ancestors(one, store)));
    let above: HashSet<_> = above.filter(|one| !parents.contains(*one)).cloned().collect();
    let inherited = stored.into_iter().flat_map(|stored| stored.attrs());
    let inherited = inherited.map(|(name, value)| (name.clone(), value.clone()));
    let tags = stored.into_iter().flat_map(|stored| stored.tags());
    let tags: Vec<_> = tags.map(|(name, value)| (name.clone(), value.clone())).collect();
    let attributes: Vec<_> = inherited.chain(attributes).collect();
    Arc::new(ast::Entity::new_with_attr_partial_value(uid_of_it, attributes, above, parents, tags))
}

fn ancestors<'a>(uid: &EntityUID, store: &'a Store) -> impl Iterator<Item = &'a EntityUID> {
    store.get(uid).into_iter().flat_map(|entity| entity.ancestors())
}

/// The name becomes whatever type of string Cedar wants it to be.
fn named_value<Name: for<'n> From<&'n str>>((name, value): (&str, Value<'_>)) -> (Name, ast::Value) {
    (Name::from(name), value.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Outcome, Schema, StoreDraft};
    use serde_json::json;

    const SCHEMA: &str = r#"
        entity Group in [Group];
        entity User in [Group] = { boss?: User, level?: Long };
        entity Folder in [Folder, User];
        entity Doc in [Folder, User] = { owner?: User, level?: Long };
        action view;
        action read in [view] appliesTo { principal: User, resource: [Doc, User], context: { on: User } };
    "#;

    /// Whether `zoe`, in group `staff` by a claim, may read `resource` by the one policy.
    fn permits(
        condition: &str,
        resource: (&str, &str),
        attributes: &[(&'static str, Value<'static>)],
    ) -> bool {
        let schema = Schema::parse(SCHEMA).unwrap();
        let mut draft = StoreDraft::default();
        let entity = |of: &str, id: &str, attrs: serde_json::Value, parents: &[(&str, &str)]| {
            let parents: Vec<_> = parents.iter().map(|(of, id)| json!({ "type": of, "id": id })).collect();
            json!({ "uid": { "type": of, "id": id }, "attrs": attrs, "parents": parents })
        };
        let user = |id: &str| json!({ "type": "User", "id": id });
        for json in [
            entity("Group", "staff", json!({}), &[("Group", "people")]),
            entity("Group", "people", json!({}), &[("Group", "all")]),
            entity("User", "zoe", json!({ "boss": user("ann") }), &[("Group", "eu")]),
            entity("User", "ann", json!({ "boss": user("eve"), "level": 1 }), &[]),
            entity("User", "eve", json!({ "level": 7 }), &[("Group", "board")]),
            entity("Folder", "hers", json!({}), &[("User", "zoe")]),
            entity("Doc", "a", json!({ "owner": user("zoe") }), &[("Folder", "hers")]),
        ] {
            draft.read(json, &schema).unwrap();
        }
        let store = draft.close(&schema).unwrap();
        let text = format!("permit (principal, action, resource) when {{ {condition} }};");
        let policies = Policies::parse(&text, &schema).unwrap();
        let entity_type = |name| schema.entity_type(name).unwrap();
        let (user, group, of) = (entity_type("User"), entity_type("Group"), entity_type(resource.0));
        let question = Question {
            principal: Entity {
                type_name: &user,
                id: "zoe".into(),
                attributes: attributes.to_vec(),
                parents: vec![(&group, "staff".into())],
            },
            action: &schema.actions("read").remove(0),
            resource: Entity {
                type_name: &of,
                id: resource.1.into(),
                attributes: Vec::new(),
                parents: Vec::new(),
            },
            context: vec![("on", Value::Entity(&user, "ann".into()))],
        };
        let answer = decide(&policies, &store, question);
        assert_ne!(answer.ruling.outcome, Outcome::Failed, "{condition}");
        answer.ruling.outcome == Outcome::Permitted
    }

    #[test]
    fn a_request_reaches_what_it_could_with_all_entities_at_hand() {
        for condition in [
            r#"principal in Group::"staff" && principal in Group::"all""#,
            r#"principal in Group::"eu""#,
            r#"principal has boss && principal.boss has boss && principal.boss.boss in Group::"board""#,
            r#"context.on has level && context.on.level == 1"#,
            r#"User::"eve" has level && User::"eve".level == 7"#,
            r#"Action::"read" in Action::"view" && action in Action::"view""#,
            r#"resource in Folder::"hers" && resource in principal"#,
            r#"resource in Group::"staff" && resource in Group::"all" && resource in Group::"eu""#,
            r#"Folder::"hers" in Group::"all""#,
            r#"resource is Doc && resource has owner && resource.owner == principal"#,
        ] {
            assert!(permits(condition, ("Doc", "a"), &[]), "{condition}");
        }
        for condition in [
            r#"principal in Group::"board""#,
            r#"User::"ann" in Group::"eu""#,
            r#"resource in Group::"board""#,
            r#"principal has level"#,
        ] {
            assert!(!permits(condition, ("Doc", "a"), &[]), "{condition}");
        }
    }

    #[test]
    fn what_a_request_says_of_an_entity_is_added_to_what_is_stored() {
        let level = [("level", Value::Long(3))];
        let both = "principal has boss && principal has level && principal.level == 3";
        assert!(permits(both, ("Doc", "b"), &level));
        assert!(permits("principal == resource && resource has level", ("User", "zoe"), &level));
        assert!(permits("resource in Group::\"staff\"", ("User", "zoe"), &[]));
    }
}
