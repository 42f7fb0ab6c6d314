//! Entities that are known before any request: those of the configuration, and the schema's actions.
//!
//! A request brings a principal and a resource of its own, and Cedar wants all entities in one map. To copy
//! that map for every request would make each as dear as the entities are many; so a request gets only those
//! that it can reach. An expression has no other entities than those of the request, those that it names,
//! and what their attributes refer to; what an entity is in, it says itself.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cedar_policy_core::ast::{self, Entity, EntityUID, Literal, PartialValue, Value, ValueKind};
use cedar_policy_core::entities::{EntityJsonParser, Schema as _, TCComputation};
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::transitive_closure::compute_tc;
use serde_json::Value as Json;

use super::schema::{EntityType, Schema};
use super::value::uid;

/// What a configured entity may be in, directly or not: more than any directory nests, and a few megabytes for the
/// ten thousand entities that a bundle may have.
pub const MAX_ANCESTORS: usize = 256;

/// Entities with all of their ancestors.
#[derive(Debug, Default)]
pub(crate) struct Store {
    entities: HashMap<EntityUID, Known>,
    /// The types of all that they are, are in, or refer to: as many as the schema has, at most.
    types: Vec<ast::EntityType>,
}

/// An entity, and the entities that its attributes and tags refer to.
#[derive(Debug)]
struct Known {
    entity: Arc<Entity>,
    mentions: Vec<EntityUID>,
}

/// Entities that are being read, one after the other.
#[derive(Debug, Default)]
pub(crate) struct StoreDraft(HashMap<EntityUID, Arc<Entity>>);

impl StoreDraft {
    /// Read an entity in Cedar's JSON format, and judge it by the schema.
    ///
    /// # Errors
    /// With a message that names the entity, when it has a uid.
    pub(crate) fn read(&mut self, json: Json, schema: &Schema) -> Result<(), String> {
        check_members(&json)?;
        let core = schema.core();
        let closed_later = TCComputation::AssumeAlreadyComputed;
        let parser = EntityJsonParser::new(Some(&core), Extensions::all_available(), closed_later);
        let entity = parser.single_from_json_value(json).map_err(|error| told(&error))?;
        let uid = entity.uid().clone();
        match self.0.insert(uid.clone(), Arc::new(entity)) {
            None => Ok(()),
            Some(_) => Err(format!("`{uid}` is there twice")),
        }
    }

    /// All of them, each with its ancestors, and the actions of the schema.
    ///
    /// # Errors
    /// When an entity is in itself.
    pub(crate) fn close(mut self, schema: &Schema) -> Result<Store, String> {
        self.check_ancestors()?;
        compute_tc(&mut self.0, true).map_err(|error| error.to_string())?;
        let actions = schema.core().action_entities();
        let actions = actions.map(|action| (action.uid().clone(), action));
        let entities = self.0.into_iter().chain(actions).map(|(uid, entity)| (uid, Known::new(entity)));
        Ok(Store::with(entities.collect()))
    }
}

/// The members of an entity in Cedar's JSON format.
const MEMBERS: [&str; 4] = ["uid", "attrs", "parents", "tags"];

/// Cedar passes over members that it does not know: misspelt tags would be none.
fn check_members(json: &Json) -> Result<(), String> {
    let mut names = json.as_object().into_iter().flat_map(|members| members.keys());
    match names.find(|name| !MEMBERS.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(format!("unknown field `{name}`, expected one of {}", MEMBERS.join(", "))),
    }
}

impl StoreDraft {
    /// Every entity is told of all that it is in, so a long chain of thousands would take all memory.
    fn check_ancestors(&self) -> Result<(), String> {
        for (uid, entity) in &self.0 {
            let mut above: HashSet<&EntityUID> = HashSet::new();
            let mut next: Vec<&EntityUID> = entity.parents().collect();
            while let Some(parent) = next.pop() {
                if above.insert(parent) {
                    next.extend(self.0.get(parent).into_iter().flat_map(|entity| entity.parents()));
                }
                if above.len() > MAX_ANCESTORS {
                    return Err(format!("`{uid}` is in more than {MAX_ANCESTORS} others"));
                }
            }
        }
        Ok(())
    }
}

/// An error and what lies behind it: Cedar puts the point of it into the source.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}

impl Store {
    fn with(entities: HashMap<EntityUID, Known>) -> Self {
        let mut types = Vec::new();
        for (uid, Known { entity, mentions }) in &entities {
            for one in std::iter::once(uid).chain(entity.ancestors()).chain(mentions) {
                if !types.contains(one.entity_type()) {
                    types.push(one.entity_type().clone());
                }
            }
        }
        Self { entities, types }
    }

    /// Whether any entity is of this type, is in one of it, or refers to one of it.
    pub(super) fn speaks_of(&self, type_name: &EntityType) -> bool {
        self.types.contains(&type_name.0)
    }

    /// Whether there is an entity of this type and id.
    pub(crate) fn contains(&self, type_name: &EntityType, id: &str) -> bool {
        self.entities.contains_key(&uid(type_name, id))
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.entities.len()
    }

    /// The names of the attributes that some entity of this type has.
    pub(crate) fn attributes_of(&self, type_name: &EntityType) -> HashSet<String> {
        let of_type =
            self.entities.values().filter(|known| *known.entity.uid().entity_type() == type_name.0);
        of_type.flat_map(|known| known.entity.keys().map(ToString::to_string)).collect()
    }

    pub(super) fn get(&self, uid: &EntityUID) -> Option<&Arc<Entity>> {
        self.entities.get(uid).map(|known| &known.entity)
    }

    /// Everything that can be reached from `roots`, except for `present`.
    pub(super) fn reachable(&self, mut roots: Vec<EntityUID>, present: &[&EntityUID]) -> Vec<Arc<Entity>> {
        let (mut seen, mut found) = (HashSet::new(), Vec::new());
        while let Some(root) = roots.pop() {
            let Some((uid, known)) = self.entities.get_key_value(&root) else { continue };
            if seen.insert(uid) {
                roots.extend(known.mentions.iter().cloned());
                found.extend((!present.contains(&uid)).then(|| Arc::clone(&known.entity)));
            }
        }
        found
    }
}

#[cfg(test)]
impl Store {
    /// What is closed already.
    pub(super) fn of(entities: &cedar_policy_core::entities::Entities) -> Self {
        let known = |entity: &Entity| (entity.uid().clone(), Known::new(Arc::new(entity.clone())));
        Self::with(entities.iter().map(known).collect())
    }
}

impl Known {
    fn new(entity: Arc<Entity>) -> Self {
        let mut mentions = Vec::new();
        let values = entity.attrs().chain(entity.tags()).map(|(_, value)| value);
        values.for_each(|value| match value {
            PartialValue::Value(value) => mention(value, &mut mentions),
            PartialValue::Residual(_) => {}
        });
        Self { entity, mentions }
    }
}

/// The entities that `value` refers to, at any depth.
pub(super) fn mention(value: &Value, into: &mut Vec<EntityUID>) {
    match value.value_kind() {
        ValueKind::Lit(Literal::EntityUID(uid)) => into.push(EntityUID::clone(uid)),
        ValueKind::Lit(Literal::Bool(_) | Literal::Long(_) | Literal::String(_))
        | ValueKind::ExtensionValue(_) => {}
        ValueKind::Set(set) => set.iter().for_each(|element| mention(element, into)),
        ValueKind::Record(record) => record.values().for_each(|member| mention(member, into)),
    }
}
