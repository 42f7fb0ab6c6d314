//! Policies, entities and requests by chance, out of a world so small that they meet often.

use std::collections::HashSet;
use std::sync::Arc;

use cedar_policy_core::ast::{
    ActionConstraint, Annotations, Context, Effect, Entity, EntityReference, EntityType, EntityUID,
    EntityUIDEntry, Expr, PartialValue, PolicyID, PolicySet, PrincipalConstraint,
    PrincipalOrResourceConstraint, Request, ResourceConstraint, SlotEnv, StaticPolicy, Template, Value,
};
use cedar_policy_core::entities::{Entities, NoEntitiesSchema, TCComputation};
use cedar_policy_core::extensions::Extensions;
use cedar_policy_core::parser;

/// Who and what there can be. An entity's ancestors come after it.
const NAMES: [&str; 16] = [
    r#"User::"a""#,
    r#"User::"b""#,
    r#"User::"c""#,
    r#"Shop::User::"a""#,
    r#"Doc::"a""#,
    r#"Doc::"b""#,
    r#"Doc::"c""#,
    r#"Shop::Doc::"a""#,
    r#"Group::"a""#,
    r#"Folder::"a""#,
    r#"Group::"b""#,
    r#"Folder::"b""#,
    r#"Group::"c""#,
    r#"Folder::"c""#,
    r#"Shop::Group::"a""#,
    r#"Group::"d""#,
];

/// What can be done, likewise.
const ACTIONS: [&str; 7] = [
    r#"Action::"read""#,
    r#"Action::"write""#,
    r#"Action::"erase""#,
    r#"Shop::Action::"read""#,
    r#"Action::"edit""#,
    r#"Action::"all""#,
    r#"Shop::Action::"all""#,
];

/// True, false and unable to say, each for several reasons.
const CLAUSES: [&str; 15] = [
    "when { true }",
    "unless { true }",
    "when { principal has n && principal.n < 2 }",
    "when { resource.n == 1 }",
    "unless { principal.n > resource.n }",
    "when { context.flag }",
    "when { context.number }",
    "when { context.number + 9223372036854775800 > 0 }",
    "when { context has text && ip(context.text).isLoopback() }",
    "when { principal.friend in resource }",
    "when { principal in [Group::\"a\", Folder::\"b\"] || resource in Folder::\"a\" }",
    "when { action in [Action::\"edit\", Action::\"all\"] }",
    "when { if context.flag then resource is Doc else principal == resource }",
    "when { principal.tags.contains(context.number) } unless { context.flag }",
    "when { 1 == \"1\" || context.text like \"*7*\" }",
];

/// Numbers that are the same for the same seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.roll().checked_rem(bound as u64).unwrap()).unwrap()
    }

    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Everything that can be named.
pub(super) struct World {
    uids: Vec<Arc<EntityUID>>,
    actions: Vec<Arc<EntityUID>>,
    types: Vec<Arc<EntityType>>,
    clauses: Vec<Expr>,
    contexts: Vec<Context>,
}

impl World {
    pub(super) fn new() -> Self {
        let uid = |name: &&str| Arc::new(name.parse::<EntityUID>().unwrap());
        let uids: Vec<_> = NAMES.iter().map(uid).collect();
        Self {
            types: uids.iter().map(|uid| Arc::new(uid.entity_type().clone())).collect(),
            actions: ACTIONS.iter().map(uid).collect(),
            clauses: CLAUSES.iter().map(|clause| expression(clause)).collect(),
            contexts: contexts(),
            uids,
        }
    }

    /// Up to 24 policies and templates, the latter with up to 3 links.
    pub(super) fn policies(&self, dice: &mut Dice) -> PolicySet {
        let mut policies = PolicySet::new();
        for number in 0..dice.below(25) {
            let id = PolicyID::from_string(format!("p{number}"));
            let template = self.template(id.clone(), dice);
            match StaticPolicy::try_from(template.clone()) {
                Ok(policy) => policies.add_static(policy).unwrap(),
                Err(_) => {
                    policies.add_template(template.clone()).unwrap();
                    for link in 0..dice.below(4) {
                        let link = PolicyID::from_string(format!("{id}-{link}"));
                        policies.link(id.clone(), link, self.filled(&template, dice)).unwrap();
                    }
                }
            }
        }
        policies
    }

