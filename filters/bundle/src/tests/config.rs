//! The trust in bundles as a configuration writes it.

use super::*;

use contract::{NoProxyCrypto, Section};
use jose::Abilities;

fn raw() -> Value {
    json!({
        "name": "shop", "keys": {"inline": {"keys": [author().key.public_jwk()]}},
        "algorithms": ["EdDSA", "ES256"], "min_version": 3,
    })
}

fn compile(value: &Value) -> Result<(Trust, KeySet), String> {
    let document = json!({"bundle": {"trust": value}});
    let section = Section::new("authz", &document);
    let raw: RawTrust =
        Section::new("authz.bundle.trust", value).read().map_err(|error| error.to_string())?;
    raw.compile("bundle.trust", &section, &Abilities::probe(&NoProxyCrypto))
        .map_err(|error| error.to_string())
}

#[test]
fn a_good_one_verifies_bundles() {
    let (trust, keys) = compile(&raw()).unwrap();
    assert_eq!((trust.name().as_str(), trust.min_version()), ("shop", 3));
    assert_eq!(trust.algorithms(), [Algorithm::EdDsa, Algorithm::Es256]);
    assert!(Bundle::verify(document().into(), &trust, &keys, &Ring, NOW).is_ok());
    let mut least = raw();
    least.as_object_mut().unwrap().remove("min_version");
    assert_eq!(compile(&least).unwrap().0.min_version(), 1);
}

#[test]
fn a_bad_one_is_explained_by_the_path_of_the_field() {
    let keys = |keys: Value| with(raw(), "keys", keys);
    let inline = |set: Value| keys(json!({"inline": {"keys": set}}));
    let remote = json!({"cluster": "a", "authority": "a", "path": "/"});
    let private = with(author().key.public_jwk(), "d", json!("AA"));
    for (value, expected) in [
        (with(raw(), "name", json!("a b")), "authz.bundle.trust.name: must be 1 to 64 letters"),
        (with(raw(), "min_version", json!(0)), "authz.bundle.trust.min_version: must be 1 or more"),
        (with(raw(), "min_version", json!(-1)), "authz.bundle.trust.min_version: invalid value"),
        (with(raw(), "algorithms", json!([])), "authz.bundle.trust.algorithms: must name at least one"),
        (
            with(raw(), "algorithms", json!(["HS256"])),
            "authz.bundle.trust.algorithms: `HS256` is symmetric",
        ),
        (with(raw(), "algorithms", json!(["ES512"])), "authz.bundle.trust.algorithms: neither this module"),
        (with(raw(), "algorithms", json!(["none"])), "authz.bundle.trust.algorithms[0]: unknown variant"),
        (with(raw(), "version", json!(1)), "unknown field `version`"),
        (
            keys(json!({"remote": remote})),
            "authz.bundle.trust.keys.remote: keys for bundles must be `inline`",
        ),
        (keys(json!({"discovery": remote})), "authz.bundle.trust.keys.discovery: keys for bundles must be"),
        (
            keys(json!({"secret": {"name": "A", "encoding": "text"}})),
            "keys.secret: keys for bundles must be public",
        ),
        (inline(json!([])), "authz.bundle.trust.keys.inline: not a usable key set: key_set_no_usable_key"),
        (
            inline(json!([{"kty": "oct", "k": "AAAA"}])),
            "keys.inline: not a usable key set: key_set_symmetric_key",
        ),
        (
            inline(json!([author().key.public_jwk(), private])),
            "keys.inline: 1 of its keys are no sound public",
        ),
    ] {
        let message = compile(&value).unwrap_err();
        assert!(message.contains(expected), "{value}: {message}");
    }
}
