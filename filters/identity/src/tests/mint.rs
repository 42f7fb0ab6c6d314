use contract::Cause;
use jose::{Algorithm, Compact, KeySet, KeyUse, Ring};
use serde_json::Map;

use super::*;
use crate::testing::{removed, set};

struct Edge {
    hop: Hop,
    world: World,
    pem: String,
}

impl Edge {
    fn new() -> Self {
        Self::configured(&mint_section())
    }

    fn configured(section: &Value) -> Self {
        let world = World { source_address: Some("192.0.2.7".parse().unwrap()), ..World::default() };
        let pem = new_key();
        Self { hop: Hop::new(section, &pem, &world), world, pem }
    }

    fn token_of(&self, user: &Rc<Identity>) -> String {
        let passed = self.hop.ask(&self.world, any_of("corp"), Some(user), &[]).unwrap();
        set(&passed.request, "txn-token").unwrap()
    }

    fn claims(&self, token: &str) -> Map<String, Value> {
        let token = Compact::parse(token.as_bytes()).unwrap();
        assert_eq!((token.typ(), token.key_id()), (Some("txntoken+jwt"), Some("edge-1")));
        let keys = KeySet::from_value(&key_set(&self.pem, "edge-1"), KeyUse::Signature).unwrap();
        keys.verify(&token, &[Algorithm::Es256], &Ring).unwrap().into_claims()
    }

    fn later(&mut self, seconds: u64) {
        self.world.now = self.world.now.plus(Duration::from_secs(seconds));
    }
}

#[test]
fn a_minted_token_says_what_the_profile_asks_and_no_more() {
    let edge = Edge::new();
    let mut claims = edge.claims(&edge.token_of(&user("alice")));
    let transaction = claims.remove("txn").unwrap();
    assert_eq!(transaction.as_str().unwrap().len(), 32);
    let expected = json!({
        "iss": "https://edge.shop.test",
        "aud": "shop.test",
        "sub": "alice",
        "scope": "orders:read orders:write",
        "req_wl": EDGE,
        "tctx": {"tenant": "t1", "roles": ["buyer"]},
        "rctx": {"req_ip": "192.0.2.7"},
        "iat": NOW.seconds(),
        "exp": NOW.seconds() + 60,
    });
    assert_eq!(Value::Object(claims), expected);
}

#[test]
fn an_address_that_is_not_known_is_not_told() {
    let mut edge = Edge::new();
    edge.world.source_address = None;
    assert_eq!(edge.claims(&edge.token_of(&user("alice"))).get("rctx"), None);
}

#[test]
fn a_minted_token_does_not_outlive_the_credential() {
    let edge = Edge::new();
    let expires = NOW.seconds() + 20;
    let ends_soon = identity(IdentityFacts { expires, ..user("alice").facts().clone() });
    assert_eq!(edge.claims(&edge.token_of(&ends_soon))["exp"], expires);
}

#[test]
fn a_credential_that_passed_by_leeway_gets_no_token() {
    let edge = Edge::new();
    for expires in [NOW.seconds(), NOW.seconds() - 30] {
        let ended = identity(IdentityFacts { expires, ..user("alice").facts().clone() });
        let refusal = refusal(edge.hop.ask(&edge.world, any_of("corp"), Some(&ended), &[]));
        assert_eq!((refusal.cause, refusal.reason), (Cause::CredentialInvalid, "credential_ends"));
    }
}

#[test]
fn a_token_is_reused_until_half_of_its_life_is_over() {
    let mut edge = Edge::new();
    let first = edge.token_of(&user("alice"));
    edge.later(29);
    assert_eq!(edge.token_of(&user("alice")), first);
    edge.later(1);
    let second = edge.token_of(&user("alice"));
    assert_ne!(second, first);
    assert_eq!(edge.claims(&second)["exp"], NOW.seconds() + 90);
}

#[test]
fn a_token_from_the_future_is_not_reused() {
    let mut edge = Edge::new();
    let first = edge.token_of(&user("alice"));
    edge.world.now = NOW.minus(Duration::from_secs(600));
    let second = edge.token_of(&user("alice"));
    assert_ne!(second, first);
    assert_eq!(edge.claims(&second)["iat"], NOW.seconds() - 600);
    edge.later(1);
    assert_eq!(edge.token_of(&user("alice")), second);
}

#[test]
fn a_token_is_reused_for_nothing_that_differs_in_it() {
    let mut edge = Edge::new();
    let first = edge.token_of(&user("alice"));
    let facts = || user("alice").facts().clone();
    let tenant = json!({"tenant": "t2"}).as_object().unwrap().clone();
    for other in [
        user("bob"),
        identity(IdentityFacts { scopes: vec![], ..facts() }),
        identity(IdentityFacts { expires: NOW.seconds() + 3_601, ..facts() }),
        identity(IdentityFacts { claims: tenant, ..facts() }),
    ] {
        assert_ne!(edge.token_of(&other), first, "{other:?}");
    }
    edge.world.source_address = Some("192.0.2.8".parse().unwrap());
    assert_ne!(edge.token_of(&user("alice")), first);
}

#[test]
fn a_client_cannot_send_a_token_of_its_own() {
    let edge = Edge::new();
    for name in ["Txn-Token", "txn_token", "txn.token"] {
        let sent = [(name, "a.b.c")];
        let anonymous = edge.hop.ask(&edge.world, Authenticate::None, None, &sent).unwrap();
        assert_eq!(set(&anonymous.request, "txn-token"), None);
        for name in [name, "txn-token"] {
            assert!(removed(&anonymous.request).contains(&name.to_owned()), "{name}");
        }
        let passed = edge.hop.ask(&edge.world, any_of("corp"), Some(&user("alice")), &sent).unwrap();
        assert_eq!(edge.claims(&set(&passed.request, "txn-token").unwrap())["sub"], "alice");
    }
    let two = [("Txn-Token", "a.b.c"), ("txn_token", "a.b.c")];
    assert_eq!(reason(edge.hop.ask(&edge.world, Authenticate::None, None, &two)), "txn_token_duplicated");
}

#[test]
fn without_randomness_nothing_is_minted() {
    let mut edge = Edge::new();
    edge.world.entropy_fails = true;
    assert_eq!(
        reason(edge.hop.ask(&edge.world, any_of("corp"), Some(&user("alice")), &[])),
        "no_randomness"
    );
}
