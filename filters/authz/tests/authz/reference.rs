//! The engine against Cedar's public API, which gets the same requests as JSON and checks them against the
//! schema. Equal decisions and ids show that building typed values, leaving out entities without attributes
//! and skipping the closure change nothing; that the JSON is accepted shows that the mapping gives values of
//! the schema's types.

use std::collections::{BTreeMap, HashMap};

use bundle::Link;
use cedar_policy::{
    AuthorizationError, Authorizer, Context, Decision, Entities, EntityUid, Policy, PolicyId, PolicySet,
    Request, Schema, SlotId, Template,
};
use contract::{Authorize, EntityTemplate, ResourceTemplate, Route, SettledPath, Verdict};
use serde_json::{Map, Value, json};

use crate::cases::{Case, CaseFile, Wanted, files};
use crate::world::{compile, decide};

#[test]
fn decides_as_the_public_api_does() {
    let mut compared = 0;
    for (name, file) in files().into_iter().filter(|(_, file)| file.not_compared.is_none()) {
        let section = file.section();
        let reference = Reference::new(&section, &file.links);
        let routes = file.routes();
        for case in file.cases.iter().filter(|case| was_asked(case)) {
            let place = format!("{name}: {}", case.description);
            let route = routes.iter().find(|route| route.name == case.route).unwrap();
            let Some(Authorize::Action { .. }) = route.authorize else { continue };
            let (wanted, ids) = reference.decide(&section, &file, route, case);
            assert_eq!((shadowless(case), &ids), (wanted, &without_shadow(case)), "{place}");
            compared += 1;
        }
    }
    assert!(compared > 100, "case files are missing");
}

/// The one place where a decision is meant to differ. Cedar leaves a policy out that fails, which turns a `forbid`
/// with an overflow, or with an attribute of an entity that is gone, into none.
#[test]
fn refuses_on_an_erroring_forbid_where_cedar_alone_allows() {
    let is_meant = |case: &Case| case.reason.as_deref() == Some("policy_error");
    let mut allowed = 0;
    for (name, file) in files().into_iter().filter(|(_, file)| file.not_compared.is_none()) {
        let (section, routes) = (file.section(), file.routes());
        let reference = Reference::new(&section, &file.links);
        let stage = compile(&section, &routes).unwrap();
        for case in file.cases.iter().filter(|case| is_meant(case)) {
            let route = routes.iter().find(|route| route.name == case.route).unwrap();
            let (request, entities) = reference.question(&section, &file, route, case);
            let response = Authorizer::new().is_authorized(&request, &reference.policies, &entities);
            let ours = decide(stage.as_ref(), &routes, case);
            let Verdict::Refuse(refusal) = ours else { panic!("{name}: {}: {ours:?}", case.description) };
            assert_eq!(refusal.reason, "policy_error");
            allowed += u32::from(response.decision() == Decision::Allow);
        }
    }
    assert!(allowed > 2, "no case shows the difference");
}

/// Whether the policies decided, rather than something before them.
fn was_asked(case: &Case) -> bool {
    let by_policies = ["policy_forbids", "no_policy_permits", "policy_error"];
    let shadowed = case.evidence.iter().find_map(|line| line.strip_prefix("shadow:reason:"));
    let reason = case.reason.as_deref().or(shadowed);
    reason.is_none_or(|reason| by_policies.contains(&reason))
}

fn shadowless(case: &Case) -> Wanted {
    let shadowed = case.evidence.iter().any(|line| line.starts_with("shadow:deny:"));
    if shadowed { Wanted::Deny } else { case.decision }
}

fn without_shadow(case: &Case) -> Vec<String> {
    match case.evidence.iter().find_map(|line| line.strip_prefix("shadow:deny:")) {
        Some("") => Vec::new(),
        Some(ids) => ids.split(',').map(str::to_owned).collect(),
        None => case.evidence.iter().filter(|line| !is_remark(line)).cloned().collect(),
    }
}

/// What a record says besides the policies behind a decision.
fn is_remark(line: &str) -> bool {
    ["shadow_policy:", "reason:", "doc:"].iter().any(|prefix| line.starts_with(prefix))
}

struct Reference {
    schema: Schema,
    policies: PolicySet,
}

impl Reference {
    fn new(section: &Value, links: &[Link]) -> Self {
        let (schema, _) = Schema::from_cedarschema_str(section["schema"].as_str().unwrap()).unwrap();
        let mut policies: PolicySet = section["policies"].as_str().unwrap().parse().unwrap();
        let in_shadow = |policy: &&Policy| policy.annotation("shadow") == Some("true");
        let shadowed: Vec<_> = policies.policies().filter(in_shadow).map(|one| one.id().clone()).collect();
        for id in shadowed {
            policies.remove_static(id).unwrap();
        }
        links.iter().for_each(|link| fill(&mut policies, link));
        Self { schema, policies }
    }

    /// The decision of the public API, an error being a deny, and the ids behind it.
    fn decide(
        &self,
        section: &Value,
        file: &CaseFile,
        route: &Route,
        case: &Case,
    ) -> (Wanted, Vec<String>) {
        let (request, entities) = self.question(section, file, route, case);
        self.answer(&request, &entities)
    }

    fn question(
        &self,
        section: &Value,
        file: &CaseFile,
        route: &Route,
        case: &Case,
    ) -> (Request, Entities) {
        let Some(Authorize::Action { action, resource }) = &route.authorize else { panic!("not asked") };
        let claims = case.claims.as_ref().unwrap();
        let principal = principal_json(&section["principals"][0], claims);
        let action = self.schema.actions().find(|uid| uid_is(uid, action)).unwrap().clone();
        let resource = resource_json(resource, &case.parameters);
        let context =
            Context::from_json_value(context_json(file, case), Some((&self.schema, &action))).unwrap();
        let (who, what) = (uid(&principal["uid"]), uid(&resource["uid"]));
        let request = Request::new(who, action, what, context, Some(&self.schema)).unwrap();
        let entities = [principal, resource].into_iter().fold(file.entities.clone(), known);
        (request, Entities::from_json_value(json!(entities), Some(&self.schema)).unwrap())
    }

