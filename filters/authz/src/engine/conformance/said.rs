//! What is compared.

use std::sync::Arc;

use cedar_policy_core::ast::{self, Context, EntityUID, EntityUIDEntry, PolicySet};
use cedar_policy_core::authorizer::{AuthorizationError, Authorizer, Decision, Response};
use cedar_policy_core::entities::Entities;

use crate::engine::answer::{Answer, Outcome, Ruling};
use crate::engine::decide::{Entity, ask, known};
use crate::engine::judge::{Asked, Judgement, judge};
use crate::engine::policies::Policies;
use crate::engine::rule::Rule;
use crate::engine::schema::EntityType;
use crate::engine::store::{Store, mention};

/// An answer in Cedar's terms. Policies by their ids, in alphabetical order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) allows: bool,
    pub(super) reasons: Vec<String>,
    pub(super) errors: Vec<String>,
}

impl Said {
    /// What the engine says.
    pub(super) fn by_engine(policies: &Policies, request: &ast::Request, entities: &Entities) -> Self {
        Self::from_judgement(judge(policies, &asked(request), entities))
    }

    /// What it says where all entities are in a store, of which a request gets those that it can reach.
    pub(super) fn by_store(policies: &Policies, request: &ast::Request, store: &Store) -> Self {
        let asked = asked(request);
        let mut mentions = Vec::new();
        if let Context::Value(members) = &asked.context {
            members.values().for_each(|value| mention(value, &mut mentions));
        }
        let mut own: Vec<_> = vec![stored(&asked.principal, store, &mut mentions)];
        if asked.principal != asked.resource {
            own.push(stored(&asked.resource, store, &mut mentions));
        }
        Self::from_judgement(ask(policies, store, &asked, own, mentions).unwrap())
    }

    /// What Cedar says, looking at every policy.
    pub(super) fn by_cedar(policies: &PolicySet, request: &ast::Request, entities: &Entities) -> Self {
        Self::from_response(Authorizer::new().is_authorized(request.clone(), policies, entities))
    }

    fn from_response(response: Response) -> Self {
        let failed = |AuthorizationError::PolicyEvaluationError { id, .. }: &_| id.to_string();
        Self {
            allows: response.decision == Decision::Allow,
            reasons: sorted(response.diagnostics.reason.iter().map(ToString::to_string)),
            errors: sorted(response.diagnostics.errors.iter().map(failed)),
        }
    }

    /// Cedar leaves out a policy that fails, and a proxy may not: what it answers is checked here as well.
    fn from_judgement(judgement: Judgement<'_>) -> Self {
        let ids = |rules: &[&Rule]| sorted(rules.iter().map(|rule| rule.id()));
        let found = &judgement.decisive;
        let forbids = !found.forbids.is_empty();
        let said = Self {
            allows: !forbids && !found.permits.is_empty(),
            reasons: ids(if forbids { &found.forbids } else { &found.permits }),
            errors: ids(&found.failed),
        };
        assert_eq!(Answer::from(judgement), said.answer());
        said
    }

    /// What it comes to in a proxy, where an error refuses.
    pub(super) fn answer(&self) -> Answer {
        let Self { allows, reasons, errors } = self;
        let (outcome, policies) = match (allows, reasons, errors) {
            (_, _, errors) if !errors.is_empty() => (Outcome::Failed, errors),
            (true, reasons, _) => (Outcome::Permitted, reasons),
            (false, reasons, _) if reasons.is_empty() => (Outcome::NotPermitted, reasons),
            (false, reasons, _) => (Outcome::Forbidden, reasons),
        };
        let ruling = Ruling { outcome, policies: policies.clone() };
        Answer { ruling, notes: Vec::new(), public_reasons: Vec::new(), shadow: None }
    }
}

fn stored(uid: &EntityUID, store: &Store, mentions: &mut Vec<EntityUID>) -> Arc<ast::Entity> {
    let type_name = &EntityType(uid.entity_type().clone());
    let id = AsRef::<str>::as_ref(uid.eid()).into();
    known(Entity { type_name, id, attributes: Vec::new(), parents: Vec::new() }, store, mentions)
}

fn asked(request: &ast::Request) -> Asked {
    let known = |entry: &EntityUIDEntry| match entry {
        EntityUIDEntry::Known { euid, .. } => euid.clone(),
        EntityUIDEntry::Unknown { .. } => panic!("a request leaves nobody unknown"),
    };
    Asked {
        principal: known(request.principal()),
        action: known(request.action()),
        resource: known(request.resource()),
        context: request.context().cloned().unwrap_or_else(Context::empty),
    }
}

pub(super) fn sorted(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut ids = Vec::from_iter(ids);
    ids.sort();
    ids
}
