//! Which policies apply to a request as far as their scopes say, without looking at the others.
//!
//! A scope is a condition on each of action, resource and principal. A request meets few conditions of all
//! that there can be: on each of the three `Any`, its type, and what names itself or one of its ancestors.
//! So every policy becomes a row of three conditions, the rows lie in order, and those whose conditions are
//! all met are found by binary search.
//!
//! What is found is exact: a scope asks for types, equality and ancestry of entities that the request names,
//! nothing of which can fail, and Cedar asks it before all else. A policy that is not found can therefore
//! neither apply nor err, and of one that is found only the clauses are left to be evaluated.

use cedar_policy_core::ast::{
    ActionConstraint, EntityReference, EntityType, EntityUID, Policy, PrincipalOrResourceConstraint,
};
use cedar_policy_core::entities::{Dereference, Entities};

use super::symbols::Symbols;

/// The scopes of a list of policies.
#[derive(Debug, Default)]
pub(super) struct Index {
    types: Symbols<EntityType>,
    entities: Symbols<EntityUID>,
    /// The types of `entities`.
    types_of_entities: Vec<EntityType>,
    /// In order.
    rows: Vec<Row>,
}

/// One way to be in the scope of a policy. A policy with a list of actions has one for each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    /// First, because requests meet the fewest conditions of it, and the most on the principal.
    action: Condition,
    resource: Condition,
    principal: Condition,
    /// Its place in the list.
    policy: usize,
}

/// What a scope asks of one of the three. The names are numbers, which compare faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Condition {
    Any,
    Is(usize),
    Equals(usize),
    In(usize),
    IsIn(usize, usize),
}

/// A slot of a template that nothing fills. Cedar links no such policy.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EmptySlot;

impl Index {
    /// File the scopes of `policies`. The slots of a link are part of its scope.
    ///
    /// # Errors
    /// When a slot is empty.
    pub(super) fn new<'a>(policies: impl Iterator<Item = &'a Policy>) -> Result<Self, EmptySlot> {
        let mut index = Self::default();
        for (place, policy) in policies.enumerate() {
            index.file(place, policy)?;
        }
        index.rows.shrink_to_fit();
        index.rows.sort_unstable();
        Ok(index)
    }

    fn file(&mut self, place: usize, policy: &Policy) -> Result<(), EmptySlot> {
        let resource = self.condition(policy.resource_constraint().as_inner())?;
        let principal = self.condition(policy.principal_constraint().as_inner())?;
        let actions = self.conditions_on_action(policy.action_constraint());
        self.rows.extend(actions.into_iter().map(|action| Row {
            action,
            resource,
            principal,
            policy: place,
        }));
        Ok(())
    }

    fn condition(&mut self, constraint: &PrincipalOrResourceConstraint) -> Result<Condition, EmptySlot> {
        Ok(match constraint {
            PrincipalOrResourceConstraint::Any => Condition::Any,
            PrincipalOrResourceConstraint::Is(name) => Condition::Is(self.types.assign(name)),
            PrincipalOrResourceConstraint::Eq(uid) => Condition::Equals(self.entity(uid)?),
            PrincipalOrResourceConstraint::In(uid) => Condition::In(self.entity(uid)?),
            PrincipalOrResourceConstraint::IsIn(name, uid) => {
                Condition::IsIn(self.types.assign(name), self.entity(uid)?)
            }
        })
    }

    /// Any of them suffices; of an empty list none does.
    fn conditions_on_action(&mut self, constraint: &ActionConstraint) -> Vec<Condition> {
        match constraint {
            ActionConstraint::Any => vec![Condition::Any],
            ActionConstraint::Eq(uid) => vec![Condition::Equals(self.number(uid))],
            ActionConstraint::In(uids) => uids.iter().map(|uid| Condition::In(self.number(uid))).collect(),
        }
    }

    fn entity(&mut self, reference: &EntityReference) -> Result<usize, EmptySlot> {
        match reference {
            EntityReference::EUID(uid) => Ok(self.number(uid)),
            EntityReference::Slot(_) => Err(EmptySlot),
        }
    }

    fn number(&mut self, uid: &EntityUID) -> usize {
        if !self.names_some(uid.entity_type()) {
            self.types_of_entities.push(uid.entity_type().clone());
        }
        self.entities.assign(uid)
    }

    /// Whether a scope names any entity of this type.
    pub(super) fn names_some(&self, type_name: &EntityType) -> bool {
        self.types_of_entities.contains(type_name)
    }

    /// Whether a scope names `uid`.
    pub(super) fn names(&self, uid: &EntityUID) -> bool {
        self.entities.find(uid).is_some()
    }

    /// The places of the policies in whose scope a request lies, in order.
    pub(super) fn find(
        &self,
        principal: &EntityUID,
        action: &EntityUID,
        resource: &EntityUID,
        entities: &Entities,
    ) -> Vec<usize> {
        let axes = [
            Axis { column: |row| row.action, met: self.met(action, entities) },
            Axis { column: |row| row.resource, met: self.met(resource, entities) },
            Axis { column: |row| row.principal, met: self.met(principal, entities) },
        ];
        let mut places = Vec::new();
        collect(&self.rows, &axes, &mut places);
        places.sort_unstable();
        // An action can be in several groups of one list.
        places.dedup();
        places
    }

    /// The conditions that `uid` meets, of those that any policy has, in order.
    fn met(&self, uid: &EntityUID, entities: &Entities) -> Vec<Condition> {
        let itself = self.entities.find(uid);
        let its_type = self.types.find(uid.entity_type());
        let mut met = vec![Condition::Any];
        met.extend(its_type.map(Condition::Is));
        met.extend(itself.map(Condition::Equals));
        let mut lies_in = |ancestor| {
            met.push(Condition::In(ancestor));
            met.extend(its_type.map(|its_type| Condition::IsIn(its_type, ancestor)));
        };
        itself.into_iter().for_each(&mut lies_in);
        // What the store does not know has no ancestors, and lies in itself all the same.
        if let Dereference::Data(entity) = entities.entity(uid) {
            entity.ancestors().filter_map(|ancestor| self.entities.find(ancestor)).for_each(lies_in);
        }
        met.sort_unstable();
        met
    }
}

