//! A set as the configuration of a plugin: a route for each request, a provider for each type of principal.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use testenv::issuer::Key;

use crate::corpus::{Set, Uid};
use crate::declared::Declared;
use crate::natural;
use crate::outcome::Outcome;
use crate::token;

/// The claim with the id of the principal. It is not `sub`, which takes neither empty names nor control
/// characters, and most names of the corpus are such.
const ID: &str = "principal";

/// The claim with the members of the context.
const CONTEXT: &str = "context";

/// A request as a plugin is asked it.
pub struct Asked {
    /// Its place in the set, from 0.
    pub number: usize,
    /// Who vouches for principals of its type.
    pub provider: String,
    /// What its token says beside what every token does.
    pub claims: Map<String, Value>,
    pub want: Outcome,
}

impl Asked {
    /// The path that only this request of its set has.
    pub fn path(&self) -> String {
        format!("/r/{}", self.number)
    }
}

/// The configuration of a set in the making.
pub struct Draft<'a> {
    set: &'a Set,
    declared: &'a Declared,
    /// The types of principals, each vouched for by a provider of its own.
    types: Vec<&'a str>,
    /// The members of all contexts, in the order of their claims.
    members: Vec<String>,
}

impl<'a> Draft<'a> {
    pub fn new(set: &'a Set, declared: &'a Declared) -> Self {
        let types: BTreeSet<_> = set.questions.iter().map(|one| one.principal.type_name.as_str()).collect();
        let members: BTreeSet<_> =
            set.questions.iter().flat_map(|question| declared.context(&question.action)).collect();
        Self { set, declared, types: Vec::from_iter(types), members: Vec::from_iter(members) }
    }

    /// The request at `number`.
    pub fn asked(&self, number: usize) -> Asked {
        let question = &self.set.questions[number];
        let member =
            |(name, value): (&String, _)| (self.claim(name), natural::form(value).expect("it has one"));
        let context: Map<_, _> = question.context.iter().map(member).collect();
        let claims = Map::from_iter([
            (ID.to_owned(), question.principal.id.as_str().into()),
            (CONTEXT.to_owned(), context.into()),
        ]);
        let provider = self.provider(&question.principal.type_name);
        Asked { number, provider, claims, want: question.want.clone() }
    }

    /// The configuration that asks these requests.
    pub fn configuration(&self, asked: &[Asked], key: &Key) -> Value {
        let Set { schema, policies, entities, questions, .. } = self.set;
        let questions = || asked.iter().map(|asked| &questions[asked.number]);
        let types: BTreeSet<_> = questions().map(|question| &*question.principal.type_name).collect();
        let members: BTreeSet<_> =
            questions().flat_map(|question| self.declared.context(&question.action)).collect();
        let providers: BTreeMap<_, _> = types
            .iter()
            .map(|name| self.provider(name))
            .map(|name| (name.clone(), keys(&name, key)))
            .collect();
        let context: BTreeMap<_, _> =
            members.iter().map(|name| (name, json!({ "claim": [CONTEXT, self.claim(name)] }))).collect();
        json!({
            "routes": asked.iter().map(|asked| self.route(asked)).collect::<Value>(),
            "jwt": { "providers": providers },
            "authz": {
                "schema": schema, "policies": policies, "entities": entities, "context": context,
                "principals": types.iter().map(|name| self.principals(name)).collect::<Value>(),
            },
        })
    }

    /// The provider of principals of this type.
    fn provider(&self, type_name: &str) -> String {
        format!("principals-{}", place(&self.types, &type_name))
    }

    /// The claim of a member of the context: its own name may be empty, and a path to a claim takes no empty name.
    fn claim(&self, member: &str) -> String {
        format!("member-{}", place(&self.members, &member))
    }

    /// Their attributes and groups are those of `entities`.
    fn principals(&self, type_name: &str) -> Value {
        json!({ "of": "users", "providers": [self.provider(type_name)], "type": type_name, "id": [ID] })
    }

    fn route(&self, asked: &Asked) -> Value {
        let question = &self.set.questions[asked.number];
        let Uid { type_name, id } = &question.resource;
        json!({
            "name": format!("request-{}", asked.number),
            "match": { "methods": ["GET"], "path": asked.path() },
            "authenticate": { "any_of": [asked.provider] },
            "authorize": {
                "action": whole_name(&question.action), "resource": { "type": type_name, "id": id },
            },
        })
    }
}

fn place<T: PartialEq<U>, U>(all: &[T], one: &U) -> usize {
    all.iter().position(|other| other == one).expect("it was taken up before")
}

/// As Cedar writes it.
fn whole_name(uid: &Uid) -> String {
    format!("{}::\"{}\"", uid.type_name, uid.id.escape_debug())
}

fn keys(provider: &str, key: &Key) -> Value {
    json!({
        "kind": "generic", "issuer": token::issuer(provider), "audiences": [token::AUDIENCE],
        "algorithms": [key.algorithm().name()], "keys": { "inline": { "keys": [key.public_jwk()] } },
    })
}
