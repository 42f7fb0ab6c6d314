//! What is signed, and not taken all the same; and what is not signed.

use super::*;

/// A document with any content, signed as if it were one.
fn signed(content: &str, schema: &str) -> String {
    let mut claims = claims();
    claims["content"] = json!({"sha256": Sha256::of(content.as_bytes()), "bytes": content.len()});
    claims["schema"] = json!({"sha256": Sha256::of(schema.as_bytes())});
    format!("{{\"manifest\":\"{}\",\n\"content\":{content}}}", author().manifest(&claims))
}

/// What becomes of the content that was signed.
fn read(content: &Value) -> Result<Content, BundleError> {
    let schema = content["schema"]["text"].as_str().unwrap_or_default();
    verify(signed(&content.to_string(), schema)).unwrap().content()
}

fn value() -> Value {
    json!(content())
}

#[test]
fn the_schema_is_the_one_that_was_validated_against() {
    let text = value().to_string();
    let schema = content().schema.text;
    assert_eq!(verify(signed(&text, &schema)).unwrap().content(), Ok(content()));
    for other in ["", "entity User;", &format!("{schema} ")] {
        assert_eq!(verify(signed(&text, other)).unwrap().content(), Err(BundleError::SchemaWrong));
    }
}

#[test]
fn content_that_was_signed_by_mistake_is_named_by_its_place() {
    let file = |change: Value| with(value(), "schema", change);
    for (content, message) in [
        (json!(null), "expected an object"),
        (json!([{"name": "a", "text": ""}, [], [], []]), "expected an object"),
        (json!({}), "missing field `schema`"),
        (with(value(), "polices", json!([])), "unknown field `polices`"),
        (with(value(), "policies", json!({})), "expected a list"),
        (with(value(), "policies", json!([["a", "b"]])), "expected an object"),
        (with(value(), "links", json!([["a", "b", null, null]])), "expected an object"),
        (with(value(), "links", json!([{"template": "t"}])), "missing field `id`"),
        (
            with(value(), "links", json!([{"template": "t", "id": "i", "action": "a"}])),
            "unknown field `action`",
        ),
        (file(json!({"name": "a"})), "missing field `text`"),
        (file(json!({"name": "a", "text": 1})), "expected a string"),
        (file(json!(["a", "b"])), "expected an object"),
    ] {
        match read(&content) {
            Err(BundleError::ContentMalformed(Fault { place, message: found })) => {
                assert!(found.contains(message) && !found.contains("line"), "{content}: {found}");
                assert_eq!(place.line, 2, "{found}");
            }
            other => panic!("{content}: {other:?}"),
        }
    }
}

#[test]
fn the_place_is_that_in_the_document() {
    let broken = "{\n \"schema\": {\"name\": \"a\", \"text\": \"\"},\n \"polices\": []\n}";
    let found = verify(signed(broken, "")).unwrap().content().unwrap_err();
    let place = Place { line: 4, column: 10 };
    assert!(found.to_string().starts_with("line 4, column 10: unknown field `polices`"), "{found}");
    assert!(matches!(found, BundleError::ContentMalformed(fault) if fault.place == place));
    let in_first_line = verify(signed("[]", "")).unwrap().content().unwrap_err();
    assert!(in_first_line.to_string().starts_with("line 2, column 11: "), "{in_first_line}");
}

