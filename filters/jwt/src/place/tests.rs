use super::*;
use contract::Edit;
use proptest::prelude::*;

fn places(sources: &[Source]) -> Places {
    Places::new(sources.iter().map(|source| (source.clone(), Purpose::Token)))
}

fn head(pairs: &[(&str, &str)]) -> Head {
    Head::from_pairs(pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()))).unwrap()
}

fn found(sources: &[Source], pairs: &[(&str, &str)], path: &str) -> Result<Option<String>, TokenError> {
    let path = SettledPath::settle(path.as_bytes()).unwrap();
    let places = places(sources);
    let found = places.find(&head(pairs), &path)?.map(|found| found.bytes.to_vec());
    Ok(found.map(|bytes| String::from_utf8(bytes).unwrap()))
}

fn header(name: &'static str, scheme: Option<&str>) -> Source {
    Source::Header { name: HeaderName::from_static(name), scheme: scheme.map(str::to_owned) }
}

fn in_authorization(values: &[&str]) -> Result<Option<String>, TokenError> {
    let pairs: Vec<_> = values.iter().map(|value| ("Authorization", *value)).collect();
    found(&[Source::authorization()], &pairs, "/")
}

#[test]
fn finds_one_token_whatever_the_case_of_the_scheme() {
    for value in ["Bearer a.b-_.c", "bearer a.b-_.c", "BEARER a.b-_.c"] {
        assert_eq!(in_authorization(&[value]), Ok(Some("a.b-_.c".into())), "{value}");
    }
    assert_eq!(in_authorization(&[]), Ok(None));
}

#[test]
fn refuses_everything_that_could_be_two_or_something_else() {
    use TokenError::*;
    for (values, error) in [
        (["Bearer a", "Bearer a"].as_slice(), CredentialDuplicated),
        (&["Bearer a", "Basic b"], CredentialDuplicated),
        (&["", ""], CredentialDuplicated),
        (&[""], SchemeNotBearer),
        (&["Basic YTpi"], SchemeNotBearer),
        (&["DPoP a.b.c"], SchemeNotBearer),
        (&["a.b.c"], SchemeNotBearer),
        (&[" Bearer a"], SchemeNotBearer),
        (&["Bearer\ta"], SchemeNotBearer),
        (&["Bearer"], CredentialMalformed),
        (&["Bearer "], CredentialMalformed),
        (&["Bearer  a"], CredentialMalformed),
        (&["Bearer a "], CredentialMalformed),
        (&["Bearer a b"], CredentialMalformed),
        (&["Bearer a,b"], CredentialDuplicated),
        (&["Bearer a, Bearer b"], CredentialDuplicated),
        (&["Basic a,bearer b"], CredentialDuplicated),
        (&["Digest a=b, c=d"], SchemeNotBearer),
        (&["Bearer a=="], CredentialMalformed),
        (&["Bearer zoë"], CredentialMalformed),
    ] {
        assert_eq!(in_authorization(values), Err(error), "{values:?}");
    }
}

#[test]
fn finds_the_one_credential_wherever_it_may_stand() {
    let sources = [
        Source::authorization(),
        header("x-access-token", None),
        Source::Cookie("session".into()),
        Source::Query("access_token".into()),
    ];
    for (pairs, path, expected) in [
        (&[][..], "/", Ok(None)),
        (&[("x-access-token", "a")], "/", Ok(Some("a"))),
        (&[("cookie", "theme=dark; session=b; lang=de")], "/", Ok(Some("b"))),
        (&[("cookie", "a=1"), ("cookie", "session=b")], "/", Ok(Some("b"))),
        (&[("cookie", "Session=b; sessions=c")], "/", Ok(None)),
        (&[], "/a?b=1&access_token=c&d=2", Ok(Some("c"))),
        (&[], "/a?access%5ftoken=c", Ok(Some("c"))),
        (&[], "/a?b=1;c=2&access_token=d", Ok(Some("d"))),
        (&[("cookie", "%73ession=b")], "/", Ok(Some("b"))),
        (&[("cookie", "%2573ession=b; a%ff=1; \tsession = c")], "/", Ok(Some("c"))),
        (&[("cookie", "session=b; %73essio%6e=c")], "/", Err(TokenError::CredentialDuplicated)),
        (&[], "/a?access_token=c;b=1", Err(TokenError::CredentialMalformed)),
        (&[], "/a?b=1;access_token=c", Err(TokenError::CredentialMalformed)),
        (&[], "/a?access_token=b&c=1;access%5Ftoken=d", Err(TokenError::CredentialMalformed)),
        (&[], "/access_token=c?b", Ok(None)),
        (&[("x-access-token", "a"), ("X-Access-Token", "a")], "/", Err(TokenError::CredentialDuplicated)),
        (&[("x-access-token", "a,b")], "/", Err(TokenError::CredentialDuplicated)),
        (&[("x-access-token", "Bearer a")], "/", Err(TokenError::CredentialMalformed)),
        (&[("x-access-token", "")], "/", Err(TokenError::CredentialMalformed)),
        (&[("cookie", "session=b; session=b")], "/", Err(TokenError::CredentialDuplicated)),
        (&[("cookie", "session=b"), ("cookie", "session=c")], "/", Err(TokenError::CredentialDuplicated)),
        (&[("cookie", "session=\"b\"")], "/", Err(TokenError::CredentialMalformed)),
        (&[], "/?access_token=a&access_token=a", Err(TokenError::CredentialDuplicated)),
        (&[], "/?access_token=a&access%5Ftoken=b", Err(TokenError::CredentialDuplicated)),
        (&[], "/?access_token=a%2eb", Err(TokenError::CredentialMalformed)),
        (&[], "/?access_token", Err(TokenError::CredentialMalformed)),
        (&[("x-access-token", "a")], "/?access_token=a", Err(TokenError::CredentialDuplicated)),
        (
            &[("authorization", "Basic a"), ("cookie", "session=b")],
            "/",
            Err(TokenError::CredentialDuplicated),
        ),
    ] {
        let expected = expected.map(|text: Option<&str>| text.map(str::to_owned));
        assert_eq!(found(&sources, pairs, path), expected, "{pairs:?} {path}");
    }
}

