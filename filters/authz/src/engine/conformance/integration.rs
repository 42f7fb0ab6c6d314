//! Cedar's integration tests, written by hand and left behind by fuzzing, in the format of its README.

use std::path::Path;

use cedar_policy::{Context, Entities, EntityUid, PolicySet, Request, Schema, ValidationMode, Validator};
use serde::Deserialize;
use serde_json::Value;

use super::corpora::{Files, Tally, find, gate_name};
use super::said::{Said, sorted};
use crate::engine::{Policies, Store, schema};

#[test]
fn agrees_with_the_tests_that_cedar_wrote_by_hand() {
    let name = gate_name("authz.cedar_handwritten");
    let Some(root) = find(&name, 74) else { return };
    check(&name, 74, &Files::in_folder(&root));
}

/// 2,000 tests of 8 requests each.
#[test]
fn agrees_with_the_corpus_of_cedar() {
    let name = gate_name("authz.cedar_corpus");
    let Some(root) = find(&name, 16_000) else { return };
    check(&name, 16_000, &corpus(&root));
}

/// The loader takes what Cedar's validator takes, so the bounds on nesting cost no policy of the corpus; and
/// that is at least what the corpus calls valid. It calls nine invalid that the pinned release accepts.
#[test]
fn takes_the_policies_that_cedar_finds_valid() {
    let name = gate_name("authz.cedar_valid");
    let Some(root) = find(&name, 2_000) else { return };
    let files = corpus(&root);
    let mut tally = Tally::default();
    for path in files.tests() {
        let raw = RawTest::read(path, &files);
        let (schema, policies) = (files.text(&raw.schema), files.text(&raw.policies));
        let loaded = Policies::parse(policies, &schema::Schema::parse(schema).unwrap());
        let valid = is_valid(policies, schema);
        let right = loaded.is_ok() == valid && (valid || !raw.should_validate);
        tally.count((!right).then(|| format!("{path}: {:?}", loaded.err())));
    }
    tally.gate(&name, 2_000);
}

fn is_valid(policies: &str, schema: &str) -> bool {
    let (schema, _) = Schema::from_cedarschema_str(schema).unwrap();
    let policies = policies.parse().unwrap();
    Validator::new(schema).validate(&policies, ValidationMode::Strict).validation_passed()
}

fn corpus(root: &Path) -> Files {
    Files::in_archive(&root.join("corpus-tests-part.tar.gz"), "corpus-tests")
}

fn check(name: &str, want: usize, files: &Files) {
    let mut tally = Tally::default();
    for path in files.tests() {
        let test = Test::read(path, files);
        for request in &test.requests {
            tally.count(test.fault(request).map(|fault| format!("{path}: {fault}")));
        }
    }
    tally.gate(name, want);
}

/// One test as its file has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawTest {
    policies: String,
    entities: String,
    schema: String,
    should_validate: bool,
    requests: Vec<RawRequest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawRequest {
    description: String,
    principal: Value,
    action: Value,
    resource: Value,
    context: Value,
    #[serde(default = "yes")]
    validate_request: bool,
    decision: RawDecision,
    reason: Vec<String>,
    errors: Vec<String>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum RawDecision {
    Allow,
    Deny,
}

impl RawTest {
    fn read(path: &str, files: &Files) -> Self {
        serde_json::from_str(files.text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

/// One test with its texts parsed.
struct Test {
    schema: Schema,
    entities: Entities,
    store: Store,
    policies: Policies,
    requests: Vec<RawRequest>,
}

impl Test {
    fn read(path: &str, files: &Files) -> Self {
        let raw = RawTest::read(path, files);
        let (schema, _) = Schema::from_cedarschema_str(files.text(&raw.schema)).unwrap();
        let entities = Entities::from_json_str(files.text(&raw.entities), Some(&schema)).unwrap();
        let policies: PolicySet = files.text(&raw.policies).parse().unwrap();
        let policies: &cedar_policy_core::ast::PolicySet = policies.as_ref();
        let policies = Policies::new(policies.clone()).unwrap();
        let store = Store::of(entities.as_ref());
        Self { store, schema, entities, policies, requests: raw.requests }
    }

    fn fault(&self, request: &RawRequest) -> Option<String> {
        let (got, want) = (self.answer(request), request.wanted());
        (got != want).then(|| format!("{}: {got:?}, not {want:?}", request.description))
    }

    fn answer(&self, raw: &RawRequest) -> Said {
        let uid = |json: &Value| EntityUid::from_json(json.clone()).unwrap();
        let action = uid(&raw.action);
        let context = Context::from_json_value(raw.context.clone(), Some((&self.schema, &action))).unwrap();
        let schema = raw.validate_request.then_some(&self.schema);
        let request =
            Request::new(uid(&raw.principal), action, uid(&raw.resource), context, schema).unwrap();
        let said = Said::by_engine(&self.policies, request.as_ref(), self.entities.as_ref());
        assert_eq!(
            Said::by_store(&self.policies, request.as_ref(), &self.store),
            said,
            "{}",
            raw.description
        );
        said
    }
}

impl RawRequest {
    fn wanted(&self) -> Said {
        Said {
            allows: self.decision == RawDecision::Allow,
            reasons: sorted(self.reason.iter().cloned()),
            errors: sorted(self.errors.iter().cloned()),
        }
    }
}

const fn yes() -> bool {
    true
}