#[test]
fn an_entity_is_read_in_one_way_only() {
    let twice = value().to_string().replace(r#""attrs":{}"#, r#""attrs":{},"attrs":{"a":1}"#);
    let found = verify(signed(&twice, &content().schema.text)).unwrap().content();
    assert!(matches!(found, Err(BundleError::ContentMalformed(_))), "{found:?}");
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    let deep = value().to_string().replace(r#""attrs":{}"#, &format!(r#""attrs":{deep}"#));
    let found = verify(signed(&deep, &content().schema.text)).unwrap().content();
    assert!(matches!(found, Err(BundleError::ContentMalformed(_))), "{found:?}");
}

#[test]
fn nesting_costs_no_stack_before_the_signature() {
    let deep = "[".repeat(MAX_BUNDLE_BYTES - 100);
    let found = verify(format!(r#"{{"manifest":"a","content":{deep}"#));
    assert!(matches!(found, Err(BundleError::Malformed(_))), "{found:?}");
}

#[test]
fn more_than_a_bound_is_refused_by_the_reader_and_by_the_maker() {
    use ContentError::*;
    let mut many = content();
    many.policies = (0..=MAX_POLICY_FILES).map(|number| text(&number.to_string(), "")).collect();
    let links = |count| vec![content().links.remove(0); count];
    for (content, error) in [
        (many.clone(), TooManyPolicies),
        (Content { links: links(MAX_LINKS + 1), ..content() }, TooManyLinks),
        (Content { entities: vec![json!(1); MAX_ENTITIES + 1], ..content() }, TooManyEntities),
    ] {
        assert_eq!(seal(&content, &meta(), &author().key), Err(SealError::Content(error.clone())));
        assert_eq!(read(&json!(content)), Err(BundleError::Content(error)));
    }
    many.policies.pop();
    let most = Content { links: links(MAX_LINKS), entities: vec![json!(1); MAX_ENTITIES], ..many };
    let document = seal(&most, &meta(), &author().key).unwrap();
    assert_eq!(verify(document).unwrap().content(), Ok(most));
}

#[test]
fn file_names_are_printable_and_tell_policies_apart() {
    use ContentError::*;
    let longest = "a".repeat(MAX_FILE_NAME_BYTES);
    for (names, outcome) in [
        (["a.cedar", "b.cedar"], Ok(())),
        (["shop.cedarschema", longest.as_str()], Ok(())),
        (["a", "a"], Err(FileNameTwice("a".to_owned()))),
        (["", "a"], Err(FileNameMalformed(String::new()))),
        (["a\nb", "a"], Err(FileNameMalformed("a\nb".to_owned()))),
        (["a", &format!("{longest}a")], Err(FileNameMalformed(format!("{longest}a")))),
    ] {
        let content = Content { policies: names.map(|name| text(name, "")).to_vec(), ..content() };
        assert_eq!(content.check(), outcome, "{names:?}");
        assert_eq!(read(&json!(content)).map(drop), outcome.map_err(BundleError::Content));
    }
    let schema = Content { schema: text("a\u{1b}[31m", ""), ..content() };
    assert_eq!(schema.check(), Err(FileNameMalformed("a\u{1b}[31m".to_owned())));
}

#[test]
fn a_document_has_as_many_bytes_as_the_bound_and_no_more() {
    let filled = |filling: usize| {
        let mut content = content();
        content.policies[0].text.push_str(&" ".repeat(filling));
        seal(&content, &meta(), &author().key)
    };
    // From here on the length that the manifest tells has seven digits.
    let filling = 4_000_000;
    let room = MAX_BUNDLE_BYTES - filled(filling).unwrap().len();
    let longest = filled(filling + room).unwrap();
    assert_eq!(longest.len(), MAX_BUNDLE_BYTES);
    assert!(verify(longest.as_str()).is_ok());
    assert_eq!(filled(filling + room + 1).unwrap_err(), SealError::TooLong);
    assert_eq!(verify(longest + " ").unwrap_err(), BundleError::TooLong);
}

#[test]
fn nothing_is_sealed_that_nobody_would_take() {
    let key = author().key;
    for (meta, error) in [
        (Meta { version: 0, ..meta() }, SealError::VersionZero),
        (Meta { not_after: NOW, ..meta() }, SealError::LifetimeWrong),
        (Meta { not_after: NOW.plus(Duration::from_millis(999)), ..meta() }, SealError::LifetimeWrong),
        (Meta { issued_at: UnixTime::MAX, not_after: UnixTime::MAX, ..meta() }, SealError::LifetimeWrong),
    ] {
        assert_eq!(seal(&content(), &meta, &key), Err(error));
    }
}

#[test]
fn every_failure_has_a_word_and_a_sentence() {
    use jose::JoseError::*;
    let place = Place { line: 1, column: 1 };
    let jose = [
        TooLong,
        NotCompact,
        NotBase64url,
        HeaderMalformed,
        AlgorithmUnknown,
        ExtensionCritical,
        KeyIdMalformed,
        ClaimsMalformed,
        AlgorithmUnverifiable,
        AlgorithmNotAllowed,
        UnknownKey,
        KeyMismatch,
        KeyAmbiguous,
        SignatureInvalid,
    ];
    let own = [
        BundleError::TooLong,
        BundleError::Malformed(place),
        BundleError::TypWrong,
        BundleError::ClaimUnknown("a".to_owned()),
        BundleError::ClaimMissing(Claim::Name),
        BundleError::ClaimMalformed(Claim::Name),
        BundleError::LifetimeWrong,
        BundleError::NameWrong { found: BundleName::parse("a").unwrap() },
        BundleError::TooOld { version: 1 },
        BundleError::IssuedInFuture,
        BundleError::Expired,
        BundleError::LengthWrong,
        BundleError::DigestWrong,
        BundleError::ContentMalformed(Fault { place, message: "a".to_owned() }),
        BundleError::Content(ContentError::TooManyPolicies),
        BundleError::SchemaWrong,
    ];
    for error in jose.map(BundleError::Jose).into_iter().chain(own) {
        let (reason, message) = (error.reason(), error.to_string());
        assert!(reason.starts_with("bundle_"), "{reason}");
        assert!(reason.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase()), "{reason}");
        assert!(
            message.starts_with(|first: char| !first.is_uppercase()) && !message.ends_with('.'),
            "{message}"
        );
        assert!(!message.contains('\n'), "{message}");
    }
}
