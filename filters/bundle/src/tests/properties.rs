//! What holds for every content.

use super::*;

use proptest::prelude::*;

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
