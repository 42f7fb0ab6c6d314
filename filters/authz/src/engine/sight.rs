//! What policies can see of a request: the attributes that they name, and the entities that they name.
//!
//! Cedar reaches an attribute of an entity by its name alone, and entities are compared by their ids; so an
//! attribute that no policy names cannot change an answer. The same holds of a member of the context, as
//! long as no policy uses the context as a whole.

use std::collections::HashSet;

use cedar_policy_core::ast::{EntityUID, Expr, ExprKind, Literal, Policy, Var};

/// The names that some policies use.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    names: HashSet<String>,
    whole_context: bool,
    resource: bool,
}

impl Sight {
    /// Whether a policy can see attributes of this name.
    pub(crate) fn sees_attribute(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether a policy can see this member of the context.
    pub(crate) fn sees_context(&self, name: &str) -> bool {
        self.whole_context || self.names.contains(name)
    }

    /// Whether a condition speaks of the resource at all.
    pub(super) const fn sees_resource(&self) -> bool {
        self.resource
    }

    /// Take in what `policy` names; gives the entities among it.
    pub(super) fn take_in(&mut self, policy: &Policy) -> Vec<EntityUID> {
        let mut entities = Vec::new();
        let mut uses_of_context = Balance::default();
        for part in policy.non_scope_constraints().into_iter().flat_map(Expr::subexpressions) {
            self.take_in_part(part, &mut entities, &mut uses_of_context);
        }
        self.whole_context |= uses_of_context.all > uses_of_context.by_member;
        entities
    }

    fn take_in_part(&mut self, part: &Expr, entities: &mut Vec<EntityUID>, context: &mut Balance) {
        match part.expr_kind() {
            ExprKind::GetAttr { expr, attr } | ExprKind::HasAttr { expr, attr } => {
                self.name(attr);
                context.member_of(expr);
            }
            ExprKind::ExtHasAttr { expr, attrs } => {
                attrs.iter().for_each(|attr| self.name(attr));
                context.member_of(expr);
            }
            ExprKind::Var(Var::Context) => context.all = context.all.saturating_add(1),
            ExprKind::Lit(Literal::EntityUID(uid)) => entities.push(EntityUID::clone(uid)),
            ExprKind::Var(Var::Resource) => self.resource = true,
            ExprKind::Lit(Literal::Bool(_) | Literal::Long(_) | Literal::String(_))
            | ExprKind::Var(Var::Principal | Var::Action)
            | ExprKind::Slot(_)
            | ExprKind::Unknown(_)
            | ExprKind::If { .. }
            | ExprKind::And { .. }
            | ExprKind::Or { .. }
            | ExprKind::UnaryApp { .. }
            | ExprKind::BinaryApp { .. }
            | ExprKind::ExtensionFunctionApp { .. }
            | ExprKind::Like { .. }
            | ExprKind::Is { .. }
            | ExprKind::Set(_)
            | ExprKind::Record(_) => {}
        }
    }

    fn name(&mut self, name: &str) {
        if !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
    }
}

/// How often one policy uses the context, and how often only for one of its members.
#[derive(Default)]
struct Balance {
    all: usize,
    by_member: usize,
}

impl Balance {
    fn member_of(&mut self, expr: &Expr) {
        if matches!(expr.expr_kind(), ExprKind::Var(Var::Context)) {
            self.by_member = self.by_member.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cedar_policy_core::parser::parse_policyset;

    fn sight(condition: &str) -> (Sight, Vec<EntityUID>) {
        let text = format!("permit (principal, action, resource) when {{ {condition} }};");
        let policy = parse_policyset(&text).unwrap().into_policies().next().unwrap();
        let mut sight = Sight::default();
        let entities = sight.take_in(&policy);
        (sight, entities)
    }

    #[test]
    fn sees_the_names_that_are_written() {
        let (sight, _) = sight("principal.a.b == 1 && context has c.d && resource has \"e f\"");
        for name in ["a", "b", "c", "d", "e f"] {
            assert!(sight.sees_attribute(name) && sight.sees_context(name), "{name}");
        }
        assert!(!sight.sees_attribute("e") && !sight.sees_context("e"));
    }

    #[test]
    fn sees_every_member_of_a_context_that_is_used_as_a_whole() {
        for whole in ["context == {}", "[context].contains(context)", "{a: context}.a.b"] {
            let (sight, _) = sight(whole);
            assert!(sight.sees_context("x") && !sight.sees_attribute("x"), "{whole}");
        }
        assert!(!sight("context.a == context.b").0.sees_context("x"));
    }

    #[test]
    fn names_the_entities_in_conditions() {
        let (_, entities) = sight("User::\"a\".level > 1 || principal in [Group::\"b\"]");
        let mut names: Vec<_> = entities.iter().map(ToString::to_string).collect();
        names.sort();
        assert_eq!(names, ["Group::\"b\"", "User::\"a\""]);
    }

    #[test]
    fn sees_the_resource_only_where_a_condition_speaks_of_it() {
        for condition in ["resource has a", "[1, resource].contains(1)", "principal in resource"] {
            assert!(sight(condition).0.sees_resource(), "{condition}");
        }
        assert!(!sight("principal.resource == context.resource").0.sees_resource());
    }
}
