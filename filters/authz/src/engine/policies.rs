//! Validated policies whose ids an operator recognises, and which of them a request concerns.

#[cfg(test)]
use cedar_policy_core::ast::PolicySet;
use cedar_policy_core::ast::{self, EntityUID};
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
    /// The types of the entities that conditions name.
    named: Vec<ast::EntityType>,
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
        let mut named = Vec::new();
        for literal in rules.iter().flat_map(|rule| &rule.literals).map(EntityUID::entity_type) {
            if !named.contains(literal) {
                named.push(literal.clone());
            }
        }
        Ok(Self { rules, index, sight, named })
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
        self.sight.sees_resource() || self.know(type_name, id, store)
    }

    /// Whether answers could change if a request came from another principal of this type, of which it says the same but
    /// for the id, either. That nothing else in the question is this principal, the caller sees to.
    ///
    /// To Cedar an id is good for one thing: to be the same as another one, or not. So where no condition and no scope
    /// names the principal, and the store neither knows it nor speaks of it, its id is the same as no other that there
    /// is, and so is every other id of which that holds: each comparison comes out alike, whatever is reached by it. Of
    /// conditions and store the types are looked at, because that is the same for all principals of a type.
    pub(super) fn tell_principal_apart(&self, type_name: &EntityType, id: &str, store: &Store) -> bool {
        self.named.contains(&type_name.0) || store.speaks_of(type_name) || self.know(type_name, id, store)
    }

    /// Whether a scope names this entity, or the store knows it. Of most types neither knows any, which is found out
    /// without making a name.
    fn know(&self, type_name: &EntityType, id: &str, store: &Store) -> bool {
        (self.index.names_some(&type_name.0) || store.speaks_of(type_name)) && {
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
