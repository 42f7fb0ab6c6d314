//! A request judged by the policies in whose scope it lies.

use std::sync::Arc;

use cedar_policy_core::ast::{
    Context, Effect, EntityUID, EntityUIDEntry, Literal, Policy, Request, ValueKind,
};
use cedar_policy_core::entities::Entities;
use cedar_policy_core::evaluator::Evaluator;
use cedar_policy_core::extensions::Extensions;

#[cfg(test)]
use super::policies::Policies;
use super::rule::{Part, Rule};

/// Whose request it is, what for, on what, and in which context.
pub(super) struct Asked {
    pub(super) principal: Arc<EntityUID>,
    pub(super) action: Arc<EntityUID>,
    pub(super) resource: Arc<EntityUID>,
    pub(super) context: Context,
}

/// What all policies say.
#[derive(Default)]
pub(super) struct Judgement<'a> {
    /// Those that decide.
    pub(super) decisive: Findings<'a>,
    /// Those in shadow.
    pub(super) shadowed: Findings<'a>,
}

/// What some policies say, in the order in which they are written.
#[derive(Default)]
pub(super) struct Findings<'a> {
    /// The permits that apply.
    pub(super) permits: Vec<&'a Rule>,
    /// The forbids that apply.
    pub(super) forbids: Vec<&'a Rule>,
    /// The policies that could not be evaluated.
    pub(super) failed: Vec<&'a Rule>,
}

/// Let `policies` judge. `entities` must be closed: every one with all of its ancestors.
#[cfg(test)]
pub(super) fn judge<'a>(policies: &'a Policies, asked: &Asked, entities: &Entities) -> Judgement<'a> {
    judge_by(policies.in_scope(&asked.principal, &asked.action, &asked.resource, entities), asked, entities)
}

/// Let those `rules` judge in whose scope the request lies. `entities` has whatever they can reach.
pub(super) fn judge_by<'a>(rules: Vec<&'a Rule>, asked: &Asked, entities: &Entities) -> Judgement<'a> {
    let evaluator = Evaluator::new(asked.request(), entities, Extensions::all_available());
    let mut judgement = Judgement::default();
    for rule in rules {
        let findings = match rule.part {
            Part::Decision => &mut judgement.decisive,
            Part::Record => &mut judgement.shadowed,
        };
        match (conditions_hold(&rule.policy, &evaluator), rule.policy.effect()) {
            (Some(true), Effect::Permit) => findings.permits.push(rule),
            (Some(true), Effect::Forbid) => findings.forbids.push(rule),
            (Some(false), Effect::Permit | Effect::Forbid) => {}
            (None, Effect::Permit | Effect::Forbid) => findings.failed.push(rule),
        }
    }
    judgement
}

/// Whether the `when` and `unless` of a policy hold; nothing when that cannot be said. Its scope is judged
/// already, by the index, and to evaluate it again Cedar would first build it as an expression.
fn conditions_hold(policy: &Policy, evaluator: &Evaluator<'_>) -> Option<bool> {
    let Some(conditions) = policy.non_scope_constraints() else {
        return Some(true);
    };
    match evaluator.interpret(conditions, policy.env()).ok()?.value_kind() {
        ValueKind::Lit(Literal::Bool(hold)) => Some(*hold),
        ValueKind::Lit(Literal::Long(_) | Literal::String(_) | Literal::EntityUID(_))
        | ValueKind::Set(_)
        | ValueKind::Record(_)
        | ValueKind::ExtensionValue(_) => None,
    }
}

impl Asked {
    fn request(&self) -> Request {
        Request::new_unchecked(
            known(&self.principal),
            known(&self.action),
            known(&self.resource),
            Some(self.context.clone()),
        )
    }
}

fn known(uid: &Arc<EntityUID>) -> EntityUIDEntry {
    EntityUIDEntry::Known { euid: Arc::clone(uid), loc: None }
}
