//! A request judged by the policies in whose scope it lies.

use std::sync::Arc;

use cedar_policy_core::ast::{
    Context, Effect, EntityUID, EntityUIDEntry, Literal, Policy, PolicyID, Request, ValueKind,
};
use cedar_policy_core::entities::Entities;
use cedar_policy_core::evaluator::Evaluator;
use cedar_policy_core::extensions::Extensions;

use super::policies::Policies;

/// Whose request it is, what for, on what, and in which context.
pub(super) struct Asked {
    pub(super) principal: Arc<EntityUID>,
    pub(super) action: Arc<EntityUID>,
    pub(super) resource: Arc<EntityUID>,
    pub(super) context: Context,
}

/// What the policies say, each in the order in which they are written.
#[derive(Debug, Default)]
pub(super) struct Findings<'a> {
    /// The permits that apply.
    pub(super) permits: Vec<&'a PolicyID>,
    /// The forbids that apply.
    pub(super) forbids: Vec<&'a PolicyID>,
    /// The policies that could not be evaluated.
    pub(super) failed: Vec<&'a PolicyID>,
}

/// Let `policies` judge. `entities` must be closed: every one with all of its ancestors.
pub(super) fn judge<'a>(policies: &'a Policies, asked: &Asked, entities: &Entities) -> Findings<'a> {
    let evaluator = Evaluator::new(asked.request(), entities, Extensions::all_available());
    let mut findings = Findings::default();
    for policy in policies.in_scope(&asked.principal, &asked.action, &asked.resource, entities) {
        let found = match (conditions_hold(policy, &evaluator), policy.effect()) {
            (Some(true), Effect::Permit) => &mut findings.permits,
            (Some(true), Effect::Forbid) => &mut findings.forbids,
            (Some(false), Effect::Permit | Effect::Forbid) => continue,
            (None, Effect::Permit | Effect::Forbid) => &mut findings.failed,
        };
        found.push(policy.id());
    }
    findings
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