    fn answer(&self, request: &Request, entities: &Entities) -> (Wanted, Vec<String>) {
        let response = Authorizer::new().is_authorized(request, &self.policies, entities);
        let failed = |AuthorizationError::PolicyEvaluationError(error): &AuthorizationError| {
            error.policy_id().clone()
        };
        let errors: Vec<_> = response.diagnostics().errors().map(failed).collect();
        if !errors.is_empty() {
            return (Wanted::Deny, self.names(errors.iter()));
        }
        let wanted = match response.decision() {
            Decision::Allow => Wanted::Allow,
            Decision::Deny => Wanted::Deny,
        };
        (wanted, self.names(response.diagnostics().reason()))
    }

    fn names<'a>(&self, ids: impl Iterator<Item = &'a PolicyId>) -> Vec<String> {
        let mut names: Vec<_> = ids.map(|id| self.name(id)).collect();
        names.sort();
        names
    }

    /// A policy's annotation, or the id of a link, whose annotations are those of its template.
    fn name(&self, id: &PolicyId) -> String {
        let is_static = self.policies.policy(id).unwrap().template_id().is_none();
        let written = self.policies.annotation(id, "id").filter(|_| is_static);
        written.map_or(id.to_string(), str::to_owned)
    }
}

fn fill(policies: &mut PolicySet, link: &Link) {
    let is_meant = |template: &&Template| template.annotation("id") == Some(&link.template);
    let template = policies.templates().find(is_meant).unwrap();
    if template.annotation("shadow") == Some("true") {
        return;
    }
    let template = template.id().clone();
    let slots = [(SlotId::principal(), &link.principal), (SlotId::resource(), &link.resource)];
    let slots = slots.into_iter().filter_map(|(slot, text)| Some((slot, text.as_ref()?.parse().unwrap())));
    policies.link(template, PolicyId::new(&link.id), slots.collect::<HashMap<_, _>>()).unwrap();
}

/// `entities` with what a request knows of one more, or of one of them.
fn known(mut entities: Vec<Value>, more: Value) -> Vec<Value> {
    let Some(one) = entities.iter_mut().find(|one| one["uid"] == more["uid"]) else {
        entities.push(more);
        return entities;
    };
    let parents = more["parents"].as_array().unwrap();
    one["parents"].as_array_mut().unwrap().extend(parents.iter().cloned());
    one["attrs"].as_object_mut().unwrap().extend(more["attrs"].as_object().unwrap().clone());
    entities
}

fn resource_json(resource: &ResourceTemplate, parameters: &BTreeMap<String, String>) -> Value {
    let fill = |text: &str| {
        let put =
            |text: String, (name, value): (&String, &String)| text.replace(&format!("{{{name}}}"), value);
        parameters.iter().fold(text.to_owned(), put)
    };
    let attributes = resource.attributes.iter().map(|(name, text)| (name.clone(), json!(fill(text))));
    let parent = |parent: &EntityTemplate| json!({ "type": parent.type_name, "id": fill(&parent.id) });
    json!({
        "uid": { "type": resource.type_name, "id": fill(&resource.id) },
        "attrs": attributes.collect::<Map<_, _>>(),
        "parents": resource.parents.iter().map(parent).collect::<Vec<_>>(),
    })
}

fn uid_is(uid: &EntityUid, name: &str) -> bool {
    uid.id().unescaped() == name || uid.to_string() == name
}

fn uid(json: &Value) -> EntityUid {
    EntityUid::from_json(json.clone()).unwrap()
}

fn principal_json(mapping: &Value, claims: &Map<String, Value>) -> Value {
    let subject = json!("sub");
    let mut attributes = Map::new();
    for (name, attribute) in mapping["attributes"].as_object().into_iter().flatten() {
        if let Some(value) = claim(&attribute["claim"], claims) {
            attributes.insert(name.clone(), value.clone());
        }
    }
    let id = mapping.get("id").unwrap_or(&subject);
    let above = &mapping["parents"][0];
    let parents = match claim(&above["claim"], claims) {
        Some(Value::Array(ids)) => ids.clone(),
        Some(id) => vec![id.clone()],
        None => vec![],
    };
    let parent = |id: &Value| json!({ "type": above["type"], "id": id });
    json!({
        "uid": { "type": mapping["type"], "id": claim(id, claims) },
        "attrs": attributes,
        "parents": parents.iter().map(parent).collect::<Vec<_>>(),
    })
}

fn claim<'a>(path: &Value, claims: &'a Map<String, Value>) -> Option<&'a Value> {
    let names: Vec<&str> = match path.as_array() {
        Some(names) => names.iter().map(|name| name.as_str().unwrap()).collect(),
        None => path.as_str()?.split('.').collect(),
    };
    let (first, rest) = names.split_first()?;
    rest.iter().try_fold(claims.get(*first)?, |value, name| value.get(name))
}

fn context_json(file: &CaseFile, case: &Case) -> Value {
    let mut all = json!({
        "method": case.method,
        "path": SettledPath::settle(case.path.as_bytes()).unwrap().path(),
        "route": case.route,
        "parameters": case.parameters,
    });
    let all = all.as_object_mut().unwrap();
    all.extend(case.caller.as_ref().map(|caller| ("caller".to_owned(), json!(caller))));
    Value::Object(all.iter().filter(|(name, _)| file.context.contains(name)).map(owned).collect())
}

fn owned((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}
