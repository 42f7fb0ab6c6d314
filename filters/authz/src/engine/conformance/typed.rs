//! The typed construction of a question against Cedar's public interface, which reads JSON, checks it against
//! the schema and closes the hierarchy itself. There the groups and the resource are entities, too.

use cedar_policy::{Context, Entities, EntityUid, PolicySet, Request, Schema};
use serde_json::{Value as Json, json};

use super::corpora::{Tally, gate_name};
use super::generate::Dice;
use super::kinds::Kinds;
use super::said::Said;
use crate::engine::{
    Action, Answer, Entity, EntityType, Policies, Question, Store, StoreDraft, Value, decide, schema,
};

const SETS: u64 = 500;
const QUESTIONS: usize = 20;

const SCHEMA: &str = r#"
    entity Group;
    entity User in [Group] = { level: Long, active: Bool, roles: Set<String>, tenant?: String };
    entity Doc;
    action all;
    action edit in [all];
    action read, write in [edit] appliesTo {
        principal: User,
        resource: Doc,
        context: { caller: String, parameters: { id: String }, tenant?: String },
    };
"#;
const ACTIONS: [&str; 2] = ["read", "write"];
const IDS: [&str; 4] = ["a", "b", "c", "\"\\ \u{1F600}"];

const PRINCIPALS: [&str; 6] = [
    "principal",
    "principal is User",
    r#"principal == User::"a""#,
    r#"principal in Group::"a""#,
    r#"principal in Group::"b""#,
    r#"principal is User in Group::"c""#,
];
const ACTION_SCOPES: [&str; 5] = [
    "action",
    r#"action == Action::"read""#,
    r#"action in Action::"edit""#,
    r#"action in [Action::"write", Action::"all"]"#,
    r#"action in [Action::"write"]"#,
];
const RESOURCES: [&str; 4] =
    ["resource", "resource is Doc", r#"resource == Doc::"b""#, r#"resource in Doc::"c""#];
const CLAUSES: [&str; 8] = [
    "",
    "when { principal.level > 1 }",
    "when { principal.level + 9223372036854775805 > 0 }",
    "unless { principal.active }",
    r#"when { principal.roles.contains("a") }"#,
    "when { principal has tenant && context has tenant && principal.tenant == context.tenant }",
    r#"when { context.caller like "*b" || context.parameters.id == "c" }"#,
    r#"when { principal in Group::"a" && action in Action::"all" && resource in resource }"#,
];

#[test]
fn asks_what_the_public_interface_is_asked() {
    let world = World::new();
    let (mut tally, mut kinds) = (Tally::default(), Kinds::default());
    for seed in 0..SETS {
        let mut dice = Dice::new(seed);
        let text = policies(&mut dice);
        let engine = Policies::parse(&text, &world.typed).unwrap();
        let cedar: PolicySet = text.parse().unwrap();
        for _ in 0..QUESTIONS {
            let facts = Facts::new(&mut dice);
            let got = decide(&engine, &world.store, facts.question(&world));
            let want = facts.asked_of_cedar(&world, &cedar);
            kinds.count(&want);
            tally.count((got != want).then(|| format!("{facts:?}: {got:?}, not {want:?}\n{text}")));
        }
    }
    tally.gate(&gate_name("authz.typed_differential"), 10_000);
    kinds.check(500);
}

fn policies(dice: &mut Dice) -> String {
    let policy = |_| {
        let effect = if dice.once_in(4) { "forbid" } else { "permit" };
        let (principal, action) = (*dice.pick(&PRINCIPALS), *dice.pick(&ACTION_SCOPES));
        let (resource, clause) = (*dice.pick(&RESOURCES), *dice.pick(&CLAUSES));
        format!("{effect} ({principal}, {action}, {resource}) {clause};\n")
    };
    (0..8).map(policy).collect()
}

struct World {
    schema: Schema,
    typed: schema::Schema,
    store: Store,
    actions: [Action; 2],
    user: EntityType,
    group: EntityType,
    doc: EntityType,
}

impl World {
    fn new() -> Self {
        let typed = schema::Schema::parse(SCHEMA).unwrap();
        let entity_type = |name| typed.entity_type(name).unwrap();
        Self {
            schema: Schema::from_cedarschema_str(SCHEMA).unwrap().0,
            actions: ACTIONS.map(|name| typed.actions(name).remove(0)),
            user: entity_type("User"),
            group: entity_type("Group"),
            doc: entity_type("Doc"),
            store: StoreDraft::default().close(&typed).unwrap(),
            typed,
        }
    }
}

/// What is known of one request.
#[derive(Debug)]
struct Facts {
    user: &'static str,
    groups: Vec<&'static str>,
    level: i64,
    active: bool,
    roles: Vec<&'static str>,
    tenant: Option<&'static str>,
    action: usize,
    doc: &'static str,
    caller: &'static str,
    parameter: &'static str,
    context_tenant: Option<&'static str>,
}

impl Facts {
    fn new(dice: &mut Dice) -> Self {
        let one = |dice: &mut Dice| *dice.pick(&IDS);
        let some = |dice: &mut Dice| Vec::from_iter(IDS.into_iter().filter(|_| dice.once_in(3)));
        let maybe = |dice: &mut Dice| dice.once_in(2).then(|| one(dice));
        Self {
            user: one(dice),
            groups: some(dice),
            level: i64::try_from(dice.below(5)).unwrap(),
            active: dice.once_in(2),
            roles: some(dice),
            tenant: maybe(dice),
            action: dice.below(ACTIONS.len()),
            doc: one(dice),
            caller: one(dice),
            parameter: one(dice),
            context_tenant: maybe(dice),
        }
    }

    fn question<'a>(&self, world: &'a World) -> Question<'a> {
        let mut attributes = vec![
            ("level", Value::Long(self.level)),
            ("active", Value::Bool(self.active)),
            ("roles", Value::Set(self.roles.iter().map(|role| Value::text(role)).collect())),
        ];
        attributes.extend(self.tenant.map(|tenant| ("tenant", Value::text(tenant))));
        let parameters = Value::Record(vec![("id", Value::text(self.parameter))]);
        let mut context = vec![("caller", Value::text(self.caller)), ("parameters", parameters)];
        context.extend(self.context_tenant.map(|tenant| ("tenant", Value::text(tenant))));
        let parents = self.groups.iter().map(|group| (&world.group, (*group).into())).collect();
        Question {
            principal: Entity { type_name: &world.user, id: self.user.into(), attributes, parents },
            action: &world.actions[self.action],
            resource: Entity {
                type_name: &world.doc,
                id: self.doc.into(),
                attributes: Vec::new(),
                parents: Vec::new(),
            },
            context,
        }
    }

    fn asked_of_cedar(&self, world: &World, policies: &PolicySet) -> Answer {
        let schema = Some(&world.schema);
        let uid = |json: &Json| EntityUid::from_json(json["uid"].clone()).unwrap();
        let action = uid(&json!({ "uid": { "type": "Action", "id": ACTIONS[self.action] } }));
        let (user, doc) = (self.user_json(), entity("Doc", self.doc));
        let context =
            Context::from_json_value(self.context_json(), Some((&world.schema, &action))).unwrap();
        let request = Request::new(uid(&user), action, uid(&doc), context, schema).unwrap();
        let groups = self.groups.iter().map(|group| entity("Group", group));
        let all = Json::Array([user, doc].into_iter().chain(groups).collect());
        let entities = Entities::from_json_value(all, schema).unwrap();
        Said::by_cedar(policies.as_ref(), request.as_ref(), entities.as_ref()).answer()
    }

    fn user_json(&self) -> Json {
        let Self { level, active, roles, tenant, .. } = self;
        let mut user = entity("User", self.user);
        user["attrs"] = json!({ "level": level, "active": active, "roles": roles });
        if let Some(tenant) = tenant {
            user["attrs"]["tenant"] = json!(tenant);
        }
        let groups = self.groups.iter().map(|group| json!({ "type": "Group", "id": group }));
        user["parents"] = groups.collect();
        user
    }

    fn context_json(&self) -> Json {
        let mut context = json!({ "caller": self.caller, "parameters": { "id": self.parameter } });
        if let Some(tenant) = self.context_tenant {
            context["tenant"] = json!(tenant);
        }
        context
    }
}

fn entity(type_name: &str, id: &str) -> Json {
    json!({ "uid": { "type": type_name, "id": id }, "attrs": {}, "parents": [] })
}
