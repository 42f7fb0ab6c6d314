use contract::{Fact, FactName, HeaderValue};

use super::*;
use crate::testing::list;

const FILTER: &str = "envoy.filters.http.jwt_authn";

fn section() -> Value {
    json!({ "native": {
        "provider": "corp", "key": "payload", "issuers": ["https://issuer.test"],
        "claims": { "tenant": "string", "level": "long", "staff": "bool", "roles": "strings" },
    } })
}

fn number(number: f64) -> Vec<u8> {
    number.to_le_bytes().to_vec()
}

#[expect(clippy::cast_precision_loss, reason = "a time in this century")]
fn in_seconds(seconds: u64) -> Vec<u8> {
    number(NOW.plus(Duration::from_secs(seconds)).seconds() as f64)
}

/// What `jwt_authn` leaves of a good token, with other bytes for some claims; `None` removes one.
fn left(changes: &[(&str, Option<Vec<u8>>)]) -> World {
    let mut world = World::default();
    let mut put = |path: &[&str], value: Vec<u8>| {
        world.metadata.insert(path.iter().map(|part| (*part).to_owned()).collect(), value);
    };
    put(&[FILTER, "payload"], b"there".to_vec());
    let claims: [(&str, Vec<u8>); 9] = [
        ("iss", b"https://issuer.test".to_vec()),
        ("sub", "zoë".into()),
        ("exp", in_seconds(60)),
        ("aud", b"api".to_vec()),
        ("scope", b"orders:read  orders:write".to_vec()),
        ("tenant", b"north".to_vec()),
        ("level", number(3.0)),
        ("staff", vec![1]),
        ("roles", list(&["reader", "buyer"])),
    ];
    let unchanged =
        claims.into_iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let changed = changes.iter().filter_map(|(name, value)| Some((*name, value.clone()?)));
    for (name, value) in unchanged.chain(changed) {
        put(&[FILTER, "payload", name], value);
    }
    world
}

fn ask(world: &World, authenticate: Authenticate) -> Result<Passed, Verdict> {
    Hop::new(&section(), "", world).ask(world, authenticate, None, &[])
}

fn refused(changes: &[(&str, Option<Vec<u8>>)]) -> &'static str {
    let refusal = refusal(ask(&left(changes), any_of("corp")));
    assert_eq!(refusal.cause, contract::Cause::CredentialInvalid);
    refusal.reason
}

#[test]
fn takes_over_who_was_verified() {
    let identity = ask(&left(&[]), any_of("corp")).unwrap().identity.unwrap();
    let facts = identity.facts();
    assert_eq!((facts.provider.as_str(), facts.kind), ("corp", CredentialKind::Generic));
    assert_eq!((facts.issuer.as_str(), facts.subject.as_str()), ("https://issuer.test", "zoë"));
    assert_eq!(
        (facts.audience.as_slice(), facts.scopes.as_slice()),
        (["api".to_owned()].as_slice(), ["orders:read".to_owned(), "orders:write".to_owned()].as_slice())
    );
    assert_eq!(facts.expires, NOW.plus(Duration::from_secs(60)).seconds());
    let claims = json!({
        "iss": "https://issuer.test", "sub": "zoë", "exp": facts.expires,
        "tenant": "north", "level": 3, "staff": true, "roles": ["reader", "buyer"],
    });
    assert_eq!(Value::Object(facts.claims.clone()), claims);
}

#[test]
fn audience_and_scope_may_be_lists_and_claims_may_be_absent() {
    let lists = [
        ("aud", Some(list(&["api", "b"]))),
        ("scope", Some(list(&["a", "b c"]))),
        ("tenant", None),
        // A `null`.
        ("level", Some(vec![])),
    ];
    let identity = ask(&left(&lists), any_of("corp")).unwrap().identity.unwrap();
    assert_eq!(identity.facts().audience, ["api", "b"]);
    assert_eq!(identity.facts().scopes, ["a", "b", "c"]);
    assert_eq!((identity.claim("tenant"), identity.claim("level")), (None, None));
}

#[test]
fn nothing_left_is_nobody_and_a_route_may_not_ask() {
    assert!(ask(&World::default(), any_of("corp")).unwrap().identity.is_none());
    for elsewhere in [any_of("internal"), Authenticate::None] {
        assert!(ask(&left(&[("iss", None)]), elsewhere).unwrap().identity.is_none());
    }
}

#[test]
fn refuses_what_does_not_say_who_until_when_and_by_whom() {
    let value = |name, value: &[u8]| [(name, Some(value.to_vec()))];
    for (changes, reason) in [
        ([("iss", None)], "native_issuer_unknown"),
        (value("iss", b"https://elsewhere.test"), "native_issuer_unknown"),
        (value("iss", &number(1.0)), "native_issuer_unknown"),
        ([("sub", None)], "native_subject_missing"),
        (value("sub", b""), "native_subject_missing"),
        (value("sub", b"a\nb"), "native_claim_malformed"),
        (value("sub", b"\xff"), "native_claim_malformed"),
        ([("exp", None)], "native_expiry_missing"),
        (value("exp", b"4000000000"), "native_claim_malformed"),
        (value("exp", &number(-1.0)), "native_claim_malformed"),
        (value("exp", &number(1e30)), "native_claim_malformed"),
        (value("exp", &number(f64::NAN)), "native_claim_malformed"),
        (value("exp", &in_seconds(0)), "native_expired"),
        (value("aud", &number(1.0)), "native_claim_malformed"),
        (value("scope", &[0xff; 64]), "native_claim_malformed"),
        (value("tenant", &[1]), "native_claim_malformed"),
        (value("level", &number(2.5)), "native_claim_malformed"),
        (value("level", b"3"), "native_claim_malformed"),
        (value("staff", b"true"), "native_claim_malformed"),
        (value("roles", b"reader"), "native_claim_malformed"),
        (value("roles", &list(&["reader", ""])), "native_claim_malformed"),
    ] {
        assert_eq!(refused(&changes), reason, "{changes:?}");
    }
}

