//! A key set as an issuer might send it: what is taken is sound, and the same bytes are the same set.
use jose::{Algorithm, Compact, KeySet, KeyUse, MAX_KEY_SET_BYTES, MAX_KEYS, Ring};
use serde_json::Value;

/// Tokens that ask for each algorithm, so that whatever was read as a key is used as one.
fn tokens() -> [Compact<'static>; 3] {
    let tokens: [&[u8]; 3] = [
        include_bytes!("../../seeds/token/signed_without_key_id"),
        include_bytes!("../../seeds/token/unsigned_es256"),
        include_bytes!("../../seeds/token/unsigned_rs256"),
    ];
    tokens.map(|token| Compact::parse(token).expect("a well-formed token"))
}

thread_local! {
    static TOKENS: [Compact<'static>; 3] = tokens();
}

/// See above.
pub fn property(data: &[u8]) {
    let parsed = KeySet::parse(data, KeyUse::Signature);
    assert_eq!(parsed, KeySet::parse(data, KeyUse::Signature), "the same bytes are two sets");
    let Ok(set) = parsed else { return };
    assert!(data.len() <= MAX_KEY_SET_BYTES);
    assert!(!set.is_empty() && set.len() <= MAX_KEYS);
    let document: Value = serde_json::from_slice(data).expect("taken, but no JSON");
    let members = document["keys"].as_array().expect("taken, but without keys");
    assert!(set.len() + set.skipped() <= members.len(), "more keys than members");
    assert!(!members.iter().any(|member| member["kty"] == "oct"), "a symmetric key was taken");
    assert_eq!(
        KeySet::from_value(&document, KeyUse::Signature).as_ref(),
        Ok(&set),
        "inline is another set than fetched"
    );
    TOKENS.with(|tokens| {
        for token in tokens {
            let _ = set.verify_signature(token, &Algorithm::ALL, &Ring);
        }
    });
}
