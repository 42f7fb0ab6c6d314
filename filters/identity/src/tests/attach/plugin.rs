//! What another plugin can do to the registry.

use super::*;

/// Overwrite each slot with `change` of what is there, as another plugin could.
fn scribble(store: &contract::MemoryStore, change: impl Fn(Vec<u8>) -> Vec<u8>) {
    for slot in 0..256 {
        let key = format!("watchword/trace/3/open/{slot}");
        let value = store.read(&key).unwrap().unwrap().value;
        store.swap(&key, &change(value), contract::Version::ABSENT).unwrap();
    }
}

#[test]
fn a_token_that_another_plugin_has_written_is_not_attached() {
    let mesh = Mesh::new();
    let token = mesh.token_of("alice");
    let _open = mesh.receive(TRACE, Some(&token));
    // Same length, another payload: what the signature is for.
    let forged = token.replacen(".e", ".f", 1);
    assert_ne!(token, forged);
    scribble(&mesh.world.store, |value| replaced(&value, token.as_bytes(), forged.as_bytes()));
    assert_eq!(mesh.call(TRACE), (None, "internal_token=signature_invalid".into()));
    let text = vec![b'\n'; token.len()];
    scribble(&mesh.world.store, |value| replaced(&value, forged.as_bytes(), &text));
    assert_eq!(mesh.call(TRACE).0, None);
}

#[test]
fn only_the_seal_tells_under_which_trace_a_genuine_token_was_registered() {
    let secret = json!({"registry": {"secret": "SIGNING_KEY"}});
    let ids = |trace: &str| crate::hex::decode::<16>(trace.split('-').nth(1).unwrap().as_bytes()).unwrap();
    for (section, attached) in [(json!({}), true), (secret, false)] {
        let mesh = Mesh::with(&section, &section);
        let bobs = mesh.token_of("bob");
        let _open = mesh.receive(TRACE, Some(&bobs));
        for slot in 0..256 {
            let prefix = mesh.inbound_prefix();
            let key = format!("{prefix}/{slot}");
            let value = mesh.world.store.read(&key).unwrap().unwrap().value;
            let value = replaced(&value, &ids(TRACE), &ids(SAME_SLOT));
            mesh.world.store.swap(&key, &value, contract::Version::ABSENT).unwrap();
        }
        assert_eq!(mesh.call(SAME_SLOT).0.is_some(), attached, "{section}");
    }
}

fn replaced(value: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let Some(at) = value.windows(from.len()).position(|window| window == from) else {
        return value.to_vec();
    };
    let (before, rest) = value.split_at(at);
    [before, to, &rest[from.len()..]].concat()
}

#[test]
fn a_sealed_registry_carries_tokens_too() {
    let secret = json!({"registry": {"secret": "SIGNING_KEY"}});
    let mesh = Mesh::with(&secret, &secret);
    let token = mesh.token_of("alice");
    let _open = mesh.receive(TRACE, Some(&token));
    assert_eq!(mesh.call(TRACE).0, Some(token));
    let one_sided = Mesh::with(&secret, &json!({}));
    let _open = one_sided.receive(TRACE, Some(&one_sided.token_of("alice")));
    assert_eq!(one_sided.call(TRACE), (None, "internal_token=registry_unreadable".into()));
}
