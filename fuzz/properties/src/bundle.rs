//! A document with policies, as it might be fetched: nothing is taken but what was signed, byte for byte.
use std::sync::LazyLock;

use crate::world::{Issuer, rejected_keys};
use bundle::{Bundle, BundleName, Content, Document, MAX_BUNDLE_BYTES, Meta, Trust, seal};
use contract::UnixTime;
use jose::{Algorithm, KeySet, KeyUse, Ring, SigningKey};
use serde_json::{Value, json};

/// The time of the seeds.
const NOW: UnixTime = UnixTime::from_seconds(2_000_000_000);

/// The only bundles of the right name that were signed for that time, which `examples/seeds.rs` writes.
const SIGNED: [&[u8]; 2] =
    [include_bytes!("../../seeds/bundle/signed"), include_bytes!("../../seeds/bundle/signed_least")];

struct World {
    trust: Trust,
    keys: KeySet,
    key: SigningKey,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let issuer = Issuer::new();
    let [p256, rsa] = rejected_keys();
    let algorithms = vec![Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256];
    let keys = KeySet::from_value(&json!({"keys": [issuer.jwk(), p256, rsa]}), KeyUse::Signature);
    World {
        trust: Trust::new("shop", 1, algorithms).expect("a good trust"),
        keys: keys.expect("good keys"),
        key: issuer.signing_key(),
    }
});

/// See above.
pub fn property(data: &[u8]) {
    let parsed = Document::parse(data);
    let verified = verify(data.to_vec());
    let Ok(document) = parsed else {
        assert!(verified.is_none(), "verified, but not taken apart");
        return;
    };
    assert!(data.len() <= MAX_BUNDLE_BYTES);
    assert_is_read_the_same(data, &document);
    match verified {
        Some(bundle) => assert_was_signed(&bundle, &document),
        None => assert!(!SIGNED.contains(&data), "signed, but not verified"),
    }
    match document.unverified_content() {
        Ok(content) if content.entities.iter().all(is_exact) => assert_comes_back(content),
        Ok(_) | Err(_) => {}
    }
}

fn verify(document: Vec<u8>) -> Option<Bundle> {
    let World { trust, keys, .. } = &*WORLD;
    Bundle::verify(document, trust, keys, &Ring, NOW).ok()
}

/// A second reader, which keeps nothing back, sees these two members and no others. There is less that it can
/// read: it looks into the content.
fn assert_is_read_the_same(data: &[u8], document: &Document<'_>) {
    let Ok(value) = serde_json::from_slice::<Value>(data) else { return };
    assert_eq!(value.as_object().map(|members| members.len()), Some(2), "other members than two");
    assert_eq!(value["manifest"], document.manifest());
    let content: Value =
        serde_json::from_str(document.content()).expect("read as a part, but not by itself");
    assert_eq!(value["content"], content);
}

fn assert_was_signed(bundle: &Bundle, document: &Document<'_>) {
    let signed = SIGNED.iter().map(|signed| Document::parse(signed).expect("a good bundle"));
    let signed = signed.into_iter().find(|signed| signed.manifest() == bundle.manifest_jws());
    let signed = signed.expect("verified, but nobody has signed it");
    assert_eq!(document.content(), signed.content(), "verified, but it was changed");
    assert_eq!(bundle.content(), document.unverified_content());
    assert!(bundle.content().is_ok(), "verified, but not read");
}

/// Whether no number in it is a fraction, which serde_json reads to the last digit but one. Cedar has none.
fn is_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.is_f64(),
        Value::Array(elements) => elements.iter().all(is_exact),
        Value::Object(members) => members.values().all(is_exact),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// Whatever content can be read can be signed, and is the same afterwards.
fn assert_comes_back(content: Content) {
    let meta = Meta {
        name: BundleName::parse("shop").expect("a name"),
        version: 1,
        issued_at: NOW,
        not_after: UnixTime::from_seconds(NOW.seconds() + 1),
    };
    // It may be too long once it is indented.
    let Ok(document) = seal(&content, &meta, &WORLD.key) else { return };
    let bundle = verify(document.into_bytes()).expect("sealed, but not verified");
    assert_eq!(bundle.content(), Ok(content));
}
