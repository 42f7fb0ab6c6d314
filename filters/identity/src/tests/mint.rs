use std::collections::BTreeSet;

use contract::{Cause, Digest, Phase, ProxyCrypto, ProxyCryptoError};
use jose::{Algorithm, Compact, KeySet, KeyUse, Ring};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, Ed25519KeyPair};
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
        Self::with(section, new_key(), world)
    }

    fn with(section: &Value, pem: String, world: World) -> Self {
        let stages = compile_for(&[orders()], section, &pem, &world).unwrap();
        Self { hop: Hop { stages }, world, pem }
    }

    fn token_of(&self, user: &Rc<Identity>) -> String {
        let passed = self.hop.ask(&self.world, any_of("corp"), Some(user), &[]).unwrap();
        set(&passed.request, "txn-token").unwrap()
    }

    /// The token for a request to `/orders/{order_id}`.
    fn token_for(&self, user: &Rc<Identity>, order: &str) -> String {
        let (head, path) = (head(&[]), SettledPath::settle(b"/").unwrap());
        let parameters = vec![("order_id".to_owned(), order.to_owned())];
        let route = RouteMatch { id: RouteId(0), route: &orders(), parameters };
        let request = Request { head: &head, path: &path, route: &route, identity: Some(user), peer: None };
        let mint = self.hop.stages.iter().find(|stage| stage.phase() == Phase::Finish).unwrap();
        match mint.decide(&request, &self.world.env()) {
            Verdict::Forward(forward) => set(&forward.request, "txn-token").unwrap(),
            other @ (Verdict::Ask(_) | Verdict::Wait(_) | Verdict::Answer(_) | Verdict::Refuse(_)) => {
                panic!("no token: {other:?}")
            }
        }
    }

    fn claims(&self, token: &str) -> Map<String, Value> {
        let token = Compact::parse(token.as_bytes()).unwrap();
        assert_eq!((token.typ(), token.key_id()), (Some("txntoken+jwt"), Some("edge-1")));
        let keys = KeySet::from_value(&key_set(&self.pem, "edge-1"), KeyUse::Signature).unwrap();
        keys.verify(&token, &[Algorithm::Es256, Algorithm::EdDsa], &Ring).unwrap().into_claims()
    }

    fn later(&mut self, seconds: u64) {
        self.world.now = self.world.now.plus(Duration::from_secs(seconds));
    }
}

fn orders() -> Route {
    Route { parameters: vec!["order_id".into(), "item".into()], ..route(Authenticate::None) }
}

/// [`mint_section`], with `members` of its own.
fn mint_section_with(members: &Value) -> Value {
    let mut section = mint_section();
    section["mint"].as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    section
}

/// A proxy that signs.
struct SigningProxy;

impl ProxyCrypto for SigningProxy {
    fn verify(&self, _: Digest, _: &[u8], _: &[u8], _: &[u8]) -> Result<bool, ProxyCryptoError> {
        Err(ProxyCryptoError)
    }

    fn sign(&self, _: Digest, key: &[u8], message: &[u8]) -> Result<Vec<u8>, ProxyCryptoError> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key, &random).unwrap();
        Ok(pair.sign(&random, message).unwrap().as_ref().to_vec())
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
fn a_token_says_for_whom_and_for_what_it_was_asked_whoever_has_asked_before() {
    let mut edge = Edge::configured(&mint_section_with(&json!({"parameters": ["order_id"]})));
    let mut first_round = Vec::new();
    for round in 0..2 {
        let mut tokens = Vec::new();
        for address in ["192.0.2.7", "192.0.2.8"] {
            edge.world.source_address = Some(address.parse().unwrap());
            for (name, scope, order, lives) in all_of(["alice", "bob"], ["a", "b"], ["41", "42"], [20, 40])
            {
                let facts = IdentityFacts {
                    scopes: vec![scope.into()],
                    expires: NOW.seconds() + lives,
                    ..user(name).facts().clone()
                };
                let token = edge.token_for(&identity(facts), order);
                let claims = edge.claims(&token);
                assert_eq!((&claims["sub"], &claims["scope"]), (&json!(name), &json!(scope)));
                assert_eq!(claims["tctx"]["parameters"], json!({"order_id": order}));
                assert_eq!(claims["rctx"], json!({"req_ip": address}));
                assert_eq!(claims["exp"], NOW.seconds() + lives);
                tokens.push(token);
            }
        }
        let different: BTreeSet<_> = tokens.iter().collect();
        assert_eq!((round, different.len()), (round, 32));
        match round {
            0 => first_round = tokens,
            _ => assert_eq!(tokens, first_round, "each is used again where it belongs"),
        }
    }
}

fn all_of<A: Copy, B: Copy, C: Copy, D: Copy>(
    a: [A; 2],
    b: [B; 2],
    c: [C; 2],
    d: [D; 2],
) -> impl Iterator<Item = (A, B, C, D)> {
    (0..16).map(move |n| (a[n & 1], b[n >> 1 & 1], c[n >> 2 & 1], d[n >> 3]))
}

#[test]
fn parameters_go_along_decoded_where_they_are_named_and_the_route_has_them() {
    let edge = Edge::configured(&mint_section_with(&json!({"parameters": ["item", "order_id"]})));
    let tctx = |token: &str| edge.claims(token)["tctx"].clone();
    let with = json!({"tenant": "t1", "roles": ["buyer"], "parameters": {"order_id": "a b/ü"}});
    assert_eq!(tctx(&edge.token_for(&user("alice"), "a b/ü")), with);
    assert_eq!(tctx(&edge.token_of(&user("alice"))), json!({"tenant": "t1", "roles": ["buyer"]}));
    let without = Edge::new();
    assert_eq!(without.claims(&without.token_for(&user("alice"), "1"))["tctx"].get("parameters"), None);
}

#[test]
fn each_request_has_a_transaction_of_its_own_where_that_is_asked_for() {
    let edge = Edge::configured(&mint_section_with(&json!({"transaction": "request"})));
    let tokens: Vec<_> = (0..8).map(|_| edge.token_of(&user("alice"))).collect();
    let transactions: BTreeSet<_> =
        tokens.iter().map(|token| edge.claims(token)["txn"].as_str().unwrap().to_owned()).collect();
    assert_eq!(transactions.len(), 8);
    assert_eq!(edge.world.events.take(), ["jwt.sign.wasm"; 8]);
}

#[test]
fn the_type_of_the_key_and_the_proxy_say_who_signs() {
    let random = SystemRandom::new();
    let ed25519 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let ed25519 = pem(ed25519.as_ref());
    let able = || World { crypto: &SigningProxy, ..World::default() };
    for (pem, world, event) in [
        (new_key(), World::default(), "jwt.sign.wasm"),
        (new_key(), able(), "jwt.sign.host"),
        (ed25519.clone(), World::default(), "jwt.sign.wasm"),
        (ed25519, able(), "jwt.sign.wasm"),
    ] {
        let edge = Edge::with(&mint_section(), pem, world);
        for _ in 0..2 {
            assert_eq!(edge.claims(&edge.token_of(&user("alice")))["sub"], "alice");
        }
        assert_eq!(edge.world.events.take(), [event], "one token for both requests");
    }
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
