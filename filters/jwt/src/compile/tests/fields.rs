//! Fields of the section, by the paths of their errors.

use super::*;

#[test]
fn names_the_field_that_is_wrong() {
    let no_keys = json!({"inline": {"keys": []}});
    for (pointer, value, path) in [
        ("/providers", json!({}), "jwt.providers"),
        ("/providers", json!({"": provider_at("https://corp.test")}), "jwt.providers"),
        ("/wait", json!({"cold_keys_ms": 9}), "jwt.wait.cold_keys_ms"),
        ("/wait", json!({"cold_keys": 9}), "jwt.wait.cold_keys"),
        ("/providers/corp/kind", json!("internal"), "jwt.providers.corp.kind"),
        ("/providers/corp/issuer", json!(""), "jwt.providers.corp.issuer"),
        ("/providers/corp/audiences", json!([]), "jwt.providers.corp.audiences"),
        ("/providers/corp/audiences", json!(["a", ""]), "jwt.providers.corp.audiences"),
        ("/providers/corp/algorithms", json!([]), "jwt.providers.corp.algorithms"),
        ("/providers/corp/algorithms", json!(["HS256"]), "jwt.providers.corp.algorithms"),
        ("/providers/corp/algorithms", json!(["none"]), "jwt.providers.corp.algorithms[0]"),
        ("/providers/corp/leeway_seconds", json!(301), "jwt.providers.corp.leeway_seconds"),
        ("/providers/corp/leeway_seconds", json!(-1), "jwt.providers.corp.leeway_seconds"),
        ("/providers/corp/required_scopes", json!(["a b"]), "jwt.providers.corp.required_scopes"),
        ("/providers/corp/keys", no_keys, "jwt.providers.corp.keys.inline"),
        ("/providers/corp/keys/remote/path", json!("jwks"), "jwt.providers.corp.keys.remote.path"),
    ] {
        let mut section = section();
        section["wait"] = json!({});
        section["providers"]["corp"]["leeway_seconds"] = json!(60);
        section["providers"]["corp"]["required_scopes"] = json!([]);
        *section.pointer_mut(pointer).unwrap() = value;
        let error = compile(&section, &[]).err().unwrap();
        assert_eq!(error.path(), path, "{error}");
    }
}

#[test]
fn refuses_more_providers_than_the_bound() {
    let name = |index: usize| (format!("p{index}"), provider_at(&format!("https://p{index}.test")));
    let many: serde_json::Map<_, _> = (0..=MAX_PROVIDERS).map(name).collect();
    assert_eq!(compile(&json!({"providers": many}), &[]).err().unwrap().path(), "jwt.providers");
}

#[test]
fn key_sharing_needs_a_secret_of_the_environment() {
    for (sharing, path) in [
        (json!({"secret": "OF_32"}), None),
        (json!({"secret": "OF_31"}), Some("jwt.key_sharing.secret")),
        (json!({"secret": "ABSENT"}), Some("jwt.key_sharing.secret")),
        (json!({}), Some("jwt.key_sharing")),
        (json!({"secret": "OF_32", "other": 1}), Some("jwt.key_sharing.other")),
    ] {
        let mut section = section();
        section["key_sharing"] = sharing.clone();
        assert_eq!(wrong(&section).as_deref(), path, "{sharing}");
    }
}

#[test]
fn waits_are_bounded() {
    for (field, value, good) in [
        ("cold_keys_ms", 10, true),
        ("cold_keys_ms", 10_000, true),
        ("cold_keys_ms", 10_001, false),
        ("unknown_key_ms", 10, true),
        ("unknown_key_ms", 9, false),
        ("unknown_key_ms", 10_001, false),
    ] {
        let mut section = section();
        section["wait"] = json!({field: value});
        let path = (!good).then(|| format!("jwt.wait.{field}"));
        assert_eq!(wrong(&section), path, "{field} {value}");
    }
}
