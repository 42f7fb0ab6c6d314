//! Credentials in cookies and queries: what is taken, and what is left of the request.

use super::*;
use contract::{Cause, Edit, Edits};

/// What edits come to, as text.
fn shown(edits: &Edits) -> Vec<String> {
    let shown = edits.iter().map(|edit| match edit {
        Edit::Remove(name) => format!("-{}", String::from_utf8_lossy(name)),
        Edit::Set(name, value) => format!("{name}={}", value.as_str()),
        Edit::Append(name, value) => format!("{name}+={}", value.as_str()),
    });
    shown.collect()
}

fn bench(issuer: &Issuer, forward: bool) -> Bench {
    let mut providers = inline("access_token", issuer);
    providers["corp"]["forward"] = json!(forward);
    let sources = json!([
        {"header": "authorization", "scheme": "Bearer"}, {"header": "x-access-token"},
        {"cookie": "session"}, {"query": "access_token"},
    ]);
    Bench::of(&json!({"sources": sources, "providers": providers}), any_of(&["corp"]))
}

#[test]
fn a_credential_leaves_the_request_and_nothing_else_does() {
    let issuer = Issuer::new("k");
    let token = issuer.token("at+jwt", &claims());
    let bench = bench(&issuer, false);
    for (name, value, path, request) in [
        ("authorization", "bearer TOKEN", "/a", "-authorization"),
        ("x-access-token", "TOKEN", "/a", "-x-access-token"),
        ("cookie", "session=TOKEN", "/a", "-cookie"),
        ("cookie", "a=\"1\"; session=TOKEN; b=2", "/a", "cookie=a=\"1\"; b=2"),
        ("cookie", "%73ession=TOKEN;b=2", "/a", "cookie=b=2"),
        ("x", "", "/a?access_token=TOKEN", ":path=/a"),
        ("x", "", "/a?b=%2f&access_token=TOKEN&c", ":path=/a?b=%2f&c"),
        ("x", "", "/a?access%5Ftoken=TOKEN&c=1", ":path=/a?c=1"),
        ("x", "", "/%61?access_token=TOKEN", ":path=/a"),
    ] {
        let (value, path) = (value.replace("TOKEN", &token), path.replace("TOKEN", &token));
        let fields = [(name, value.as_str())];
        let forward = forwarded(bench.request(&Asked { fields: &fields, path: &path, ..Asked::default() }));
        assert_eq!(shown(&forward.request), [request], "{name} {path}");
        assert_eq!(forward.identity.unwrap().subject(), "alice");
        let private = if request.starts_with(':') {
            vec!["cache-control=private, no-store".to_owned()]
        } else {
            vec![]
        };
        assert_eq!(shown(&forward.response), private, "{name} {path}");
    }
}

#[test]
fn a_query_is_never_forwarded_and_everything_else_where_the_provider_says_so() {
    let issuer = Issuer::new("k");
    let token = issuer.token("at+jwt", &claims());
    let bench = bench(&issuer, true);
    for (name, value, path, request) in [
        ("authorization", "Bearer TOKEN", "/a", None),
        ("x-access-token", "TOKEN", "/a", None),
        ("cookie", "a=1; session=TOKEN", "/a", None),
        ("x", "", "/a?access_token=TOKEN&b", Some(":path=/a?b")),
    ] {
        let (value, path) = (value.replace("TOKEN", &token), path.replace("TOKEN", &token));
        let fields = [(name, value.as_str())];
        let forward = forwarded(bench.request(&Asked { fields: &fields, path: &path, ..Asked::default() }));
        assert_eq!(shown(&forward.request).first().map(String::as_str), request, "{name}");
    }
}

#[test]
fn what_services_could_read_otherwise_is_refused() {
    let issuer = Issuer::new("k");
    let token = issuer.token("at+jwt", &claims());
    let bench = bench(&issuer, true);
    for (name, value, path, expected) in [
        ("x_access_token", "TOKEN", "/", "credential_malformed"),
        ("X.Access-Token", "TOKEN", "/", "credential_malformed"),
        ("xaccess-token", "TOKEN", "/", "credential_missing"),
        ("cookie", "session=TOKEN; session=TOKEN", "/", "credential_duplicated"),
        ("cookie", "session=TOKEN; %73ession=evil", "/", "credential_duplicated"),
        ("cookie", "session=\"TOKEN\"", "/", "credential_malformed"),
        ("cookie", "session=%TOKEN", "/", "credential_malformed"),
        ("cookie", "session=", "/", "credential_malformed"),
        ("cookie", "a=1, session=TOKEN", "/", "credential_missing"),
        ("cookie", "session=TOKEN", "/?access_token=TOKEN", "credential_duplicated"),
        ("authorization", "Bearer TOKEN", "/?access_token=x", "credential_duplicated"),
        ("x-access-token", "TOKEN", "/?access%5ftoken=", "credential_duplicated"),
        ("x", "", "/?access_token=TOKEN&access_token=", "credential_duplicated"),
        ("x", "", "/?a=1;access_token=TOKEN", "credential_malformed"),
        ("x", "", "/?access_token=TOKEN;a=1", "credential_malformed"),
        ("x", "", "/?access_token=TOKEN%20", "credential_malformed"),
    ] {
        let (value, path) = (value.replace("TOKEN", &token), path.replace("TOKEN", &token));
        let fields = [(name, value.as_str())];
        let refusal = refused(bench.request(&Asked { fields: &fields, path: &path, ..Asked::default() }));
        assert_eq!(refusal.reason, expected, "{name} {value} {path}");
        let ambiguous = refusal.cause == Cause::CredentialAmbiguous;
        assert_eq!(ambiguous, expected == "credential_duplicated", "{name} {path}");
    }
}

#[test]
fn a_refused_request_is_not_edited_and_one_that_cannot_be_is_refused() {
    let issuer = Issuer::new("k");
    let cookie = format!("a=\u{eb}; session={}", issuer.token("at+jwt", &claims()));
    let asked = Asked { fields: &[("cookie", &cookie)], ..Asked::default() };
    let refusal = refused(bench(&issuer, false).request(&asked));
    assert_eq!((refusal.reason, refusal.cause), ("credential_not_removable", Cause::RequestMalformed));
    assert!(forwarded(bench(&issuer, true).request(&asked)).request.is_empty());
}

#[test]
fn no_header_stands_beside_a_credential_that_services_take_for_it() {
    let issuer = Issuer::new("k");
    let token = issuer.token("at+jwt", &claims());
    for forward in [true, false] {
        for name in ["x_access_token", "X_Access-Token", "x.access.token"] {
            let fields = [("x-access-token", token.as_str()), (name, "evil")];
            let verdict = bench(&issuer, forward).request(&Asked { fields: &fields, ..Asked::default() });
            assert_eq!(reason(verdict), "credential_duplicated", "{name} {forward}");
        }
    }
}
