//! The examples of RFC 7520 and RFC 8037: compact signatures are verified, every other form is refused.

use std::path::Path;

use contract::NoMeter;
use jose::{Abilities, Algorithm, KeySet, KeySetError, KeyUse};
use serde_json::{Map, Value};

use crate::corpus::{Corpus, document, gate, gate_name, json_files, name};
use crate::judge::{judge, key_set, keys_mut};
use crate::support::proxy::AbleProxy;

const COOKBOOK: Corpus =
    Corpus { folder: "rfc7520-cookbook", repository: "https://github.com/ietf-jose/cookbook" };

/// Where its signed and encrypted examples are.
const FOLDERS: [&str; 3] = ["jws", "jwe", "curve25519"];

/// The compact examples of signatures: RS256, PS384, ES512, HS256, PS256 and EdDSA. Not that of §4.5, which
/// comes without its payload.
const VERIFIED: [&str; 6] = [
    "4_1.rsa_v15_signature.json",
    "4_2.rsa-pss_signature.json",
    "4_3.ecdsa_signature.json",
    "4_4.hmac-sha2_integrity_protection.json",
    "6.nesting_signatures_and_encryption.json, sign",
    "jws.json",
];

/// The members of private keys.
const PRIVATE: [&str; 6] = ["d", "p", "q", "dp", "dq", "qi"];

/// The least number of judged forms that the examples stand for.
const LEAST: usize = 20;

/// What the keys of RFC 7520 §3 are to us: private halves are no keys to verify with.
const KEYS: [(&str, Result<usize, KeySetError>); 6] = [
    ("3_1.ec_public_key.json", Ok(1)),
    ("3_2.ec_private_key.json", Err(KeySetError::NoUsableKey)),
    ("3_3.rsa_public_key.json", Ok(1)),
    ("3_4.rsa_private_key.json", Err(KeySetError::NoUsableKey)),
    ("3_5.symmetric_key_mac_computation.json", Err(KeySetError::Symmetric)),
    ("3_6.symmetric_key_encryption.json", Err(KeySetError::Symmetric)),
];

#[test]
fn compact_signatures_are_verified_and_other_forms_refused() {
    let gate_name = gate_name("jwt.rfc7520");
    let Some(folder) = COOKBOOK.find(&format!("gate {gate_name} - all")) else { return };
    let examples = examples(&folder);
    let known = |expected: &str| examples.iter().any(|(name, _)| name == expected);
    assert!(VERIFIED.iter().all(|name| known(name)), "an example is gone");
    let (mut all, mut wrong) = (0_usize, Vec::new());
    for (name, example) in &examples {
        for (form, token) in forms(example) {
            let expected = form == "compact" && VERIFIED.contains(&name.as_str());
            let verdict = verdict(example, &token);
            all = all.saturating_add(1);
            wrong.extend((verdict.is_ok() != expected).then(|| format!("{name}, {form}: {verdict:?}")));
        }
    }
    let got = all.saturating_sub(wrong.len());
    assert!(gate(&gate_name, got, all, all.max(LEAST)), "{wrong:#?}");
}

#[test]
fn only_public_keys_of_an_offered_algorithm_are_taken() {
    let Some(folder) = COOKBOOK.find("gate jwt.rfc7520_keys - 6/6") else { return };
    let files = json_files(&folder.join("jwk"));
    assert_eq!(files.iter().map(|path| name(path)).collect::<Vec<_>>(), KEYS.map(|(name, _)| name));
    for (path, (name, expected)) in files.iter().zip(KEYS) {
        let set = key_set(&document(path)).to_string();
        let taken = KeySet::parse(set.as_bytes(), KeyUse::Signature).map(|set| set.len());
        assert_eq!(taken, expected, "{name}");
    }
}

/// Every example with the name of its file. The one of §6 is two: a token, and that token encrypted.
fn examples(folder: &Path) -> Vec<(String, Value)> {
    let files = FOLDERS.iter().flat_map(|part| json_files(&folder.join(part)));
    let mut examples: Vec<(String, Value)> = files.map(|path| (name(&path), document(&path))).collect();
    for path in json_files(folder).iter().filter(|path| name(path).starts_with("6.")) {
        let nested: Map<String, Value> = document(path);
        let steps =
            ["sign", "encrypt"].map(|step| (format!("{}, {step}", name(path)), nested[step].clone()));
        examples.extend(steps);
    }
    examples
}

/// The examples print private keys, which a key set must not hold.
fn public_keys(example: &Value) -> Value {
    let mut set = key_set(&example["input"]["key"]);
    keys_mut(&mut set).for_each(|key| key.retain(|name, _| !PRIVATE.contains(&name.as_str())));
    set
}

/// The outputs of an example by the name of their form, and what becomes of a compact one when its payload is
/// taken out (RFC 7515 appendix F).
fn forms(example: &Value) -> Vec<(String, String)> {
    let outputs = example["output"].as_object().unwrap();
    let mut forms: Vec<_> = outputs.iter().map(|(form, token)| (form.clone(), text(token))).collect();
    let compact = outputs.get("compact").and_then(Value::as_str).unwrap_or_default();
    if let [header, _, signature] = compact.split('.').collect::<Vec<_>>()[..] {
        forms.push(("detached".to_owned(), format!("{header}..{signature}")));
    }
    forms
}

/// A compact token is a string; the other serializations are objects.
fn text(token: &Value) -> String {
    token.as_str().map_or_else(|| token.to_string(), str::to_owned)
}

/// The verdict of a provider that allows what the example uses, where a proxy helps with ES512.
fn verdict(example: &Value, token: &str) -> Result<(), &'static str> {
    let abilities = Abilities::probe(&AbleProxy);
    let by = abilities.verifier(&AbleProxy, &NoMeter);
    let alg = &example["input"]["alg"];
    let algs = alg.as_array().cloned().unwrap_or_else(|| vec![alg.clone()]);
    let allowed: Vec<_> =
        algs.iter().filter_map(|alg| alg.as_str().and_then(Algorithm::from_name)).collect();
    judge(&public_keys(example), token, &allowed, &by)
}
