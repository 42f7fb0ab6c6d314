//! Where tokens may stand.

use super::*;

fn wrong_sources(sources: Value) -> Option<String> {
    let mut section = section();
    section["sources"] = sources;
    wrong(&section)
}

#[test]
fn a_source_is_exactly_one_place() {
    for source in [
        json!({}),
        json!({"scheme": "Bearer"}),
        json!({"header": "a", "cookie": "b"}),
        json!({"header": "a", "query": "b"}),
        json!({"cookie": "a", "query": "b"}),
        json!({"header": "a", "cookie": "b", "query": "c"}),
        json!({"cookie": "a", "scheme": "Bearer"}),
        json!({"query": "a", "scheme": "Bearer"}),
        json!({"header": ""}),
        json!({"header": "x token"}),
        json!({"header": ":path"}),
        json!({"header": "Cookie"}),
        json!({"header": "host"}),
        json!({"header": "connection"}),
        json!({"header": "content-length"}),
        json!({"header": "transfer-encoding"}),
        json!({"header": "authorization", "scheme": ""}),
        json!({"header": "authorization", "scheme": "Bearer "}),
        json!({"header": "authorization", "scheme": "a,b"}),
        json!({"cookie": ""}),
        json!({"cookie": "a=b"}),
        json!({"cookie": "a;b"}),
        json!({"cookie": "a b"}),
        json!({"cookie": "zoë"}),
        json!({"query": ""}),
        json!({"query": "a&b"}),
        json!({"query": "a%20b"}),
        json!({"query": "a+b"}),
        json!({"query": "a=b"}),
    ] {
        let outcome = wrong_sources(json!([{"header": "x-good"}, source]));
        assert_eq!(outcome.as_deref(), Some("jwt.sources[1]"), "{source}");
    }
    for source in [
        json!({"header": "Authorization", "scheme": "DPoP"}),
        json!({"header": "X-Token"}),
        json!({"cookie": "__Host-session"}),
        json!({"query": "access_token"}),
    ] {
        assert_eq!(wrong_sources(json!([source])), None, "{source}");
    }
}

#[test]
fn no_two_sources_are_one_place() {
    for (one, other, good) in [
        (json!({"header": "a"}), json!({"header": "A"}), false),
        (json!({"header": "x-a"}), json!({"header": "x_a"}), false),
        (json!({"header": "x-a", "scheme": "b"}), json!({"header": "x.a", "scheme": "c"}), false),
        (json!({"header": "x-a"}), json!({"header": "x-b"}), true),
        (json!({"header": "a"}), json!({"header": "a", "scheme": "Bearer"}), false),
        (json!({"header": "a", "scheme": "b"}), json!({"header": "A", "scheme": "B"}), false),
        (json!({"header": "a", "scheme": "b"}), json!({"header": "a", "scheme": "c"}), true),
        (json!({"cookie": "a"}), json!({"cookie": "a"}), false),
        (json!({"cookie": "a"}), json!({"cookie": "A"}), true),
        (json!({"query": "a"}), json!({"query": "a"}), false),
        (json!({"header": "a"}), json!({"cookie": "a"}), true),
        (json!({"cookie": "a"}), json!({"query": "a"}), true),
    ] {
        let expected = (!good).then(|| "jwt.sources[1]".to_owned());
        assert_eq!(wrong_sources(json!([one, other])), expected, "{one} {other}");
    }
}

#[test]
fn sources_are_bounded() {
    let many = |count: usize| (0..count).map(|index| json!({"cookie": format!("c{index}")})).collect();
    for (count, expected) in [
        (0, Some("jwt.sources")),
        (crate::MAX_SOURCES, None),
        (crate::MAX_SOURCES + 1, Some("jwt.sources")),
    ] {
        assert_eq!(wrong_sources(Value::Array(many(count))).as_deref(), expected, "{count}");
    }
}
