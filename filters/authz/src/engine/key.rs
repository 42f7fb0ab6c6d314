//! A question as bytes, such that two questions have the same bytes only if they have the same answer: exactly if they
//! are the same, but for the id of a principal or a resource that the policies do not tell from others of its type.
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
        entity(principal, self.is_principal_told_apart(policies, store), out);
        entity(resource, self.is_resource_told_apart(policies, store), out);
        members(context, out);
    }

    /// Most policies ask what somebody is, and not who: of many users with the same attributes, in the same groups, the
    /// first is asked about. One of whom the question speaks elsewhere as well, such as the owner of an order, is
    /// somebody, and so is who calls where others of the same type are called upon.
    fn is_principal_told_apart(&self, policies: &Policies, store: &Store) -> bool {
        let Self { principal, action: _, resource, context } = self;
        let Entity { type_name, id, .. } = principal;
        let is_spoken_of = || {
            let mut values = context.iter().chain(&principal.attributes).chain(&resource.attributes);
            let mut parents = principal.parents.iter().chain(&resource.parents);
            values.any(|(_, value)| value.speaks_of(type_name, id))
                || parents.any(|(of, parent)| of == type_name && parent == id)
        };
        *type_name == resource.type_name
            || is_spoken_of()
            || policies.tell_principal_apart(type_name, id, store)
    }

    /// Most policies ask who somebody is, and not which order it is about. A resource of the principal's type could be
    /// the principal itself.
    fn is_resource_told_apart(&self, policies: &Policies, store: &Store) -> bool {
        let Entity { type_name, id, attributes, parents } = &self.resource;
        let says_more = !attributes.is_empty() || !parents.is_empty();
        says_more || *type_name == self.principal.type_name || policies.tell_apart(type_name, id, store)
    }
}

