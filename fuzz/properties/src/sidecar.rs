//! Whole requests at a sidecar: the workload that calls is one that may, and the user is whom the edge has signed for.
//!
//! The input is a request, see `world/sent.rs`. It is judged where traces come in one format and where in the other.

use contract::{Head, HeaderValue, SettledPath};
use pipeline::Allowed;
use serde_json::Value;

use crate::world::{
    EDGE, GATEWAY, Gateway, Outcome, Sent, assert_clean, assert_refusal, broken, sidecar_configuration,
    written,
};

thread_local! {
    static SIDECARS: [Gateway; 2] = ["w3c", "b3"].map(|format| {
        let document = sidecar_configuration(format).to_string();
        Gateway::compile(document.as_bytes()).expect("a good configuration")
    });
}

/// See above.
pub fn property(data: &[u8]) {
    let sent = Sent::read(data);
    let Some(head) = sent.head() else { return };
    SIDECARS.with(|sidecars| sidecars.iter().for_each(|sidecar| check(sidecar, &sent, &head)));
}

fn check(sidecar: &Gateway, sent: &Sent, head: &Head) {
    sidecar.memory().forget();
    let judge = || sidecar.judge_of(sent.peer.as_ref(), head, sent.time());
    match (judge(), judge()) {
        (Outcome::Allowed(first), Outcome::Allowed(_)) => {
            assert_may_call(sent, head, &first);
            assert_entitled(sent, head, &first);
            assert_clean(head, &first);
        }
        (Outcome::Answered(first), Outcome::Answered(again)) => {
            assert_eq!(first, again, "a request that is known is refused otherwise");
            assert_refusal(&first);
        }
        _ => panic!("a request that is known is judged otherwise, or waits for keys that are there"),
    }
}

/// Whoever the service is told calls may call, and has shown a certificate or was named by the gateway.
fn assert_may_call(sent: &Sent, head: &Head, allowed: &Allowed) {
    let caller = written(allowed, "x-watchword-caller").expect("passed, but nobody calls");
    assert!(caller == EDGE || is_orders(caller), "{caller} may not call");
    let certificate = &sent.peer.as_ref().expect("passed without a certificate").certificate_pem;
    let forwarded: Vec<_> = head.values("x-forwarded-client-cert").collect();
    let forwarded = String::from_utf8_lossy(&forwarded.join(b",".as_slice())).into_owned();
    let is_forwarded = forwarded.contains(GATEWAY) && forwarded.contains(caller);
    let is_edge = certificate == include_str!("world/edge.pem");
    let is_gateway = certificate == include_str!("world/gateway.pem");
    assert!(!is_edge || caller == EDGE, "the edge passes for {caller}");
    assert!(!is_gateway || is_forwarded, "{caller} was not named by the gateway");
}

fn is_orders(caller: &str) -> bool {
    let namespace =
        caller.strip_prefix("spiffe://shop.test/ns/").and_then(|rest| rest.strip_suffix("/sa/orders"));
    namespace.is_some_and(|namespace| !namespace.is_empty() && !namespace.contains('/'))
}

/// The rules of the configuration, read a second time.
fn assert_entitled(sent: &Sent, head: &Head, allowed: &Allowed) {
    let path =
        SettledPath::settle(head.raw_path().expect("passed without a path")).expect("passed unsettled");
    assert_eq!(head.method(), Some(b"GET".as_slice()), "passed with another method");
    if path.path() == "/healthz" {
        assert_eq!(written(allowed, "x-watchword-subject"), None, "a user where none was asked for");
        return;
    }
    assert!(path.path().starts_with("/orders/"), "no route: {}", path.path());
    let [token] = sent.internal.as_slice() else { panic!("{} tokens have passed", sent.internal.len()) };
    let claims: Value = serde_json::from_slice(&token.claims).expect("accepted, but no JSON");
    assert_eq!(broken(&claims, sent.now), None, "{claims}");
    let told = written(allowed, "x-watchword-subject").and_then(HeaderValue::decode);
    assert_eq!(told.as_deref(), claims["sub"].as_str(), "the service is told of another user");
}
