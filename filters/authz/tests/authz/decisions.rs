//! Every case file, request by request.

use contract::{Cause, Edit, Edits, Forward, Verdict};

use crate::cases::{Case, Wanted, files};
use crate::world::{compile, decide};

#[test]
fn every_request_of_the_case_files_gets_its_decision_reason_and_evidence() {
    let mut judged = 0;
    for (name, file) in files() {
        let routes = file.routes();
        let stage = compile(&file.section(), &routes).unwrap_or_else(|error| panic!("{name}: {error}"));
        for case in &file.cases {
            let place = format!("{name}: {}: {}", file.description, case.description);
            check(&place, case, decide(stage.as_ref(), &routes, case));
            judged += 1;
        }
    }
    assert!(judged > 400, "case files are missing");
}

fn check(place: &str, case: &Case, verdict: Verdict) {
    match (verdict, case.decision) {
        (Verdict::Forward(Forward { evidence, request, response, .. }), Wanted::Allow) => {
            assert_eq!(evidence, case.evidence, "{place}");
            assert_eq!(case.reason, None, "{place}: an allow has no reason");
            assert_eq!(request, Edits::new(), "{place}: a policy edits no request");
            assert_eq!(public(&response), case.public, "{place}");
        }
        (Verdict::Refuse(refusal), Wanted::Deny) => {
            assert_eq!(Some(refusal.reason), case.reason.as_deref(), "{place}");
            assert_eq!(refusal.evidence, case.evidence, "{place}");
            assert_eq!(public(&refusal.headers), case.public, "{place}");
            let cause = match case.reason.as_deref() {
                Some("principal_missing") => Cause::CredentialMissing,
                _ => Cause::PolicyDenied,
            };
            assert_eq!(refusal.cause, cause, "{place}");
        }
        (verdict, wanted) => panic!("{place}: wanted {wanted:?}, got {verdict:?}"),
    }
}

/// What the client is told, and that it is told nothing else.
fn public(response: &Edits) -> Option<String> {
    let told: Vec<_> = response.iter().collect();
    match told.as_slice() {
        [] => None,
        [Edit::Set(name, value)] if name.as_str() == "x-why" => Some(value.as_str().to_owned()),
        other => panic!("{other:?}"),
    }
}