    fn template(&self, id: PolicyID, dice: &mut Dice) -> Template {
        Template::new(
            id,
            None,
            Annotations::new(),
            if dice.once_in(3) { Effect::Forbid } else { Effect::Permit },
            PrincipalConstraint::new(self.constraint(dice)),
            self.action_constraint(dice),
            ResourceConstraint::new(self.constraint(dice)),
            (!dice.once_in(3)).then(|| dice.pick(&self.clauses).clone()),
        )
    }

    fn constraint(&self, dice: &mut Dice) -> PrincipalOrResourceConstraint {
        match dice.below(6) {
            0 | 1 => PrincipalOrResourceConstraint::Any,
            2 => PrincipalOrResourceConstraint::Is(self.a_type(dice)),
            3 => PrincipalOrResourceConstraint::Eq(self.reference(dice)),
            4 => PrincipalOrResourceConstraint::In(self.reference(dice)),
            _ => PrincipalOrResourceConstraint::IsIn(self.a_type(dice), self.reference(dice)),
        }
    }

    fn reference(&self, dice: &mut Dice) -> EntityReference {
        if dice.once_in(4) { EntityReference::Slot(None) } else { EntityReference::EUID(self.uid(dice)) }
    }

    fn action_constraint(&self, dice: &mut Dice) -> ActionConstraint {
        match dice.below(4) {
            0 => ActionConstraint::Any,
            1 => ActionConstraint::Eq(dice.pick(&self.actions).clone()),
            _ => {
                let length = dice.below(4);
                ActionConstraint::In((0..length).map(|_| dice.pick(&self.actions).clone()).collect())
            }
        }
    }

    fn filled(&self, template: &Template, dice: &mut Dice) -> SlotEnv {
        template.slots().map(|slot| (slot.id, self.uid(dice).as_ref().clone())).collect()
    }

    fn a_type(&self, dice: &mut Dice) -> Arc<EntityType> {
        Arc::clone(dice.pick(&self.types))
    }

    fn uid(&self, dice: &mut Dice) -> Arc<EntityUID> {
        Arc::clone(dice.pick(&self.uids))
    }

    /// Some of all that can be, with parents of which not all are.
    pub(super) fn entities(&self, dice: &mut Dice) -> Entities {
        let mut entities = Vec::new();
        for family in [&self.uids, &self.actions] {
            let mut rest = family.as_slice();
            while let [uid, later @ ..] = rest {
                if !dice.once_in(4) {
                    entities.push(self.entity(uid, later, dice));
                }
                rest = later;
            }
        }
        let closure = TCComputation::ComputeNow;
        let extensions = Extensions::all_available();
        Entities::from_entities(entities, None::<&NoEntitiesSchema>, closure, extensions).unwrap()
    }

    fn entity(&self, uid: &EntityUID, later: &[Arc<EntityUID>], dice: &mut Dice) -> Entity {
        let mut attributes: Vec<(&str, Value)> = Vec::new();
        if dice.once_in(2) {
            attributes.push(("n", Value::from(i64::try_from(dice.below(4)).unwrap())));
        }
        if dice.once_in(2) {
            attributes.push(("friend", Value::from(self.uid(dice))));
        }
        if dice.once_in(2) {
            attributes.push(("tags", Value::set([Value::from(7), Value::from("x")], None)));
        }
        Entity::new_with_attr_partial_value(
            uid.clone(),
            attributes.into_iter().map(|(name, value)| (name.into(), PartialValue::Value(value))),
            HashSet::new(),
            later.iter().filter(|_| dice.once_in(5)).map(|uid| uid.as_ref().clone()).collect(),
            [],
        )
    }

    pub(super) fn request(&self, dice: &mut Dice) -> Request {
        let known = |uid| EntityUIDEntry::Known { euid: uid, loc: None };
        Request::new_unchecked(
            known(self.uid(dice)),
            known(Arc::clone(dice.pick(&self.actions))),
            known(self.uid(dice)),
            Some(dice.pick(&self.contexts).clone()),
        )
    }
}

fn expression(clause: &str) -> Expr {
    let policy = format!("permit (principal, action, resource) {clause};");
    let policy = parser::parse_policy(None, &policy).unwrap();
    policy.non_scope_constraints().unwrap().clone()
}

fn contexts() -> Vec<Context> {
    let texts = [
        r#"{}"#,
        r#"{ "flag": true, "number": 7, "text": "127.0.0.1" }"#,
        r#"{ "flag": false, "number": 8, "text": "10.0.0.7" }"#,
        r#"{ "flag": "yes", "number": true, "text": "nowhere" }"#,
    ];
    texts.iter().map(|text| Context::from_json_str(text).unwrap()).collect()
}
