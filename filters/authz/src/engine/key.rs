//! A question as bytes, such that two questions have the same bytes only if they have the same answer: exactly if they
//! are the same, but for the id of a resource that the policies do not tell from others of its type.
//!
//! Every text goes with its length, every name with its end, every list with its count, every value with its type.
//! Action and rules are not among it: the caller adds what stands for the action.

use std::io::Write;

use super::decide::{Entity, Question};
use super::policies::Policies;
use super::schema::EntityType;
use super::store::Store;
use super::value::Value;

impl Question<'_> {
    /// Append the question to `out`, as `policies` and `store` see it.
    pub(crate) fn write(&self, policies: &Policies, store: &Store, out: &mut Vec<u8>) {
        let Self { principal, action: _, resource, context } = self;
        entity(principal, out);
        let is_told_apart = self.is_resource_told_apart(policies, store);
        out.push(u8::from(is_told_apart));
        match is_told_apart {
            true => entity(resource, out),
            false => name(resource.type_name, out),
        }
        members(context, out);
    }

    /// Most policies ask who somebody is, and not which order it is about. A resource of the principal's type could be
    /// the principal itself.
    fn is_resource_told_apart(&self, policies: &Policies, store: &Store) -> bool {
        let Entity { type_name, id, attributes, parents } = &self.resource;
        let says_more = !attributes.is_empty() || !parents.is_empty();
        says_more || *type_name == self.principal.type_name || policies.tell_apart(type_name, id, store)
    }
}

fn entity(entity: &Entity<'_>, out: &mut Vec<u8>) {
    let Entity { type_name, id, attributes, parents } = entity;
    name(type_name, out);
    text(id, out);
    members(attributes, out);
    number(parents.len(), out);
    for (type_name, id) in parents {
        name(type_name, out);
        text(id, out);
    }
}

