//! Validated policies whose ids an operator recognises, and which of them a request concerns.

use cedar_policy_core::ast::EntityUID;
#[cfg(test)]
use cedar_policy_core::ast::PolicySet;
use cedar_policy_core::entities::Entities;

use super::fault::Fault;
use super::index::{EmptySlot, Index};
use super::rule::Rule;
use super::sight::Sight;

/// Policies to be asked.
#[derive(Debug)]
pub(crate) struct Policies {
    /// In the order of the text.
    rules: Vec<Rule>,
    index: Index,
    sight: Sight,
}

impl Policies {
    /// The policies of `set` as they are.
    ///
    /// # Errors
    /// When a slot of one of them is empty, or an annotation is wrong.
    #[cfg(test)]
    pub(super) fn new(set: PolicySet) -> Result<Self, Fault> {
        let mut sight = Sight::default();
        let rules = set.into_policies().map(|policy| Rule::new(policy, &mut sight));
        Self::of(rules.collect::<Result<_, _>>()?, sight)
    }

    /// These rules, with what they can see.
    ///
    /// # Errors
    /// When a slot of one of them is empty.
    pub(super) fn of(rules: Vec<Rule>, sight: Sight) -> Result<Self, Fault> {
        let index = Index::new(rules.iter().map(|rule| &rule.policy));
        let index = index.map_err(|EmptySlot| Fault::anywhere("a slot that nothing fills".into()))?;
        Ok(Self { rules, index, sight })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.rules.len()
    }

    /// What they can see of a request.
    pub(crate) const fn sight(&self) -> &Sight {
        &self.sight
    }

    /// The policies in whose scope a request lies. `entities` need not know more than the ancestors of the
    /// three.
    pub(super) fn in_scope(
        &self,
        principal: &EntityUID,
        action: &EntityUID,
        resource: &EntityUID,
        entities: &Entities,
    ) -> Vec<&Rule> {
        let places = self.index.find(principal, action, resource, entities);
        places.into_iter().filter_map(|place| self.rules.get(place)).collect()
    }
}
