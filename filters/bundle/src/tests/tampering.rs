//! Documents that are not what was signed.

use super::*;

use jose::JoseError;

/// What is wrong with a document; nothing when it is good and says what was signed.
fn fault(document: &[u8]) -> Option<BundleError> {
    match verify(document) {
        Err(error) => Some(error),
        Ok(bundle) => {
            assert_eq!(bundle.content(), Ok(content()), "taken, but it says something else");
            None
        }
    }
}

#[test]
fn no_bit_of_the_content_can_change() {
    let good = document();
    let start = good.len() - parts(&good).1.len() - "\n}\n".len();
    for at in start..good.len() - "\n}\n".len() {
        for bit in 0..8 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let fault = fault(&bytes).unwrap_or_else(|| panic!("byte {at}, bit {bit} does not matter"));
            // What is no JSON any more is found earlier; a string that now ends earlier shortens the content.
            let expected = ["bundle_digest", "bundle_malformed", "bundle_length"];
            assert!(expected.contains(&fault.reason()), "byte {at}, bit {bit}: {fault:?}");
        }
    }
}

#[test]
fn no_bit_of_the_manifest_can_change() {
    let good = document();
    let start = good.find("ey").unwrap();
    for at in start..start + parts(&good).0.len() {
        for bit in 0..8 {
            let mut bytes = good.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            assert!(fault(&bytes).is_some(), "byte {at}, bit {bit} does not matter");
        }
    }
}

#[test]
fn a_document_that_was_cut_off_is_none() {
    let good = document();
    // What follows the last brace is a line break, which nobody needs.
    for end in (0..good.len() - 1).step_by(97).chain([good.len() - 2]) {
        let found = verify(&good.as_bytes()[..end]).map(drop);
        assert!(matches!(found, Err(BundleError::Malformed(_))), "{end} bytes: {found:?}");
    }
}

#[test]
fn the_manifest_of_another_content_is_refused() {
    let (good, mut other) = (document(), content());
    other.policies.pop();
    other.links.clear();
    let shorter = seal(&other, &meta(), &author().key).unwrap();
    other.policies.clone_from(&content().policies);
    other.links.clone_from(&content().links);
    other.schema.text = other.schema.text.replace("Order", "Odrer");
    let same_length = seal(&other, &meta(), &author().key).unwrap();
    for (manifest, text, error) in [
        (&good, &shorter, BundleError::LengthWrong),
        (&shorter, &good, BundleError::LengthWrong),
        (&good, &same_length, BundleError::DigestWrong),
    ] {
        let swapped = format!(r#"{{"manifest":"{}","content":{}}}"#, parts(manifest).0, parts(text).1);
        assert_eq!(verify(swapped).unwrap_err(), error);
    }
}

#[test]
fn reformatting_breaks_a_document() {
    let good = document();
    let value: Value = serde_json::from_str(&good).unwrap();
    let compact = verify(value.to_string()).unwrap_err();
    assert_eq!(compact, BundleError::LengthWrong);
    assert!(compact.to_string().contains("reformatted"), "{compact}");
    assert_eq!(verify(good.replace('\n', "\r\n")).unwrap_err(), BundleError::LengthWrong);
}

#[test]
fn has_exactly_two_members_and_nothing_around_them() {
    let good = document();
    let (jws, text) = parts(&good);
    for bad in [
        String::new(),
        "null".to_owned(),
        "{}".to_owned(),
        format!(r#"["{jws}",{text}]"#),
        format!(r#"{{"manifest":"{jws}"}}"#),
        format!(r#"{{"content":{text}}}"#),
        format!(r#"{{"manifest":"{jws}","manifest":"{jws}","content":{text}}}"#),
        format!(r#"{{"manifest":"{jws}","content":{text},"content":{text}}}"#),
        format!(r#"{{"manifest":"{jws}","content":{text},"c\u006fntent":{text}}}"#),
        format!(r#"{{"manifest":"{jws}","content":{text},"signature":""}}"#),
        format!(r#"{{"manifest":null,"content":{text}}}"#),
        format!(r#"{{"manifest":"\u0065{}","content":{text}}}"#, jws.strip_prefix('e').unwrap()),
        format!("{good}x"),
        format!("{good}{good}"),
        format!("{good}\0"),
        format!("\u{feff}{good}"),
        good.replacen("\",", "\"", 1),
    ] {
        let found = verify(bad.as_str()).map(drop);
        assert!(matches!(found, Err(BundleError::Malformed(_))), "{bad:.60}: {found:?}");
    }
}

#[test]
fn what_is_no_utf8_is_no_document() {
    let good = document();
    for needle in ["permit", "zoe", "manifest", "ey"] {
        let mut bytes = good.clone().into_bytes();
        bytes[good.find(needle).unwrap()] = 0xff;
        assert!(matches!(verify(bytes), Err(BundleError::Malformed(_))), "{needle}");
    }
}

#[test]
fn says_where_a_document_is_malformed_and_repeats_nothing_of_it() {
    let error = verify("{\n  \"manifest\": \"a\",\n  \"evil\": 1\n}").unwrap_err();
    assert_eq!(error, BundleError::Malformed(Place { line: 3, column: 8 }));
    assert!(error.to_string().starts_with("line 3, column 8: ") && !error.to_string().contains("evil"));
}

#[test]
fn what_is_wrong_with_the_manifest_comes_before_the_content() {
    let (good, stranger) = (document(), Author::new(8, "policies-1"));
    let forged = seal(&content(), &meta(), &stranger.key).unwrap();
    assert_eq!(verify(forged).unwrap_err(), BundleError::Jose(JoseError::SignatureInvalid));
    let emptied = format!(r#"{{"manifest":"{}","content":{{}}}}"#, parts(&good).0);
    let late = Bundle::verify(emptied.into(), &trust(), &author().keys(), &Ring, UnixTime::MAX);
    assert_eq!(late.unwrap_err(), BundleError::Expired);
}
