//! A bundle comes back as it was made.

use super::*;

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
