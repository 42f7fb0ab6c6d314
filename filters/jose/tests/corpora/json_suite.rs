//! JSONTestSuite: what is JSON, as payload and inside a key set.

use std::fs;

use jose::{KeySet, KeySetError, KeyUse, parse_object};
use serde_json::Value;

use crate::corpus::{Corpus, gate, gate_name, json_files, name};

const JSON_TEST_SUITE: Corpus =
    Corpus { folder: "JSONTestSuite", repository: "https://github.com/nst/JSONTestSuite" };

/// JSON by the grammar that we refuse: RFC 7515 §4 asks for unique names. One that is parsed fails the test.
const DUPLICATES: [&str; 2] = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"];

/// RFC 8037 appendix A.2.
const KEY: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// The least number of checks that the suite stands for.
const LEAST: usize = 200;

#[test]
fn what_is_no_json_is_refused_and_objects_are_parsed() {
    let name_of_gate = gate_name("jwt.json_suite");
    let Some(folder) = JSON_TEST_SUITE.find(&format!("gate {name_of_gate} - all")) else { return };
    let files = json_files(&folder.join("test_parsing"));
    let checks: Vec<_> =
        files.iter().flat_map(|path| checks(&name(path), &fs::read(path).unwrap())).collect();
    let wrong: Vec<_> = checks.iter().filter(|check| !check.holds).map(|check| &check.what).collect();
    let (all, got) = (checks.len(), checks.len().saturating_sub(wrong.len()));
    assert!(gate(&name_of_gate, got, all, all.max(LEAST)), "{all} checks, wrong: {wrong:#?}");
    for exception in DUPLICATES {
        assert!(files.iter().any(|path| name(path) == exception), "exception without a file: {exception}");
    }
}

/// One answer to one text, and whether it is the right one.
struct Check {
    what: String,
    holds: bool,
}

/// The text as the payload of a token, as a key set, and as a member of a key set that is good without it.
fn checks(name: &str, text: &[u8]) -> Vec<Check> {
    let payload = parse_object(text).is_some();
    let whole = KeySet::parse(text, KeyUse::Signature).map(drop);
    let member = KeySet::parse(&as_member(text), KeyUse::Signature).map(drop);
    let [is_object, is_json] = match name.get(..2) {
        Some("n_") => [false, false],
        Some("y_") if DUPLICATES.contains(&name) => [false, false],
        Some("y_") => [serde_json::from_slice::<Value>(text).unwrap().is_object(), true],
        // Either answer is right; the text was read without a panic.
        Some("i_") => return Vec::new(),
        _ => panic!("{name}: neither n_, y_ nor i_"),
    };
    let in_a_set = if is_json { Ok(()) } else { Err(KeySetError::Malformed) };
    vec![
        Check { what: format!("{name}, payload: {payload}"), holds: payload == is_object },
        // None of the texts has a member `keys`.
        Check { what: format!("{name}, key set: {whole:?}"), holds: whole == Err(KeySetError::Malformed) },
        Check { what: format!("{name}, member: {member:?}"), holds: member == in_a_set },
    ]
}

fn as_member(text: &[u8]) -> Vec<u8> {
    let before = format!(r#"{{"keys":[{KEY}],"more":"#);
    [before.as_bytes(), text, b"}"].concat()
}
