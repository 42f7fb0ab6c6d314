//! Project Wycheproof: tokens and key sets, most of them wrong in one way.

use jose::{Algorithm, Ring};
use serde::Deserialize;
use serde_json::Value;

use crate::corpus::{Corpus, document, gate, gate_name};
use crate::judge::{judge, key_set};

pub(crate) const WYCHEPROOF: Corpus =
    Corpus { folder: "wycheproof", repository: "https://github.com/C2SP/wycheproof" };

/// A vector whose label we do not follow, and why. One that has become needless fails the test.
type Deviation = (u64, &'static str);

/// Of `json_web_signature_test.json`. These labels are wrong, so they are not counted.
const TOKENS: [Deviation; 8] = [
    (346, "the key is for PS256 and the token PS384: a key with `alg` is for that alone"),
    (347, "the key is for `ES521`, which is no algorithm"),
    (350, "as 346"),
    (351, "as 347"),
    (367, "the same bytes as 357, which is valid"),
    (370, "the same bytes as 357, which is valid"),
    (372, "there is a `?` in the header, which is not base64url"),
    (373, "there is a `?` in the payload, which is not base64url"),
];

/// Of `json_web_key_test.json`.
const KEY_SETS: [Deviation; 1] = [(
    2,
    "a set of two symmetric keys: a secret is configured on its own, and no set that has one is taken",
)];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vectors {
    number_of_tests: usize,
    test_groups: Vec<Group>,
}

/// Vectors that share a key or a set. `private` is all there is of a symmetric one.
#[derive(Deserialize)]
struct Group {
    public: Option<Value>,
    private: Value,
    tests: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    tc_id: u64,
    comment: String,
    jws: String,
    result: Label,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Label {
    Valid,
    Invalid,
}

#[test]
fn tokens_are_accepted_and_refused_as_wycheproof_says() {
    check("jwt.wycheproof_jws", "json_web_signature_test.json", &TOKENS, (393, 393));
}

#[test]
fn key_sets_are_accepted_and_refused_as_wycheproof_says() {
    check("jwt.wycheproof_jwk", "json_web_key_test.json", &KEY_SETS, (25, 26));
}

/// Judge every vector in `file`. Of so many that are counted, so many must follow their label, and all that
/// are no exception.
fn check(name: &str, file: &str, deviations: &[Deviation], (want, counted): (usize, usize)) {
    let name = gate_name(name);
    let Some(folder) = WYCHEPROOF.find(&format!("gate {name} - {want}/{counted}")) else { return };
    let Vectors { number_of_tests, test_groups } = document(&folder.join("testvectors_v1").join(file));
    let tests: Vec<_> =
        test_groups.iter().flat_map(|group| group.tests.iter().map(|test| (group.keys(), test))).collect();
    assert_eq!(tests.len(), number_of_tests, "vectors were left out");
    for (id, why) in deviations {
        assert!(tests.iter().any(|(_, test)| test.tc_id == *id), "no vector for exception {id}: {why}");
    }
    let wrong: Vec<_> = tests.iter().filter_map(|(keys, test)| test.fault(keys, deviations)).collect();
    let follow = number_of_tests.saturating_sub(deviations.len()).saturating_sub(wrong.len());
    let holds = gate(&name, follow, counted, want);
    assert!(holds && wrong.is_empty(), "{wrong:#?}");
}

impl Group {
    fn keys(&self) -> Value {
        key_set(self.public.as_ref().unwrap_or(&self.private))
    }
}

impl Vector {
    /// What is wrong with the verdict, if anything is.
    fn fault(&self, keys: &Value, deviations: &[Deviation]) -> Option<String> {
        let Self { tc_id, comment, jws, result } = self;
        let verdict = judge(keys, jws, &Algorithm::ALL, &Ring);
        let follows = verdict.is_ok() == (*result == Label::Valid);
        match deviations.iter().find(|(id, _)| id == tc_id) {
            Some((_, why)) => follows.then(|| format!("tcId {tc_id}: needless exception: {why}")),
            None => (!follows).then(|| format!("tcId {tc_id} ({comment}): {verdict:?}")),
        }
    }
}
