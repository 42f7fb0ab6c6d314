//! The workers of one proxy share one set.

use super::*;

#[test]
fn a_proxy_fetches_once_at_start_and_once_an_interval() {
    let mut proxy = Proxy::new(3, Ok(new_set("a")));
    proxy.run(at(1));
    let first = proxy.sets();
    proxy.run(at(2 * INTERVAL + 10));
    assert_eq!(proxy.started(), [0, 300, 600]);
    for (first, last) in first.iter().zip(proxy.sets()) {
        assert!(Rc::ptr_eq(first.as_ref().unwrap(), &last.unwrap()));
    }
    let rotated = new_set("b");
    proxy.answer = Ok(rotated.clone());
    proxy.run(at(3 * INTERVAL + 10));
    assert!(proxy.all_have(&rotated));
    assert!(proxy.world.counted.borrow().is_empty());
}

#[test]
fn what_others_write_is_counted_and_changes_nothing() {
    let document = new_set("a");
    let mut proxy = Proxy::new(3, Ok(document.clone()));
    let names = proxy.names();
    proxy.run_beside(at(10), |world, _| {
        [&names.schedule, &names.set].into_iter().for_each(|name| world.write(name, &document));
    });
    assert_eq!(proxy.started(), [0, 0, 0]);
    assert!(proxy.all_have(&document));
    assert!(proxy.world.counted("jwt.sharing.forged") > 0);
}

#[test]
fn sources_share_exactly_what_is_the_same() {
    let names = |raw: &RawKeys, key_use, issuer| shared_key_names(raw, key_use, issuer);
    let changed = |pointer: &str, value: Value| {
        let mut raw = json!({"remote": {"cluster": "issuer", "authority": "issuer.test", "path": "/jwks"}});
        *raw.pointer_mut(pointer).unwrap() = value;
        serde_json::from_value::<RawKeys>(raw).unwrap()
    };
    let ours = names(&remote(), KeyUse::Signature, Some(ISSUER)).unwrap();
    let same = changed("/remote/path", json!("/jwks"));
    assert_eq!(names(&same, KeyUse::Signature, Some(ISSUER)).as_ref(), Some(&ours), "timing is not in it");
    let discovery =
        json!({"discovery": {"cluster": "issuer", "authority": "issuer.test", "path": "/jwks"}});
    for (raw, key_use, issuer) in [
        (changed("/remote/cluster", json!("x")), KeyUse::Signature, Some(ISSUER)),
        (changed("/remote/authority", json!("x")), KeyUse::Signature, Some(ISSUER)),
        (changed("/remote/path", json!("/x")), KeyUse::Signature, Some(ISSUER)),
        (serde_json::from_value(discovery).unwrap(), KeyUse::Signature, Some(ISSUER)),
        (same.clone(), KeyUse::JwtSvid, Some(ISSUER)),
        (same.clone(), KeyUse::Signature, Some("https://other.test")),
        (same, KeyUse::Signature, None),
    ] {
        assert_ne!(names(&raw, key_use, issuer).unwrap(), ours, "{raw:?}");
    }
    assert_eq!(names(&RawKeys::Inline(Value::Null), KeyUse::Signature, None), None);
    let prefix = ours.set.strip_suffix(".document").unwrap();
    assert!(prefix.starts_with("watchword.keys."));
    assert_eq!(ours.schedule, format!("{prefix}.schedule"));
}
