//! What a route's request is about.

use contract::{ResourceTemplate, RouteMatch};

use crate::engine::{Entity, EntityType, Member, Schema, Shape, Store, Value};
use crate::facts::{check_text, from_text};
use crate::filled::Filled;
use crate::principal::is_dear;
use crate::reason::{Denial, Reason};

/// The resource of one route, checked against the schema.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) type_name: EntityType,
    id: Filled,
    attributes: Vec<Attribute>,
    parents: Vec<(EntityType, Filled)>,
    /// Whether the schema promises attributes that only the configured entities have.
    must_be_known: bool,
}

#[derive(Debug)]
struct Attribute {
    name: String,
    text: Filled,
    shape: Shape,
    seen: bool,
}

/// What is wrong with the description of a resource: the field, and how.
pub(crate) type Wrong = (String, String);

/// What a resource is checked against.
#[derive(Clone, Copy)]
pub(crate) struct Against<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) store: &'a Store,
    pub(crate) seen: &'a dyn Fn(&str) -> bool,
    /// The parameters of the route's path.
    pub(crate) parameters: &'a [String],
}

impl Resource {
    /// Check a route's `resource`, whose type is `type_name`.
    ///
    /// # Errors
    /// With the field below `resource`, and a message.
    pub(crate) fn new(
        raw: &ResourceTemplate,
        type_name: EntityType,
        with: Against<'_>,
    ) -> Result<Self, Wrong> {
        let ResourceTemplate { type_name: _, id, attributes, parents } = raw;
        let id = with.id(".id", &type_name, id)?;
        let declared = with.schema.attributes(&type_name);
        let stored = with.store.attributes_of(&type_name);
        let attributes = attributes.iter().map(|(name, text)| {
            let field = format!(".attributes.{name}");
            if stored.contains(name) {
                let message =
                    format!("an entity of type `{type_name}` in `entities` has this attribute already");
                return Err((field, message));
            }
            with.attribute(field, name, text, &declared)
        });
        let attributes = attributes.collect::<Result<Vec<_>, _>>()?;
        let parents = parents.iter().enumerate().map(|(index, parent)| {
            let field = format!(".parents[{index}]");
            with.parent(&field, &type_name, &parent.type_name, &parent.id)
        });
        let parents = parents.collect::<Result<_, _>>()?;
        let unfilled = declared
            .iter()
            .find(|one| one.required && attributes.iter().all(|filled| filled.name != one.name));
        if let Some(unfilled) = unfilled {
            with.check_known(&type_name, &id, &unfilled.name, stored.contains(&unfilled.name))?;
        }
        Ok(Self { must_be_known: unfilled.is_some(), type_name, id, attributes, parents })
    }

    /// The resource of one request.
    pub(crate) fn entity<'a>(
        &'a self,
        route: &'a RouteMatch<'_>,
        store: &Store,
    ) -> Result<Entity<'a>, Denial> {
        let id = self.id.fill(route)?;
        if self.must_be_known && !store.contains(&self.type_name, &id) {
            return Err(Reason::ResourceUnknown.because(id));
        }
        let parents = self.parents.iter().map(|(type_name, id)| Ok((type_name, id.fill(route)?)));
        Ok(Entity {
            type_name: &self.type_name,
            id,
            attributes: self.attributes(route)?,
            parents: parents.collect::<Result<_, Denial>>()?,
        })
    }

    fn attributes<'a>(&'a self, route: &'a RouteMatch<'_>) -> Result<Vec<(&'a str, Value<'a>)>, Denial> {
        let mut made = Vec::with_capacity(self.attributes.len());
        for Attribute { name, text, shape, seen } in &self.attributes {
            if *seen || !is_dear(shape) {
                let value = from_text(shape, text.fill(route)?);
                let value = value.ok_or_else(|| Reason::ResourceType.because(name))?;
                made.extend(seen.then_some((name.as_str(), value)));
            }
        }
        Ok(made)
    }
}

impl Against<'_> {
    fn filled(&self, field: &str, text: &str) -> Result<Filled, Wrong> {
        Filled::parse(text, self.parameters).map_err(|message| (field.to_owned(), message))
    }

    fn attribute(
        &self,
        field: String,
        name: &str,
        text: &str,
        declared: &[Member],
    ) -> Result<Attribute, Wrong> {
        let Some(member) = declared.iter().find(|member| member.name == name) else {
            return Err((field, "the schema's resource has no such attribute".into()));
        };
        check_text(&member.shape, self.schema).map_err(|message| (field.clone(), message))?;
        let (text, shape, seen) = (self.filled(&field, text)?, member.shape.clone(), (self.seen)(name));
        Ok(Attribute { name: name.into(), text, shape, seen })
    }

    fn parent(
        &self,
        field: &str,
        child: &EntityType,
        type_name: &str,
        id: &str,
    ) -> Result<(EntityType, Filled), Wrong> {
        let parent = parent_type(self.schema, child, type_name)
            .map_err(|message| (format!("{field}.type"), message))?;
        let id = self.id(&format!("{field}.id"), &parent, id)?;
        Ok((parent, id))
    }

    /// The id of an entity of type `of`.
    fn id(&self, field: &str, of: &EntityType, text: &str) -> Result<Filled, Wrong> {
        let id = self.filled(field, text)?;
        let checked = match self.schema.ids(of) {
            Some(ids) => check_enumeration(of, &id, &ids),
            None => self.check_empty(of, &id),
        };
        checked.map(|()| id).map_err(|message| (field.to_owned(), message))
    }

    /// An id that somebody forgot to write is as empty as one that is: what is known by it must say so.
    fn check_empty(&self, of: &EntityType, id: &Filled) -> Result<(), String> {
        if id.fixed() == Some("") && !self.store.contains(of, "") {
            return Err(format!("the id is empty, and `entities` has no `{of}` without a name"));
        }
        Ok(())
    }

    /// An attribute that the schema requires and the route does not give must come from an entity.
    fn check_known(
        &self,
        type_name: &EntityType,
        id: &Filled,
        attribute: &str,
        is_stored: bool,
    ) -> Result<(), Wrong> {
        let requires = format!("`{type_name}` requires the attribute `{attribute}`");
        if !is_stored {
            let message =
                format!("{requires}, which neither `attributes` here nor any entity in `entities` gives");
            return Err((".type".into(), message));
        }
        match id.fixed() {
            Some(fixed) if !self.store.contains(type_name, fixed) => Err((
                ".id".into(),
                format!("{requires}, and `entities` has no `{type_name}` called `{fixed}`"),
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// The validator has judged the policies in the belief that no other ids exist.
fn check_enumeration(of: &EntityType, id: &Filled, ids: &[String]) -> Result<(), String> {
    if id.fixed().is_some_and(|fixed| ids.iter().any(|one| one == fixed)) {
        return Ok(());
    }
    Err(format!("the schema limits the ids of `{of}` to {}", ids.join(", ")))
}

/// The type of a parent, which the schema must allow.
///
/// # Errors
/// With a message.
pub(crate) fn parent_type(schema: &Schema, child: &EntityType, name: &str) -> Result<EntityType, String> {
    let found =
        schema.entity_type(name).ok_or_else(|| format!("the schema has no entity type `{name}`"))?;
    if schema.is_child_of(child, &found) {
        Ok(found)
    } else {
        Err(format!("the schema does not say `entity {child} in [{found}]`"))
    }
}
