//! The engine against Cedar's public API, which gets the same requests as JSON and checks them against the
//! schema. Equal decisions and ids show that building typed values, leaving out entities without attributes
//! and skipping the closure change nothing; that the JSON is accepted shows that the mapping gives values of
//! the schema's types.

use cedar_policy::{
    AuthorizationError, Authorizer, Context, Decision, Entities, EntityUid, Policy, PolicyId, PolicySet,
    Request, Schema,
};
use contract::{Authorize, Route, SettledPath};
use serde_json::{Map, Value, json};

use crate::cases::{Case, CaseFile, Wanted, files};

#[test]
fn decides_as_the_public_api_does() {
    let mut compared = 0;
    for (name, file) in files() {
        let section = file.section();
        let reference = Reference::new(&section);
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
    assert!(compared > 30, "case files are missing");
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
    fn new(section: &Value) -> Self {
        let (schema, _) = Schema::from_cedarschema_str(section["schema"].as_str().unwrap()).unwrap();
        let mut policies: PolicySet = section["policies"].as_str().unwrap().parse().unwrap();
        let in_shadow = |policy: &&Policy| policy.annotation("shadow") == Some("true");
        let shadowed: Vec<_> = policies.policies().filter(in_shadow).map(|one| one.id().clone()).collect();
        for id in shadowed {
            policies.remove_static(id).unwrap();
        }
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
        let Some(Authorize::Action { action, resource }) = &route.authorize else { panic!("not asked") };
        let claims = case.claims.as_ref().unwrap();
        let principal = principal_json(&section["principals"][0], claims);
        let action = self.schema.actions().find(|uid| uid_is(uid, action)).unwrap().clone();
        let mut resource_id = resource.id.clone();
        for (name, value) in &case.parameters {
            resource_id = resource_id.replace(&format!("{{{name}}}"), value);
        }
        let resource = uid(&json!({ "type": resource.type_name, "id": resource_id }));
        let context =
            Context::from_json_value(context_json(file, case), Some((&self.schema, &action))).unwrap();
        let request =
            Request::new(uid(&principal["uid"]), action, resource, context, Some(&self.schema)).unwrap();
        let entities = Entities::from_json_value(json!([principal]), Some(&self.schema)).unwrap();
        self.answer(&request, &entities)
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
        let name = |id: &PolicyId| self.policies.annotation(id, "id").map_or(id.to_string(), str::to_owned);
        let mut names: Vec<_> = ids.map(name).collect();
        names.sort();
        names
    }
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
