//! The examples of RFC 7520 and RFC 8037: compact signatures are verified, every other form is refused.

use std::path::Path;

use jose::{Algorithm, KeySet, KeySetError, KeyUse};
use serde_json::{Map, Value};

use crate::corpus::{Corpus, document, json_files, name, say};
use crate::judge::{judge, key_set, keys_mut};

const COOKBOOK: Corpus =
    Corpus { folder: "rfc7520-cookbook", repository: "https://github.com/ietf-jose/cookbook" };

/// Where its signed and encrypted examples are.
const FOLDERS: [&str; 3] = ["jws", "jwe", "curve25519"];

/// The compact examples of algorithms that we offer.
const VERIFIED: [&str; 2] = ["4_1.rsa_v15_signature.json", "jws.json"];

/// What the keys of RFC 7520 §3 are to us: private halves are no keys to verify with.
const KEYS: [(&str, Result<usize, KeySetError>); 6] = [
    ("3_1.ec_public_key.json", Err(KeySetError::NoUsableKey)),
    ("3_2.ec_private_key.json", Err(KeySetError::NoUsableKey)),
    ("3_3.rsa_public_key.json", Ok(1)),
    ("3_4.rsa_private_key.json", Err(KeySetError::NoUsableKey)),
    ("3_5.symmetric_key_mac_computation.json", Err(KeySetError::Symmetric)),
    ("3_6.symmetric_key_encryption.json", Err(KeySetError::Symmetric)),
];

#[test]
fn compact_signatures_are_verified_and_other_forms_refused() {
    let Some(folder) = COOKBOOK.find("rfc7520:") else { return };
    let (mut verified, mut forms) = (Vec::new(), 0_usize);
    for (name, example) in examples(&folder) {
        for (form, token) in example["output"].as_object().unwrap() {
            let verdict = judge(&public_keys(&example), &text(token));
            let expected = form == "compact" && is_offered(&example);
            assert_eq!(verdict.is_ok(), expected, "{name}, {form}: {verdict:?}");
            if expected {
                assert!(judge(&public_keys(&example), &detached(token)).is_err(), "{name}, detached");
                verified.push(name.clone());
            }
            forms = forms.saturating_add(1);
        }
    }
    verified.sort();
    assert_eq!(verified, VERIFIED);
    say(&format!(
        "rfc7520: {} compact examples verified (RS256, EdDSA), and refused without their payload; {} other \
         forms refused, among them those of algorithms that are not offered",
        verified.len(),
        forms.saturating_sub(verified.len()),
    ));
}

#[test]
fn only_public_keys_of_an_offered_algorithm_are_taken() {
    let Some(folder) = COOKBOOK.find("rfc7520_keys:") else { return };
    let files = json_files(&folder.join("jwk"));
    assert_eq!(files.iter().map(|path| name(path)).collect::<Vec<_>>(), KEYS.map(|(name, _)| name));
    for (path, (name, expected)) in files.iter().zip(KEYS) {
        let set = key_set(&document(path)).to_string();
        assert_eq!(
            KeySet::parse(set.as_bytes(), KeyUse::Signature).map(|set| set.len()),
            expected,
            "{name}"
        );
    }
    say(&format!("rfc7520_keys: {} of {} taken or refused as they should", files.len(), KEYS.len()));
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
    keys_mut(&mut set).for_each(|key| drop(key.remove("d")));
    set
}

fn is_offered(example: &Value) -> bool {
    example["input"]["alg"].as_str().and_then(Algorithm::from_name).is_some()
}

/// A compact token is a string; the other serializations are objects.
fn text(token: &Value) -> String {
    token.as_str().map_or_else(|| token.to_string(), str::to_owned)
}

/// The token without its payload (RFC 7515 appendix F).
fn detached(token: &Value) -> String {
    let parts: Vec<_> = token.as_str().unwrap().split('.').collect();
    format!("{}..{}", parts[0], parts[2])
}
