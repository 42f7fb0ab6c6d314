//! Sections about bundles that must not compile, each with the exact place.

use contract::MemoryStore;
use serde_json::{Value, json};

use super::PERMIT;
use super::signer::Signer;
use super::worker::compile;

#[test]
fn every_field_of_a_bundle_is_checked() {
    let signer = Signer::new(1);
    let (remote, inline) = (signer.remote(1, None), signer.inline(&signer.bundle(1, PERMIT)));
    let tampered = signer.bundle(1, PERMIT).replace("permit", "forbid");
    let invalid = signer.bundle(1, "permit (principal, action, resource) when { principal.levl > 1 };");
    for (section, pointer, value, wanted) in [
        (&remote, "/schema", json!("entity A;"), "authz.schema: the bundle has its own"),
        (&remote, "/entities", json!([{}]), "authz.entities: the bundle has its own"),
        (&remote, "/bundle/name", json!(""), "authz.bundle.name: "),
        (&remote, "/bundle/algorithms", json!([]), "authz.bundle.algorithms: must name at least one"),
        (&remote, "/bundle/algorithms", json!(["HS256"]), "authz.bundle.algorithms: `HS256` is symmetric"),
        (&remote, "/bundle/min_version", json!(0), "authz.bundle.min_version: must be 1 or more"),
        (&remote, "/bundle/keys/inline", json!({"keys": [{}]}), "authz.bundle.keys.inline: "),
        (&remote, "/bundle/url", json!("x"), "authz.bundle.url: unknown field `url`"),
        (&remote, "/bundle/remote/path", json!("shop"), "authz.bundle.remote.path: must start with `/`"),
        (
            &remote,
            "/bundle/remote/refresh_seconds",
            json!(0),
            "authz.bundle.remote.refresh_seconds: must be 1 to 86400",
        ),
        (&remote, "/bundle/sharing", json!({"secret": "NONE"}), "authz.bundle.sharing.secret: "),
        (&remote, "/bundle/inline", json!("{}"), "authz.bundle: `inline` and `remote` exclude each other"),
        (
            &inline,
            "/bundle/sharing",
            json!({"secret": "MAC_KEY"}),
            "authz.bundle.sharing: an inline bundle",
        ),
        (&inline, "/bundle/inline", json!("{}"), "authz.bundle.inline: "),
        (
            &inline,
            "/bundle/inline",
            json!(tampered),
            "authz.bundle.inline: the content is not, byte for byte, what was signed",
        ),
        (
            &inline,
            "/bundle/inline",
            json!(invalid),
            "authz.bundle: orders.cedar: line 1, column 45, policy \"policy0\": for policy `orders.cedar:policy0`",
        ),
    ] {
        let error = error(section, pointer, value.clone());
        assert!(error.starts_with(wanted), "{pointer} {value}\n{error}\nwanted {wanted}");
    }
}

#[test]
fn rules_must_be_somewhere() {
    let signer = Signer::new(1);
    let mut section = signer.remote(1, None);
    section["bundle"].as_object_mut().unwrap().remove("remote");
    let nowhere = compile(&section, &MemoryStore::default()).map(drop).unwrap_err().to_string();
    assert_eq!(nowhere, "authz.bundle: missing field `inline` or `remote`");
    section.as_object_mut().unwrap().remove("bundle");
    let nothing = compile(&section, &MemoryStore::default()).map(drop).unwrap_err().to_string();
    assert_eq!(nothing, "authz: missing field `schema`, or `bundle` in its place");
}

fn error(section: &Value, pointer: &str, value: Value) -> String {
    let mut section = section.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    section.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.into(), value);
    compile(&section, &MemoryStore::default()).map(drop).unwrap_err().to_string()
}