fn members(members: &[(&str, Value<'_>)], out: &mut Vec<u8>) {
    number(members.len(), out);
    for (name, member) in members {
        text(name, out);
        value(member, out);
    }
}

fn value(one: &Value<'_>, out: &mut Vec<u8>) {
    match one {
        Value::String(string) => {
            out.push(0);
            text(string, out);
        }
        Value::Long(long) => {
            out.push(1);
            out.extend_from_slice(&long.to_be_bytes());
        }
        Value::Bool(truth) => out.extend_from_slice(&[2, u8::from(*truth)]),
        Value::Set(elements) => {
            out.push(3);
            number(elements.len(), out);
            elements.iter().for_each(|element| value(element, out));
        }
        Value::Record(record) => {
            out.push(4);
            members(record, out);
        }
        Value::Entity(type_name, id) => {
            out.push(5);
            name(type_name, out);
            text(id, out);
        }
        Value::Extension(extension) => {
            out.extend_from_slice(&[6, extension.kind() as u8]);
            text(extension.text(), out);
        }
    }
}

/// Names of types are made of identifiers: none of them holds the NUL that ends it here. So it can be written where it
/// is to stand before it is known how long it is.
fn name(type_name: &EntityType, out: &mut Vec<u8>) {
    // Memory takes whatever is written to it.
    drop(write!(out, "{type_name}"));
    out.push(0);
}

fn text(text: &str, out: &mut Vec<u8>) {
    number(text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

fn number(number: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&number.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Answer, Schema, StoreDraft, decide};
    use serde_json::json;
    use std::borrow::Cow;
    use std::collections::HashMap;

    const SCHEMA: &str = r#"
        entity Group;
        entity Folder in [Group];
        entity User in [Group] = { level: Long, likes?: Doc };
        entity Doc in [Folder, Group] = { level?: Long };
        action read appliesTo { principal: User, resource: [Doc, User], context: { of?: Doc } };
    "#;

    /// Policies, and whether they tell the document `8` from `9`, and from `7`, of which the store knows something.
    const POLICIES: [(&str, bool, bool); 10] = [
        ("permit (principal, action, resource);", false, true),
        ("permit (principal, action, resource is Doc) when { principal.level > 1 };", false, true),
        ("permit (principal == User::\"8\", action, resource);", false, true),
        ("permit (principal, action, resource == Doc::\"8\");", true, true),
        ("permit (principal, action, resource in Folder::\"f\");", false, true),
        ("permit (principal, action, resource in Doc::\"9\");", true, true),
        ("permit (principal, action, resource) when { resource == Doc::\"8\" };", true, true),
        (
            "permit (principal, action, resource) when { principal has likes && principal.likes.level == 7 };",
            false,
            true,
        ),
        (
            "permit (principal, action, resource) when { context has of && context.of in Group::\"g\" };",
            false,
            true,
        ),
        ("permit (principal, action, resource) when { Doc::\"8\" has level };", false, true),
    ];

    struct World {
        schema: Schema,
        store: Store,
    }

    impl World {
        fn new() -> Self {
            let schema = Schema::parse(SCHEMA).unwrap();
            let mut draft = StoreDraft::default();
            for (of, id, attributes, parent) in [
                ("Doc", "7", json!({ "level": 7 }), json!([{ "type": "Folder", "id": "f" }])),
                ("Folder", "f", json!({}), json!([{ "type": "Group", "id": "g" }])),
            ] {
                let uid = json!({ "type": of, "id": id });
                draft.read(json!({ "uid": uid, "attrs": attributes, "parents": parent }), &schema).unwrap();
            }
            let store = draft.close(&schema).unwrap();
            Self { schema, store }
        }

        /// The key of a question about a resource, and what it comes to.
        fn ask(
            &self,
            policies: &Policies,
            level: i64,
            resource: (&str, &str),
            of: Option<&str>,
        ) -> (Vec<u8>, Answer) {
            let entity_type = |name| self.schema.entity_type(name).unwrap();
            let (user, doc, resource_type) =
                (entity_type("User"), entity_type("Doc"), entity_type(resource.0));
            let liked = Value::Entity(&doc, Cow::Borrowed("8"));
            let question = Question {
                principal: Entity {
                    type_name: &user,
                    id: "8".into(),
                    attributes: vec![("level", Value::Long(level)), ("likes", liked)],
                    parents: Vec::new(),
                },
                action: &self.schema.actions("read").remove(0),
                resource: Entity {
                    type_name: &resource_type,
                    id: resource.1.into(),
                    attributes: Vec::new(),
                    parents: Vec::new(),
                },
                context: of.map(|of| ("of", Value::Entity(&doc, of.into()))).into_iter().collect(),
            };
            let mut key = Vec::new();
            question.write(policies, &self.store, &mut key);
            (key, decide(policies, &self.store, question))
        }
    }

    #[test]
    fn questions_of_one_key_have_one_answer() {
        let world = World::new();
        for (text, _, _) in POLICIES {
            let policies = Policies::parse(text, &world.schema).unwrap();
            let mut answers = HashMap::new();
            for level in [1, 2] {
                for resource in ["7", "8", "9", "10"].into_iter().flat_map(|id| [("Doc", id), ("User", id)])
                {
                    for of in [None, Some("7"), Some("8"), Some("9")] {
                        let (key, answer) = world.ask(&policies, level, resource, of);
                        let known = answers.entry(key).or_insert_with(|| answer.clone());
                        assert_eq!(*known, answer, "{text} {level} {resource:?} {of:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_resource_is_part_of_the_key_where_policies_or_entities_tell_it_from_others() {
        let world = World::new();
        for (text, from_one_like_it, from_a_known_one) in POLICIES {
            let policies = Policies::parse(text, &world.schema).unwrap();
            let key = |resource| world.ask(&policies, 1, resource, None).0;
            assert_eq!(key(("Doc", "8")) != key(("Doc", "9")), from_one_like_it, "{text}");
            assert_eq!(key(("Doc", "8")) != key(("Doc", "7")), from_a_known_one, "{text}");
            assert_ne!(key(("User", "8")), key(("User", "9")), "{text}");
            assert_ne!(key(("User", "8")), key(("Doc", "8")), "{text}");
        }
    }
}
