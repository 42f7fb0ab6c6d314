use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const HASH: &str = "468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688";

fn last<'a>(values: &[&'a str]) -> Result<Option<Element<'a>>, XfccError> {
    last_element(values.iter().map(|value| value.as_bytes()))
}

/// The pairs of the last element of one field, as `only` would read them.
fn pairs(value: &str) -> Result<Vec<(String, String)>, XfccError> {
    let element = last(&[value])?.unwrap();
    Ok(element.pairs().map(|pair| (pair.key.to_owned(), pair.value.read().into_owned())).collect())
}

#[test]
fn reads_what_envoy_writes() {
    let forwarded = format!(
        r#"By=spiffe://shop.test/a;Hash={HASH};Subject="CN=x";URI=spiffe://shop.test/z,By=spiffe://shop.test/gateway;Hash={HASH};Cert="-----BEGIN%20CERTIFICATE-----%0A";Subject="CN=Zo\C3\AB,O=\"Shop\"\, Ltd.;x";URI=spiffe://shop.test/orders;DNS=a.test;DNS=b.test"#
    );
    let element = last(&[&forwarded]).unwrap().unwrap();
    for (key, value) in [
        ("By", Ok(Some("spiffe://shop.test/gateway"))),
        ("Hash", Ok(Some(HASH))),
        ("Cert", Ok(Some("-----BEGIN%20CERTIFICATE-----%0A"))),
        ("Chain", Ok(None)),
        ("Subject", Ok(Some(r#"CN=Zo\C3\AB,O="Shop"\, Ltd.;x"#))),
        ("URI", Ok(Some("spiffe://shop.test/orders"))),
        ("uri", Ok(Some("spiffe://shop.test/orders"))),
        ("DNS", Err(Several)),
        ("Issuer", Ok(None)),
    ] {
        assert_eq!(element.only(key), value.map(|value| value.map(Cow::Borrowed)), "{key}");
    }
}

#[test]
fn takes_the_last_element_of_the_last_field() {
    assert_eq!(last(&[]), Ok(None));
    for (values, uri) in [
        (["URI=a"].as_slice(), Some("a")),
        (&["URI=a,URI=b"], Some("b")),
        (&["URI=a,  URI=b"], Some("b")),
        (&["URI=a,URI=b", "URI=c"], Some("c")),
        (&["URI=a,URI=b", "By=c"], None),
        (&["URI=a", "URI=b,By=c"], None),
    ] {
        let element = last(values).unwrap().unwrap();
        assert_eq!(element.only("URI").unwrap().as_deref(), uri, "{values:?}");
    }
    // Fields are not one text: no quote or pair goes on in the next.
    for values in [
        ["Subject=\"a", "b\";URI=c"],
        ["By=a;", "URI=c"],
        ["By=a,", "URI=c"],
        ["", "URI=c"],
        ["URI=c", ""],
        ["By", "URI=c"],
    ] {
        assert_eq!(last(&values), Err(XfccError::Malformed), "{values:?}");
    }
}

#[test]
fn is_not_tricked_by_delimiters_in_values() {
    for (value, read) in [
        (r#"URI="a,URI=b""#, vec![("URI", "a,URI=b")]),
        (r#"URI="spiffe://a/b,URI=spiffe://a/c""#, vec![("URI", "spiffe://a/b,URI=spiffe://a/c")]),
        (r#"Subject="CN=x,By=edge;URI=a";URI=b"#, vec![("Subject", "CN=x,By=edge;URI=a"), ("URI", "b")]),
        (r#"Subject="\",By=edge;URI=a";URI=b"#, vec![("Subject", r#"",By=edge;URI=a"#), ("URI", "b")]),
        // The name ends in a backslash, the quote behind it is the closing one.
        (r#"Subject="CN=a\\",URI=b"#, vec![("URI", "b")]),
        (r#"Subject="CN=a\\";URI=b"#, vec![("Subject", r"CN=a\\"), ("URI", "b")]),
        (r#"Subject="CN=a\\\",URI=b""#, vec![("Subject", r#"CN=a\\",URI=b"#)]),
        (r#"Subject="CN=a\\\\",URI=b"#, vec![("URI", "b")]),
        (r#"Subject="\"""#, vec![("Subject", "\"")]),
        (r#"Subject="""#, vec![("Subject", "")]),
        (r#"By="a";URI="b""#, vec![("By", "a"), ("URI", "b")]),
        // Outside of quotes a backslash is a character like others.
        (r"URI=a\,URI=b", vec![("URI", "b")]),
        (r"URI=a\;URI=b", vec![("URI", r"a\"), ("URI", "b")]),
        ("URI=https://a/?b=c==", vec![("URI", "https://a/?b=c==")]),
        ("URI=", vec![("URI", "")]),
        ("By=;URI=", vec![("By", ""), ("URI", "")]),
        ("x-y_1=z", vec![("x-y_1", "z")]),
    ] {
        let read = read.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(pairs(value), Ok(read.collect()), "{value}");
    }
}

#[test]
fn says_when_a_key_stands_there_twice() {
    for value in [
        "URI=a;URI=b",
        "URI=a;URI=a",
        "URI=a;uri=b",
        "uRi=a;By=c;Uri=",
        r#"URI=a;URI="""#,
        r#"URI="a";By=c;URI="a""#,
        "By=c;URI=a;x=y;uri=b;uri=d",
    ] {
        assert_eq!(last(&[value]).unwrap().unwrap().only("URI"), Err(Several), "{value}");
    }
    // In another element it is another statement.
    assert!(last(&["URI=a;URI=b,URI=c"]).unwrap().unwrap().only("URI").is_ok());
}

#[test]
fn refuses_a_header_that_is_malformed_anywhere() {
    for bad in [
        "",
        " ",
        ",",
        ";",
        "=",
        "URI",
        "=a",
        "\"URI\"=a",
        "URI =a",
        "URI= a",
        "URI=a b",
        "URI=a ",
        "URI=a; By=b",
        "URI=a;",
        ";URI=a",
        "By=b;;URI=a",
        "By;URI=a",
        "b,y=a",
        "By=a;b,URI=c",
        r#"URI="a"#,
        r#"URI=""#,
        r#"URI="a\""#,
        r#"URI="a\\\""#,
        r#"URI="a"b"#,
        r#"URI="a""b""#,
        r#"URI="a" "#,
        r#"URI="a"=b"#,
        r#"URI=a"b""#,
        r#"URI=a""#,
        r#"URI='a"b'"#,
        "URI=a\0",
        "URI=\"a\0\"",
        "URI=a\r\nBy=b",
        "URI=a\tb",
        "URI=\"a\tb\"",
        "URI=a\u{7f}",
        "URI=\"\u{eb}\"",
        "U\u{130}I=a",
        "URI=a\u{ff0c}URI=b",
    ] {
        for header in [bad.to_owned(), format!("{bad},URI=z"), format!("URI=z,{bad}")] {
            assert_eq!(last(&[&header]), Err(XfccError::Malformed), "{header:?}");
        }
        assert_eq!(last(&[bad, "URI=z"]), Err(XfccError::Malformed), "{bad:?}");
        assert_eq!(last(&["URI=z", bad]), Err(XfccError::Malformed), "{bad:?}");
    }
    // Before the first element there is no comma that spaces could belong to.
    assert_eq!(last(&[" URI=a"]), Err(XfccError::Malformed));
    assert_eq!(last_element([b"URI=\xff".as_slice()].into_iter()), Err(XfccError::Malformed));
}

#[test]
fn holds_its_bounds() {
    let fit = format!("URI={}", "a".repeat(MAX_XFCC_BYTES - 4));
    assert!(last(&[&fit]).is_ok());
    assert_eq!(last(&[&format!("{fit}a")]), Err(XfccError::TooLong));
    assert_eq!(last(&["URI=a", &fit]), Err(XfccError::TooLong));
    let most = vec!["URI=a"; MAX_XFCC_ELEMENTS];
    assert!(last(&most).is_ok());
    assert!(last(&[&most.join(",")]).is_ok());
    assert_eq!(last(&[&most.join(","), "URI=a"]), Err(XfccError::TooManyElements));
    assert_eq!(last(&[&format!("{},URI=a", most.join(","))]), Err(XfccError::TooManyElements));
}

/// As Envoy would: in quotes where a delimiter asks for them (and where `quote` says so), a `"` escaped, and
/// nothing else.
fn write(elements: &[Vec<(String, String, bool)>]) -> String {
    let pair = |(key, value, quote): &(String, String, bool)| {
        if *quote || value.contains([',', ';', '"', ' ']) {
            format!("{key}=\"{}\"", value.replace('"', r#"\""#))
        } else {
            format!("{key}={value}")
        }
    };
    let element = |pairs: &Vec<_>| pairs.iter().map(pair).collect::<Vec<_>>().join(";");
    elements.iter().map(element).collect::<Vec<_>>().join(",")
}

/// Values that Envoy can write: a backslash is always the first half of an escape of RFC 2253.
fn value() -> impl Strategy<Value = String> {
    vec(prop_oneof![r#"[ -\[\]-~]{1,8}"#, r#"\\[,+\\<>;]"#, r#"[,;="]"#, Just(",URI=a".to_owned())], 0..6)
        .prop_map(|parts| parts.concat())
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof!["[uU][rR][iI]", "By|Hash|Cert|Chain|Subject|URI|DNS", "[A-Za-z0-9_-]{1,8}"]
}

proptest! {
    #[test]
    fn what_is_written_is_read(elements in vec(vec((key(), value(), any::<bool>()), 1..5), 1..5)) {
        let header = write(&elements);
        let last = elements.last().unwrap();
        let written: Vec<_> = last.iter().map(|(key, value, _)| (key.clone(), value.clone())).collect();
        prop_assert_eq!(pairs(&header), Ok(written), "{}", header);
        let uris: Vec<_> = last.iter().filter(|(key, ..)| key.eq_ignore_ascii_case("URI")).collect();
        let only = super::last_element([header.as_bytes()].into_iter()).unwrap().unwrap().only("URI");
        match uris.as_slice() {
            [] => prop_assert_eq!(only, Ok(None)),
            [(_, value, _)] => prop_assert_eq!(only.unwrap().unwrap(), value.as_str()),
            _ => prop_assert_eq!(only, Err(Several)),
        }
    }

    #[test]
    fn several_fields_are_one_header(elements in vec(vec((key(), value(), any::<bool>()), 1..3), 2..5)) {
        let fields: Vec<_> = elements.iter().map(|element| write(std::slice::from_ref(element))).collect();
        let fields: Vec<_> = fields.iter().map(String::as_str).collect();
        let joined = write(&elements);
        prop_assert_eq!(last(&fields), last(&[&joined]));
    }

    #[test]
    fn any_bytes_are_answered(bytes in vec(prop_oneof![any::<u8>(), prop::sample::select(b"aU=,;\"\\ ".to_vec())], 0..64)) {
        let _ = last_element([bytes.as_slice()].into_iter());
    }
}
