//! Whole requests through all stages: nobody passes who is not entitled to, and no header of a client's own says who
//! calls.
//!
//! The input is a request, see `world/sent.rs`.

use contract::{Head, SettledPath};
use pipeline::Allowed;
use serde_json::Value;

use crate::world::{
    Expected, Gateway, Outcome, Sent, assert_clean, assert_refusal, assert_without, configuration, left,
};

thread_local! {
    static GATEWAY: Gateway = Gateway::compile(configuration().to_string().as_bytes()).expect("a good configuration");
}

/// See above.
pub fn property(data: &[u8]) {
    let sent = Sent::read(data);
    let Some(head) = sent.head() else { return };
    let judge = |gateway: &Gateway| gateway.judge(&head, sent.time());
    let (first, again) = GATEWAY.with(|gateway| {
        // Or whoever comes after a request of next year has come too early for every limit.
        gateway.memory().forget();
        (judge(gateway), judge(gateway))
    });
    match (&first, &again) {
        (Outcome::Allowed(first), Outcome::Allowed(again)) => {
            assert_eq!(first.request, again.request, "a request that is known is changed otherwise");
            assert_entitled(&sent, &head, first);
            assert_clean(&head, first);
        }
        (Outcome::Answered(first), Outcome::Answered(again)) => {
            assert_eq!(first, again, "a request that is known is refused otherwise");
            assert_refusal(first);
        }
        _ => panic!("a request that is known is judged otherwise, or waits for keys that are there"),
    }
}

/// The rules of the configuration, read a second time.
fn assert_entitled(sent: &Sent, head: &Head, allowed: &Allowed) {
    let path =
        SettledPath::settle(head.raw_path().expect("passed without a path")).expect("passed unsettled");
    let method = head.method().expect("passed without a method");
    match (method, path.path()) {
        (b"GET", "/healthz") => {}
        (b"GET", "/exports") => {
            assert!(sent.has_key, "an export without a key");
            let keys =
                left(head, allowed).into_iter().filter(|(name, _)| name.eq_ignore_ascii_case(b"x-api-key"));
            assert_eq!(keys.count(), 0, "the key is left");
        }
        (b"GET", path) if path.starts_with("/orders/") => {
            assert!(is_reader(&caller(sent, head, allowed)), "read by a stranger")
        }
        (b"POST", "/orders") => assert!(is_buyer(&caller(sent, head, allowed)), "ordered by a stranger"),
        (method, path) => panic!("no route: {} {path}", String::from_utf8_lossy(method)),
    }
}

/// What the only token says, which keeps the rules of its kind, and stays here.
fn caller(sent: &Sent, head: &Head, allowed: &Allowed) -> Value {
    let [token] = sent.tokens.as_slice() else { panic!("{} tokens have passed", sent.tokens.len()) };
    assert_without(&token.text, head, allowed);
    let claims: Value = serde_json::from_slice(&token.claims).expect("accepted, but no JSON");
    let rules = Expected { kind: "access_token", typ: "at+jwt", now: sent.now };
    assert_eq!(rules.broken(&claims), None, "{claims}");
    claims
}

fn is_reader(claims: &Value) -> bool {
    (has(claims, "roles", "reader") || has(claims, "groups", "support"))
        && !has(claims, "roles", "suspended")
}

fn is_buyer(claims: &Value) -> bool {
    let level = claims["level"].as_i64().is_some_and(|level| level >= 2);
    level && has(claims, "roles", "buyer") && !has(claims, "roles", "suspended")
}

/// Sets are lists, or words in a text.
fn has(claims: &Value, claim: &str, member: &str) -> bool {
    match &claims[claim] {
        Value::Array(members) => members.iter().any(|other| other == member),
        Value::String(words) => words.split(' ').any(|word| word == member),
        _ => false,
    }
}
