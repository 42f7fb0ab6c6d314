//! What holds for every text that might be a SPIFFE ID. The rules are written down here a second time, in
//! other words than the parser's.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// A trust domain and segments of a path that SPIFFE-ID §2.1 and §2.2 allow.
fn parts() -> impl Strategy<Value = (String, Vec<String>)> {
    let segment = "[a-zA-Z0-9._-]{1,12}".prop_filter("a dot segment", |text| text != "." && text != "..");
    ("[a-z0-9._-]{1,255}", vec(segment, 0..8))
}

fn written((trust_domain, segments): &(String, Vec<String>)) -> String {
    let segments = segments.iter().map(|segment| format!("/{segment}"));
    format!("spiffe://{trust_domain}{}", segments.collect::<String>())
}

/// Text that is nearly a SPIFFE ID: a good one with one byte replaced, put in, or taken out.
fn nearly() -> impl Strategy<Value = String> {
    let telling = prop::sample::select("/.:@?#%,;\"\\=A\0 ~\u{7f}\u{e9}".chars().collect::<Vec<_>>());
    let change = prop_oneof![telling, any::<char>()];
    (parts(), any::<prop::sample::Index>(), change, 0..3_u8).prop_map(|(parts, at, change, how)| {
        let mut chars: Vec<_> = written(&parts).chars().collect();
        let at = at.index(chars.len());
        match how {
            0 => drop(chars.splice(at..=at, [change])),
            1 => chars.insert(at, change),
            _ => drop(chars.remove(at)),
        }
        chars.into_iter().collect()
    })
}

/// SPIFFE-ID §2 as a judge would read it out.
fn is_allowed(text: &str) -> bool {
    let mut parts = text.split('/');
    let start = [parts.next(), parts.next()] == [Some("spiffe:"), Some("")];
    let trust_domain = parts.next().unwrap_or_default();
    let allowed = |text: &str, upper: bool| {
        let lower = |char| matches!(char, 'a'..='z' | '0'..='9' | '.' | '-' | '_');
        text.chars().all(|char| lower(char) || (upper && char.is_ascii_uppercase()))
    };
    start
        && (1..=255).contains(&trust_domain.len())
        && allowed(trust_domain, false)
        && parts.all(|segment| !["", ".", ".."].contains(&segment) && allowed(segment, true))
        && text.len() <= 2048
}

proptest! {
    #[test]
    fn what_the_standard_allows_is_parsed_and_stays_as_it_is(parts in parts()) {
        let text = written(&parts);
        let id = SpiffeId::parse(&text);
        prop_assert!(id.is_ok(), "{}", text);
        let id = id.unwrap();
        prop_assert_eq!(id.as_str(), &text);
        prop_assert_eq!(id.to_string(), text);
        prop_assert_eq!(id.trust_domain(), parts.0);
        prop_assert_eq!(SpiffeId::parse(id.as_str()), Ok(id));
    }

    #[test]
    fn one_character_decides(text in nearly()) {
        prop_assert_eq!(SpiffeId::parse(&text).is_ok(), is_allowed(&text), "{:?}", text);
    }

    #[test]
    fn no_other_text_is_taken(text in prop_oneof![any::<String>(), "spiffe://[ -~]{0,24}"]) {
        prop_assert_eq!(SpiffeId::parse(&text).is_ok(), is_allowed(&text), "{:?}", text);
    }

    #[test]
    fn two_ids_are_equal_when_their_texts_are(one in parts(), other in parts()) {
        let ids = [&one, &other].map(|parts| SpiffeId::parse(&written(parts)).unwrap());
        prop_assert_eq!(ids[0] == ids[1], one == other);
        prop_assert_eq!(ids[0].trust_domain() == ids[1].trust_domain(), one.0 == other.0);
    }

    #[test]
    fn bounds_are_exact(path in 2020..2040_usize, domain in 250..260_usize) {
        let whole = format!("spiffe://a.test/{}", "a".repeat(path));
        prop_assert_eq!(SpiffeId::parse(&whole).is_ok(), whole.len() <= 2048);
        let trust_domain = format!("spiffe://{}/a", "a".repeat(domain));
        prop_assert_eq!(SpiffeId::parse(&trust_domain).is_ok(), domain <= 255);
    }
}