#[test]
fn bounds_hold() {
    let many = "a ".repeat(257);
    assert_eq!(refused(&[("scope", Some(many.into_bytes()))]), "native_claim_malformed");
    assert_eq!(refused(&[("aud", Some(list(&["a"; 257])))]), "native_claim_malformed");
    assert_eq!(refused(&[("sub", Some(vec![b'a'; 1025]))]), "native_claim_malformed");
}

#[test]
fn two_verified_callers_are_refused() {
    let world = left(&[]);
    let hop = Hop::new(&section(), "", &world);
    let outcome = hop.ask(&world, any_of("corp"), Some(&user("eve")), &[]);
    assert_eq!(refusal(outcome).reason, "native_beside_another");
}

#[test]
fn an_edge_mints_for_whom_another_filter_has_verified() {
    let world = left(&[]);
    let mut both = mint_section();
    both["native"] = section()["native"].clone();
    let hop = Hop::new(&both, &new_key(), &world);
    let mut passed = Edits::new();
    let mut identity = None;
    // As the pipeline orders them.
    let mut stages: Vec<_> = hop.stages.iter().collect();
    stages.sort_by_key(|stage| stage.phase());
    let (head, path) = (head(&[]), SettledPath::settle(b"/").unwrap());
    let route = route(any_of("corp"));
    let route = RouteMatch { id: RouteId(0), route: &route, parameters: vec![] };
    for stage in stages {
        let request =
            Request { head: &head, path: &path, route: &route, identity: identity.as_ref(), peer: None };
        let Verdict::Forward(forward) = stage.decide(&request, &world.env()) else { panic!("refused") };
        passed.extend(forward.request);
        identity = forward.identity.or(identity);
    }
    assert!(crate::testing::set(&passed, "txn-token").is_some());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test plays the sidecar's verification")]
fn verified_facts_are_published_where_that_is_asked_for() {
    let world = World::default();
    let publish = |section: Value, identity: Option<&Rc<Identity>>, peer: Option<&Rc<Peer>>| -> Vec<Fact> {
        let (head, path) = (head(&[]), SettledPath::settle(b"/").unwrap());
        let route = route(any_of("corp"));
        let route = RouteMatch { id: RouteId(0), route: &route, parameters: vec![] };
        let request = Request { head: &head, path: &path, route: &route, identity, peer };
        let stages = compile(&section, "", &world).unwrap();
        let said = stages.iter().map(|stage| stage.decide(&request, &world.env()));
        said.flat_map(|verdict| match verdict {
            Verdict::Forward(forward) => forward.facts,
            other @ (Verdict::Ask(_) | Verdict::Wait(_) | Verdict::Answer(_) | Verdict::Refuse(_)) => {
                panic!("{other:?}")
            }
        })
        .collect()
    };
    let fact = |name, text: &str| Fact { name, value: HeaderValue::encode(text) };
    let peer = Rc::new(Peer::from_verified(contract::SpiffeId::parse(EDGE).unwrap()));
    let mut facts = user("zoë").facts().clone();
    facts.transaction = Some("t-1".into());
    let told = [
        fact(FactName::Subject, "zoë"),
        fact(FactName::Provider, "corp"),
        fact(FactName::Transaction, "t-1"),
        fact(FactName::Caller, EDGE),
    ];
    let on = json!({ "filter_state": true });
    assert_eq!(publish(on.clone(), Some(&identity(facts)), Some(&peer)), told);
    assert_eq!(publish(on.clone(), None, Some(&peer)), told[3..]);
    assert_eq!(publish(on, None, None), []);
    assert_eq!(publish(json!({}), Some(&user("zoë")), Some(&peer)), []);
}

#[test]
fn a_section_that_cannot_be_meant_is_refused() {
    let with = |pointer: &str, value: Value| {
        let mut changed = section();
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        changed.pointer_mut(parent).unwrap()[member] = value;
        changed
    };
    let verify = verify_section(&key_set(&new_key(), "edge-1"));
    let mut beside = section();
    beside["verify"] = verify["verify"].clone();
    for (section, error) in [
        (with("/native/provider", json!("")), "identity.native.provider: must not be empty"),
        (with("/native/key", json!("")), "identity.native.key: \"\" is no name"),
        (with("/native/filter", json!("a\0b")), "identity.native.filter: \"a\\0b\" is no name"),
        (
            with("/native/issuers", json!([])),
            "identity.native.issuers: must name at least one issuer, and none by ``",
        ),
        (with("/native/claims/sub", json!("string")), "identity.native.claims: `sub` is always read"),
        (beside, "identity.native: can stand beside `mint` or alone"),
    ] {
        let got = compile(&section, "", &World::default()).err().map(|error| error.to_string());
        assert_eq!(got.as_deref(), Some(error), "{section}");
    }
    let wrong = compile(&with("/native/claims/level", json!("int")), "", &World::default());
    assert!(wrong.err().is_some_and(|error| error.to_string().starts_with("identity.native.claims.level")));
}
