use super::*;

use proptest::prelude::*;

#[test]
fn what_was_sealed_is_what_is_read() {
    let document = document();
    let bundle = verify(document.as_str()).unwrap();
    assert_eq!(bundle.content(), Ok(content()));
    let manifest = bundle.manifest();
    assert_eq!((manifest.name().as_str(), manifest.version()), ("shop", 7));
    assert_eq!((manifest.issued_at(), manifest.not_after()), (NOW, NOW.plus(LIFETIME)));
    assert_eq!(manifest.key_id(), Some("policies-1"));
    assert_eq!(manifest.schema(), Sha256::of(content().schema.text.as_bytes()));
    let (jws, text) = parts(&document);
    assert_eq!(manifest.content(), Sha256::of(text.as_bytes()));
    assert_eq!(manifest.content_bytes(), text.len() as u64);
    assert_eq!((bundle.manifest_jws(), bundle.document()), (jws, document.as_bytes()));
}

#[test]
fn a_manifest_is_verified_without_its_content() {
    let document = document();
    let (jws, _) = parts(&document);
    assert_eq!(verify_manifest(jws).as_ref(), Ok(verify(document.as_str()).unwrap().manifest()));
}

#[test]
fn each_member_stands_on_a_line_of_its_own() {
    let document = document();
    let lines: Vec<_> = document.lines().map(str::trim).collect();
    for line in [
        "\"content\": {",
        "\"name\": \"shop.cedarschema\",",
        "\"text\": \"entity User;\\nentity Order;\\n\"",
        "\"principal\": \"User::\\\"zoe\\\"\"",
    ] {
        assert!(lines.contains(&line), "{line} is not a line of {document}");
    }
    assert!(!document.contains("resource\": null"), "a slot that nothing fills is not written");
}

#[test]
fn members_stand_in_any_order_and_space_between_them_is_free() {
    let document = document();
    let (jws, text) = parts(&document);
    for document in [
        format!(r#"{{"content":{text},"manifest":"{jws}"}}"#),
        format!("\t{{ \"manifest\" : \"{jws}\"\r\n, \"\\u0063ontent\" :  {text} }}\n\n"),
    ] {
        assert_eq!(verify(document).unwrap().content(), Ok(content()));
    }
}

#[test]
fn debug_shows_no_more_than_the_document_does() {
    let bundle = verify(document()).unwrap();
    assert!(!format!("{:?}", author().key).contains("BwcH"), "a log must not hold a key");
    assert!(format!("{bundle:?}").contains("shop"));
}

fn any_text() -> impl Strategy<Value = Text> {
    // Whatever JSON must escape, and what it need not.
    ("[a-z/]{1,20}", "(\\PC|[\u{0}-\u{1f}\"\\\\\u{2028}\u{10ffff}]){0,40}")
        .prop_map(|(name, text)| Text { name, text })
}

fn any_link() -> impl Strategy<Value = Link> {
    ("\\PC{0,9}", "\\PC{0,9}", proptest::option::of("\\PC{0,9}"), proptest::option::of("\\PC{0,9}"))
        .prop_map(|(template, id, principal, resource)| Link { template, id, principal, resource })
}

fn any_entity() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,9}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("\\PC{0,5}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_content() -> impl Strategy<Value = Content> {
    let policies = proptest::collection::btree_map("[a-z/]{1,20}", "\\PC{0,40}", 0..5);
    let links = proptest::collection::vec(any_link(), 0..3);
    let entities = proptest::collection::vec(any_entity(), 0..3);
    (any_text(), policies, links, entities).prop_map(|(schema, policies, links, entities)| {
        let policies = policies.into_iter().map(|(name, text)| Text { name, text }).collect();
        Content { schema, policies, links, entities }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_content_comes_back(content in any_content(), version in 1..=u64::MAX) {
        let document = seal(&content, &Meta { version, ..meta() }, &author().key).unwrap();
        let bundle = verify(document).unwrap();
        prop_assert_eq!(bundle.content(), Ok(content));
        prop_assert_eq!(bundle.manifest().version(), version);
    }

    #[test]
    fn nothing_but_a_bundle_is_taken_for_one(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(verify(bytes).is_err());
    }
}
