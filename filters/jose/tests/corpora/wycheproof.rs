//! Project Wycheproof: signatures and key sets, most of them wrong in one way.

use jose::Algorithm;
use serde::Deserialize;
use serde_json::Value;

use crate::corpus::{Corpus, document, say};
use crate::judge::{OFFERED, judge, key_set, keys_mut};

const WYCHEPROOF: Corpus =
    Corpus { folder: "wycheproof", repository: "https://github.com/C2SP/wycheproof" };

/// Vectors of `json_web_key_test.json` whose label we do not follow, and why. One that has become needless
/// fails the test.
const KEY_DEVIATIONS: [(u64, &str); 1] =
    [(7, "a modulus with the fingerprint of CVE-2017-15361 (ROCA) is for the issuer to replace")];

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

/// How many vectors were judged as they should be: of algorithms that we offer, and of others.
#[derive(Default)]
struct Counts {
    offered: usize,
    others: usize,
}

#[test]
fn signatures_are_accepted_and_refused_as_wycheproof_says() {
    check("wycheproof_jws", "json_web_signature_test.json", &[], |group, test| {
        // Not only because its key names another algorithm: the token itself is none of ours.
        let mut unbound = group.keys();
        keys_mut(&mut unbound).for_each(|key| drop(key.remove("alg")));
        let refused = judge(&unbound, &test.jws).is_err();
        assert!(refused || test.result == Label::Invalid, "tcId {}: accepted without `alg`", test.tc_id);
    });
}

#[test]
fn key_sets_are_accepted_and_refused_as_wycheproof_says() {
    check("wycheproof_jwk", "json_web_key_test.json", &KEY_DEVIATIONS, |_, _| {});
}

/// Judge every vector in `file`. `other` is asked about those of other algorithms, beyond their refusal.
fn check(name: &str, file: &str, deviations: &[(u64, &str)], other: impl Fn(&Group, &Vector)) {
    let Some(folder) = WYCHEPROOF.find(&format!("{name}:")) else { return };
    let vectors: Vectors = document(&folder.join("testvectors_v1").join(file));
    let mut counts = Counts::default();
    for group in &vectors.test_groups {
        for test in &group.tests {
            if group.is_offered() {
                test.follows_its_label(&group.keys(), deviations);
                counts.offered = counts.offered.saturating_add(1);
            } else {
                assert!(judge(&group.keys(), &test.jws).is_err(), "tcId {}: accepted", test.tc_id);
                other(group, test);
                counts.others = counts.others.saturating_add(1);
            }
        }
    }
    counts.report(name, &vectors, deviations);
}

impl Group {
    fn keys(&self) -> Value {
        key_set(self.public.as_ref().unwrap_or(&self.private))
    }

    /// Whether a public key is for an algorithm that we offer, or could be because it names none.
    fn is_offered(&self) -> bool {
        let mut keys = self.keys();
        self.public.is_some()
            && keys_mut(&mut keys).any(|key| match key.get("alg") {
                Some(name) => name.as_str().and_then(Algorithm::from_name).is_some(),
                None => true,
            })
    }
}

impl Vector {
    fn follows_its_label(&self, keys: &Value, deviations: &[(u64, &str)]) {
        let Self { tc_id, comment, jws, result } = self;
        let valid = *result == Label::Valid;
        let verdict = judge(keys, jws);
        match deviations.iter().find(|(id, _)| id == tc_id) {
            Some((_, why)) => assert_ne!(verdict.is_ok(), valid, "tcId {tc_id}: needless exception: {why}"),
            None => assert_eq!(verdict.is_ok(), valid, "tcId {tc_id} ({comment}): {verdict:?}"),
        }
    }
}

impl Counts {
    fn report(&self, name: &str, vectors: &Vectors, deviations: &[(u64, &str)]) {
        let Self { offered, others } = self;
        let all = vectors.number_of_tests;
        assert_eq!(offered.saturating_add(*others), all, "vectors were left out");
        assert!(*offered > 0, "no vector is of an algorithm that we offer");
        for (id, why) in deviations {
            let mut tests = vectors.test_groups.iter().filter(|group| group.is_offered());
            let known = tests.any(|group| group.tests.iter().any(|test| test.tc_id == *id));
            assert!(known, "exception for a vector that is not there: tcId {id}, {why}");
        }
        let follow = offered.saturating_sub(deviations.len());
        let algorithms = vectors.algorithms().join(", ");
        say(&format!(
            "{name}: {follow} of {offered} accepted/refused as they should ({algorithms}); \
             {others} vectors of other algorithms are all refused"
        ));
        for (id, why) in deviations {
            say(&format!("{name}: exception tcId {id}: {why}"));
        }
    }
}

impl Vectors {
    /// Those of the algorithms that we offer for which there are vectors.
    fn algorithms(&self) -> Vec<&'static str> {
        let sets: Vec<_> = self.test_groups.iter().map(Group::keys).collect();
        let keys = sets.iter().filter_map(|set| set["keys"].as_array()).flatten();
        let names: Vec<_> = keys.filter_map(|key| key["alg"].as_str()).collect();
        OFFERED.map(Algorithm::name).into_iter().filter(|name| names.contains(name)).collect()
    }
}