fn entity(entity: &Entity<'_>, is_told_apart: bool, out: &mut Vec<u8>) {
    let Entity { type_name, id, attributes, parents } = entity;
    name(type_name, out);
    out.push(u8::from(is_told_apart));
    if is_told_apart {
        text(id, out);
    }
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
    use std::collections::HashMap;

    const SCHEMA: &str = r#"
        entity Group;
        entity Folder in [Group];
        entity User in [Group, User] = { level: Long, likes?: Doc, boss?: User };
        entity Doc in [Folder, Group] = { level?: Long, owner?: User };
        action read appliesTo { principal: User, resource: [Doc, User], context: { of?: Doc, by?: User } };
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
            "permit (principal, action, resource) when { principal has likes && principal.likes has level && principal.likes.level == 7 };",
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

    /// Policies, and whether they tell the user `8` from `9`, and `9` from `10`.
    const POLICIES_ON_USERS: [(&str, bool, bool); 12] = [
        ("permit (principal, action, resource);", false, false),
        ("permit (principal, action, resource) when { principal.level > 1 };", false, false),
        ("permit (principal is User in Group::\"g\", action, resource);", false, false),
        ("permit (principal == User::\"8\", action, resource);", true, false),
        ("permit (principal in User::\"9\", action, resource);", true, false),
        ("permit (principal, action, resource) unless { principal == User::\"8\" };", true, true),
        ("permit (principal, action, resource == User::\"8\");", true, false),
        (
            "permit (principal, action, resource) when { context has by && context.by == principal };",
            false,
            false,
        ),
        (
            "permit (principal, action, resource) when { context has by && principal in context.by };",
            false,
            false,
        ),
        (
            "permit (principal, action, resource) when { context has by && context.by.level > 1 };",
            false,
            false,
        ),
        (
            "permit (principal, action, resource) when { principal has boss && principal.boss has level };",
            false,
            false,
        ),
        (
            "permit (principal, action, resource is Doc) when { resource has owner && resource.owner == principal };",
            false,
            false,
        ),
    ];

    struct World {
        schema: Schema,
        store: Store,
    }

    /// Who asks about what, and of whom they speak beside that.
    #[derive(Debug, Clone, Copy)]
    struct Case<'a> {
        user: &'a str,
        level: i64,
        parent: Option<(&'a str, &'a str)>,
        boss: Option<&'a str>,
        resource: (&'a str, &'a str),
        owner: Option<&'a str>,
        of: Option<&'a str>,
        by: Option<&'a str>,
    }

    const CASE: Case<'_> = Case {
        user: "8",
        level: 1,
        parent: None,
        boss: None,
        resource: ("Doc", "8"),
        owner: None,
        of: None,
        by: None,
    };

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

        fn policies(&self, text: &str) -> Policies {
            Policies::parse(text, &self.schema).unwrap()
        }

        /// The key of a question, and what it comes to.
        fn ask(&self, policies: &Policies, case: Case<'_>) -> (Vec<u8>, Answer) {
            let entity_type = |name| self.schema.entity_type(name).unwrap();
            let (user, doc) = (entity_type("User"), entity_type("Doc"));
            let (parent_type, resource_type) =
                (entity_type(case.parent.map_or("Group", |parent| parent.0)), entity_type(case.resource.0));
            let question = Question {
                principal: Entity {
                    type_name: &user,
                    id: case.user.into(),
                    attributes: [("level", Value::Long(case.level))]
                        .into_iter()
                        .chain([("likes", Value::Entity(&doc, "8".into()))])
                        .chain(case.boss.map(|id| ("boss", Value::Entity(&user, id.into()))))
                        .collect(),
                    parents: case.parent.map(|(_, id)| (&parent_type, id.into())).into_iter().collect(),
                },
                action: &self.schema.actions("read").remove(0),
                resource: Entity {
                    type_name: &resource_type,
                    id: case.resource.1.into(),
                    attributes: case
                        .owner
                        .map(|id| ("owner", Value::Entity(&user, id.into())))
                        .into_iter()
                        .collect(),
                    parents: Vec::new(),
                },
                context: case
                    .of
                    .map(|id| ("of", Value::Entity(&doc, id.into())))
                    .into_iter()
                    .chain(case.by.map(|id| ("by", Value::Entity(&user, id.into()))))
                    .collect(),
            };
            let mut key = Vec::new();
            question.write(policies, &self.store, &mut key);
            (key, decide(policies, &self.store, question))
        }

        /// That of all `cases` those with the same key have the same answer.
        fn check<'a>(&self, text: &str, cases: impl Iterator<Item = Case<'a>>) {
            let policies = self.policies(text);
            let mut answers = HashMap::new();
            for case in cases {
                let (key, answer) = self.ask(&policies, case);
                let known = answers.entry(key).or_insert_with(|| answer.clone());
                assert_eq!(*known, answer, "{text} {case:?}");
            }
        }
    }

    /// Every way to change `case` by one of `values`.
    fn each<'a, V: Copy>(
        cases: Vec<Case<'a>>,
        values: &[V],
        change: impl Fn(&mut Case<'a>, V),
    ) -> Vec<Case<'a>> {
        let changed = |case: &Case<'a>, value| {
            let mut case = *case;
            change(&mut case, value);
            case
        };
        cases
            .iter()
            .flat_map(|case| values.iter().map(move |value| (case, *value)))
            .map(|(case, value)| changed(case, value))
            .collect()
    }

    #[test]
    fn questions_of_one_key_have_one_answer() {
        let world = World::new();
        let resources: Vec<_> =
            ["7", "8", "9", "10"].into_iter().flat_map(|id| [("Doc", id), ("User", id)]).collect();
        let cases = each(vec![CASE], &[1, 2], |case, level| case.level = level);
        let cases = each(cases, &resources, |case, resource| case.resource = resource);
        let cases = each(cases, &[None, Some("7"), Some("8"), Some("9")], |case, of| case.of = of);
        for (text, _, _) in POLICIES {
            world.check(text, cases.iter().copied());
        }
    }

    #[test]
    fn questions_of_several_users_with_one_key_have_one_answer() {
        let world = World::new();
        let users = [None, Some("8"), Some("9")];
        let cases = each(vec![CASE], &["8", "9", "10", "11"], |case, user| case.user = user);
        let cases = each(cases, &[("Doc", "8"), ("User", "8"), ("User", "9")], |case, resource| {
            case.resource = resource;
        });
        let parents = [None, Some(("Group", "g")), Some(("User", "8")), Some(("User", "9"))];
        let cases = each(cases, &parents, |case, parent| case.parent = parent);
        let cases = each(cases, &users, |case, boss| case.boss = boss);
        let cases = each(cases, &users, |case, by| case.by = by);
        let mut cases = each(cases, &users, |case, owner| case.owner = owner);
        // What the request says of a user is no attribute of one.
        cases.retain(|case| case.resource.0 == "Doc" || case.owner.is_none());
        for (text, _, _) in POLICIES_ON_USERS {
            world.check(text, cases.iter().copied());
        }
    }

    #[test]
    fn a_resource_is_part_of_the_key_where_policies_or_entities_tell_it_from_others() {
        let world = World::new();
        for (text, from_one_like_it, from_a_known_one) in POLICIES {
            let policies = world.policies(text);
            let key = |resource| world.ask(&policies, Case { resource, ..CASE }).0;
            assert_eq!(key(("Doc", "8")) != key(("Doc", "9")), from_one_like_it, "{text}");
            assert_eq!(key(("Doc", "8")) != key(("Doc", "7")), from_a_known_one, "{text}");
            assert_ne!(key(("User", "8")), key(("User", "9")), "{text}");
            assert_ne!(key(("User", "8")), key(("Doc", "8")), "{text}");
        }
    }

    #[test]
    fn a_principal_is_part_of_the_key_where_policies_or_the_question_tell_it_from_others() {
        let world = World::new();
        for (text, from_one_like_it, from_another) in POLICIES_ON_USERS {
            let policies = world.policies(text);
            let key = |case| world.ask(&policies, case).0;
            let of = |user| key(Case { user, ..CASE });
            assert_eq!(of("8") != of("9"), from_one_like_it, "{text}");
            assert_eq!(of("11") != of("10"), from_another, "{text}");
            let user = |user| Case { user, ..CASE };
            for spoken_of in [
                |case| Case { by: Some("8"), ..case },
                |case| Case { owner: Some("8"), ..case },
                |case| Case { boss: Some("8"), ..case },
                |case| Case { parent: Some(("User", "8")), ..case },
                |case| Case { resource: ("User", "11"), ..case },
            ] {
                assert_ne!(key(spoken_of(user("8"))), key(spoken_of(user("9"))), "{text}");
            }
        }
    }

    #[test]
    fn a_principal_of_whose_type_the_store_speaks_is_part_of_the_key() {
        let world = World::new();
        let mut draft = StoreDraft::default();
        let owned = json!({ "owner": { "__entity": { "type": "User", "id": "8" } } });
        let owned = json!({ "uid": { "type": "Doc", "id": "1" }, "attrs": owned, "parents": [] });
        draft.read(owned, &world.schema).unwrap();
        let store = draft.close(&world.schema).unwrap();
        let speaking = World { store, schema: Schema::parse(SCHEMA).unwrap() };
        let key = |world: &World, user| world.ask(&world.policies(POLICIES[0].0), Case { user, ..CASE }).0;
        assert_eq!(key(&world, "8"), key(&world, "9"));
        assert_ne!(key(&speaking, "8"), key(&speaking, "9"));
    }
}