/// One of the three: where rows have it, and what a request meets of it.
struct Axis {
    column: fn(&Row) -> Condition,
    met: Vec<Condition>,
}

/// Collect the policies of those `rows` that are met on all `axes`.
///
/// Each side skips what the other does not have, so that neither many policies nor a principal in many groups
/// make it long: it takes as many steps as the shorter side is long.
fn collect(mut rows: &[Row], axes: &[Axis], places: &mut Vec<usize>) {
    let Some((Axis { column, met }, others)) = axes.split_first() else {
        return places.extend(rows.iter().map(|row| row.policy));
    };
    let mut met = met.as_slice();
    while let (Some(row), Some(&wanted)) = (rows.first(), met.first()) {
        let lowest = column(row);
        if lowest < wanted {
            rows = split(rows, |row| column(row) < wanted).1;
        } else if lowest > wanted {
            met = split(met, |condition| *condition < lowest).1;
        } else {
            let (meeting, others_rows) = split(rows, |row| column(row) == wanted);
            collect(meeting, others, places);
            rows = others_rows;
        }
    }
}

/// A list in order, cut behind what `belongs` to its start.
fn split<T>(list: &[T], belongs: impl FnMut(&T) -> bool) -> (&[T], &[T]) {
    list.split_at_checked(list.partition_point(belongs)).unwrap_or((list, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cedar_policy_core::ast::Entity;
    use cedar_policy_core::entities::{NoEntitiesSchema, TCComputation};
    use cedar_policy_core::extensions::Extensions;
    use cedar_policy_core::parser;

    const SCOPES: [&str; 9] = [
        "principal, action, resource",
        "principal == User::\"eve\", action, resource",
        "principal in Group::\"staff\", action, resource",
        "principal is User in Group::\"staff\", action == Action::\"read\", resource is Doc",
        "principal is Robot in Group::\"staff\", action, resource",
        "principal, action in [Action::\"view\", Action::\"read\"], resource",
        "principal, action in [], resource",
        "principal, action in Action::\"view\", resource in Doc::\"1\"",
        "principal, action == Action::\"view\", resource",
    ];

    /// In this order: the first is in the second, and so on.
    fn closed(line: &[&str]) -> Vec<Entity> {
        let uids: Vec<EntityUID> = line.iter().map(|name| name.parse().unwrap()).collect();
        let entity = |place: usize| {
            let ancestors = uids.iter().skip(place).skip(1).cloned().collect();
            Entity::new_with_attr_partial_value(uids[place].clone(), [], ancestors, [].into(), [])
        };
        (0..uids.len()).map(entity).collect()
    }

    fn entities() -> Entities {
        let people = closed(&["User::\"eve\"", "Group::\"shop\"", "Group::\"staff\""]);
        let actions = closed(&["Action::\"read\"", "Action::\"view\""]);
        let all = people.into_iter().chain(actions);
        let known = TCComputation::EnforceAlreadyComputed;
        Entities::from_entities(all, None::<&NoEntitiesSchema>, known, Extensions::none()).unwrap()
    }

    #[test]
    fn finds_the_scopes_that_take_a_request_in() {
        let policies: String = SCOPES.iter().map(|scope| format!("permit ({scope});")).collect();
        let policies = Vec::from_iter(parser::parse_policyset(&policies).unwrap().into_policies());
        let index = Index::new(policies.iter()).unwrap();
        for ([principal, action, resource], wanted) in [
            (["User::\"eve\"", "Action::\"read\"", "Doc::\"1\""], vec![0, 1, 2, 3, 5, 7]),
            (["User::\"eve\"", "Action::\"read\"", "File::\"1\""], vec![0, 1, 2, 5]),
            (["User::\"eve\"", "Action::\"view\"", "Doc::\"2\""], vec![0, 1, 2, 5, 8]),
            (["Group::\"shop\"", "Action::\"write\"", "Doc::\"1\""], vec![0, 2]),
            (["Group::\"staff\"", "Action::\"write\"", "Doc::\"1\""], vec![0, 2]),
            (["Robot::\"eve\"", "Action::\"write\"", "Doc::\"1\""], vec![0]),
        ] {
            let [principal, action, resource] =
                [principal, action, resource].map(|name| name.parse::<EntityUID>().unwrap());
            let found = index.find(&principal, &action, &resource, &entities());
            assert_eq!(found, wanted, "{principal} {action} {resource}");
        }
    }
}