#[test]
fn one_header_holds_several_by_their_schemes() {
    let sources = [Source::authorization(), header("authorization", Some("Token"))];
    let ask = |value: &str| found(&sources, &[("authorization", value)], "/");
    assert_eq!(ask("bearer a"), Ok(Some("a".into())));
    assert_eq!(ask("token b"), Ok(Some("b".into())));
    assert_eq!(ask("Bearer a, Token b"), Err(TokenError::CredentialDuplicated));
    assert_eq!(ask("Basic c"), Err(TokenError::SchemeNotBearer));
}

proptest! {
    #[test]
    fn a_query_keeps_everything_but_the_credential(
        before in prop::collection::vec("[a-z]{1,3}(=[a-z0-9%]{0,3})?", 0..4),
        after in prop::collection::vec("[a-z]{1,3}(=[a-z0-9]{0,3})?", 0..4),
    ) {
        let others: Vec<_> = before.iter().chain(&after).map(String::as_str).collect();
        let mut all: Vec<_> = before.iter().map(String::as_str).collect();
        all.push("access_token=a.b.c");
        all.extend(after.iter().map(String::as_str));
        let query = all.join("&");
        let Ok(path) = SettledPath::settle(format!("/orders?{query}").as_bytes()) else { return Ok(()) };
        let left = query::without(&path, "access_token");
        let expected = match others.is_empty() {
            true => "/orders".to_owned(),
            false => format!("/orders?{}", others.join("&")),
        };
        prop_assert_eq!(left, expected);
    }

    #[test]
    fn a_cookie_header_keeps_every_other_cookie(
        before in prop::collection::vec("[a-z]{1,3}=[a-z0-9\"]{0,3}", 0..4),
        after in prop::collection::vec("[a-z]{1,3}=[a-z0-9]{0,3}", 0..4),
    ) {
        let mut all = before.clone();
        all.push("session=a.b.c".to_owned());
        all.extend(after.clone());
        let left = cookie::without(&head(&[("cookie", &all.join("; "))]), "session");
        let expected = [before, after].concat().join("; ").into_bytes();
        prop_assert_eq!(left.unwrap_or_default(), expected);
    }
}

#[test]
fn cookies_in_several_fields_become_one() {
    let left = |pairs: &[(&str, &str)]| {
        cookie::without(&head(pairs), "session").map(|left| String::from_utf8(left).unwrap())
    };
    assert_eq!(left(&[("cookie", "a=1"), ("cookie", "session=x; b=2")]), Some("a=1; b=2".into()));
    assert_eq!(left(&[("cookie", "session=x")]), None);
    assert_eq!(left(&[("cookie", "session=x;"), ("cookie", "b=2")]), Some("b=2".into()));
}

#[test]
fn what_cannot_be_kept_as_it_is_refuses_the_request() {
    let mut edits = Edits::new();
    let bytes = [(b"cookie".as_slice(), b"a=\xff; session=x".as_slice())];
    let head = Head::from_pairs(bytes).unwrap();
    assert_eq!(cut_cookie(&mut edits, &head, "session"), Err(TokenError::CredentialNotRemovable));
    assert!(edits.is_empty());
    cut_cookie(&mut edits, &self::head(&[("cookie", "session=x")]), "session").unwrap();
    assert!(matches!(edits.iter().next(), Some(Edit::Remove(name)) if name == b"cookie"));
}

#[test]
fn a_credential_is_cut_out_however_its_name_is_written() {
    for (query, left) in [
        ("access_token=x", "/orders"),
        ("a=1&access%5ftoken=x", "/orders?a=1"),
        ("%61ccess_token=x&a=1", "/orders?a=1"),
        ("a=1&%61%63%63%65%73%73%5F%74%6F%6B%65%6E=x&b", "/orders?a=1&b"),
        ("access_token2=x&Access_token=y", "/orders?access_token2=x&Access_token=y"),
    ] {
        let path = SettledPath::settle(format!("/orders?{query}").as_bytes()).unwrap();
        assert_eq!(query::without(&path, "access_token"), left);
    }
    for (cookies, left) in [
        ("a=1; %73ession=x", Some("a=1")),
        ("session =x", None),
        ("a=1;session=x;b=2", Some("a=1;b=2")),
        ("sessions=x; my%session=y", Some("sessions=x; my%session=y")),
    ] {
        let cut = cookie::without(&head(&[("cookie", cookies)]), "session");
        assert_eq!(cut, left.map(|left| left.as_bytes().to_vec()), "{cookies}");
    }
}
