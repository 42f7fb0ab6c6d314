//! Policy text to a validated set whose ids an operator recognises.

use cedar_policy_core::ast::{EntityUID, Policy, PolicyID, PolicySet};
use cedar_policy_core::entities::Entities;
use cedar_policy_core::parser;
use cedar_policy_core::validator::{ValidationMode, Validator};

use super::fault::Fault;
use super::index::{EmptySlot, Index};
use super::nesting::{self, Grammar};
use super::rule::{Rule, annotation};
use super::schema::Schema;

/// Policies to be asked.
pub(crate) struct Policies {
    /// In the order of the text.
    rules: Vec<Rule>,
    index: Index,
}

impl Policies {
    /// Parse a text, and validate it in Cedar's strict mode.
    ///
    /// # Errors
    /// With the first fault of the text.
    pub(crate) fn parse(text: &str, schema: &Schema) -> Result<Self, Fault> {
        nesting::check(text, Grammar::Policies)?;
        let parsed = parser::parse_policyset(text).map_err(|errors| Fault::found(&errors))?;
        let named = named(parsed)?;
        validated(&named, schema)?;
        Self::new(named)
    }

    /// The policies of `set` as they are.
    ///
    /// # Errors
    /// When a slot of one of them is empty, or an annotation is wrong.
    pub(super) fn new(set: PolicySet) -> Result<Self, Fault> {
        let rules = set.into_policies().map(Rule::new).collect::<Result<Vec<_>, _>>()?;
        let index = Index::new(rules.iter().map(|rule| &rule.policy));
        let index = index.map_err(|EmptySlot| Fault::anywhere("a slot that nothing fills".into()))?;
        Ok(Self { rules, index })
    }

    /// The policies in whose scope a request lies.
    pub(super) fn in_scope(
        &self,
        principal: &EntityUID,
        action: &EntityUID,
        resource: &EntityUID,
        entities: &Entities,
    ) -> impl Iterator<Item = &Rule> {
        let places = self.index.find(principal, action, resource, entities);
        places.into_iter().filter_map(|place| self.rules.get(place))
    }
}

/// Give every policy the id of its `@id`; the others keep Cedar's `policy<N>`, counted from 0.
fn named(parsed: PolicySet) -> Result<PolicySet, Fault> {
    if let Some(template) = parsed.templates().next() {
        let message = "templates are not supported: nothing would ever fill their slots".into();
        return Err(Fault::located(template.loc(), message));
    }
    let mut named = PolicySet::new();
    for policy in parsed.into_policies() {
        let policy = with_id(policy)?;
        let (id, loc) = (policy.id().clone(), policy.loc().cloned());
        named
            .add(policy)
            .map_err(|_| Fault::located(loc.as_ref(), format!("the policy id `{id}` is used twice")))?;
    }
    Ok(named)
}

fn with_id(policy: Policy) -> Result<Policy, Fault> {
    match annotation(&policy, "id") {
        None => Ok(policy),
        Some("") => Err(Fault::located(policy.loc(), "`@id` is empty".into())),
        Some(id) => Ok(policy.new_id(PolicyID::from_string(id))),
    }
}

fn validated(policies: &PolicySet, schema: &Schema) -> Result<(), Fault> {
    let result = Validator::new(schema.validator().clone()).validate(policies, ValidationMode::Strict);
    let faults = result.validation_errors().map(|error| Fault::found(error));
    // The validator keeps its findings in a hash set; whoever mends a text wants the first one first.
    match faults.min_by(|one, other| one.place().cmp(&other.place())) {
        None => Ok(()),
        Some(fault) => Err(fault),
    }
}
