//! Validated policies whose ids an operator recognises, and which of them a request concerns.

use cedar_policy_core::ast::EntityUID;
#[cfg(test)]
use cedar_policy_core::ast::PolicySet;
use cedar_policy_core::entities::Entities;

use super::fault::Fault;
use super::index::{EmptySlot, Index};
use super::rule::Rule;
use super::schema::EntityType;
use super::sight::Sight;
use super::store::Store;
use super::value::uid;

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

    /// Whether answers could change if a request were about another resource of this type, of which it says no more
    /// than its id, either.
    ///
    /// They could if a condition speaks of the resource, if a scope names it, or if the store knows something of it. If
    /// none of that is so, the resource meets what is asked of its type and nothing else of any scope. Where a condition
    /// comes upon it by other ways, it is an entity without attributes, tags and ancestors: whoever asks one of these is
    /// told no more of it than of one that does not exist.
    pub(super) fn tell_apart(&self, type_name: &EntityType, id: &str, store: &Store) -> bool {
        self.sight.sees_resource() || {
            let uid = uid(type_name, id);
            self.index.names(&uid) || store.get(&uid).is_some()
        }
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
