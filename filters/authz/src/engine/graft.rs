//! Entities of the store under those that a request brings.
//!
//! The store is closed without knowing any request. If an order is in a user there, and the user is in a group
//! by a claim, then the order is in that group as well.

use std::sync::Arc;

use cedar_policy_core::ast::{Entity, EntityUID};

/// `entity` with whatever those of `own` are in that it lies in itself.
pub(super) fn graft(entity: Arc<Entity>, own: &[Arc<Entity>]) -> Arc<Entity> {
    let above = own.iter().filter(|one| one.uid() != entity.uid() && entity.is_descendant_of(one.uid()));
    let missing = above.flat_map(|one| one.ancestors()).filter(|one| is_new(&entity, one));
    let missing: Vec<EntityUID> = missing.cloned().collect();
    if missing.is_empty() {
        return entity;
    }
    let mut grafted = Arc::unwrap_or_clone(entity);
    missing.into_iter().for_each(|uid| grafted.add_indirect_ancestor(uid));
    Arc::new(grafted)
}

fn is_new(entity: &Entity, ancestor: &EntityUID) -> bool {
    ancestor != entity.uid() && !entity.is_descendant_of(ancestor)
}
