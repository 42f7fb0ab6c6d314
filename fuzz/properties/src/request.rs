//! Whole requests through all stages: nobody passes who is not entitled to, and no header of a client's own says who
//! calls.
//!
//! The input is lines `NAME=VALUE`, one for each field. Three names stand for what no input could find: `@token` is a
//! token over the claims in its value, signed; `@key` is the good API key; `@now` is the time, in seconds.
use std::sync::LazyLock;

use contract::{Answer, Edit, Head, SettledPath, UnixTime};
use pipeline::Allowed;
use serde_json::Value;
use crate::world::{API_KEY, Expected, Gateway, Issuer, Outcome, configuration};

/// The time of the seeds.
const NOW: u64 = 2_000_000_000;

/// What a refusal may be (RFC 9110 §15), and nothing else: no success, and no fault of the filter's own.
const REFUSALS: [u16; 8] = [400, 401, 403, 404, 413, 415, 429, 431];

static ISSUER: LazyLock<Issuer> = LazyLock::new(Issuer::new);

thread_local! {
    static GATEWAY: Gateway = Gateway::compile(configuration().to_string().as_bytes()).expect("a good configuration");
}

/// A request as it is sent, and what its sender is entitled to.
#[derive(Default)]
struct Sent {
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    claims: Vec<Vec<u8>>,
    has_key: bool,
    now: u64,
}

/// See above.
pub fn property(data: &[u8]) {
    let sent = read(data);
    let pairs = sent.fields.iter().map(|(name, value)| (name.as_slice(), value.as_slice()));
    let Ok(head) = Head::from_pairs(pairs) else { return };
    let now = UnixTime::from_seconds(sent.now);
    let (first, again) = GATEWAY.with(|gateway| (gateway.judge(&head, now), gateway.judge(&head, now)));
    match (&first, &again) {
        (Outcome::Allowed(first), Outcome::Allowed(again)) => {
            assert_eq!(first.request, again.request, "a request that is known is changed otherwise");
            assert_entitled(&sent, &head);
            assert_clean(&head, first);
        }
        (Outcome::Answered(first), Outcome::Answered(again)) => {
            assert_eq!(first, again, "a request that is known is refused otherwise");
            assert_refusal(first);
        }
        _ => panic!("a request that is known is judged otherwise, or waits for keys that are there"),
    }
}

fn read(data: &[u8]) -> Sent {
    let mut sent = Sent { now: NOW, ..Sent::default() };
    for line in data.split(|byte| *byte == b'\n') {
        let Some(equals) = line.iter().position(|byte| *byte == b'=') else { continue };
        let (name, value) = (&line[..equals], &line[equals + 1..]);
        match name {
            b"@token" => {
                let token = format!("Bearer {}", ISSUER.token("at+jwt", value));
                sent.fields.push((b"authorization".to_vec(), token.into_bytes()));
                sent.claims.push(value.to_vec());
            }
            b"@key" => {
                sent.fields.push((b"x-api-key".to_vec(), API_KEY.as_bytes().to_vec()));
                sent.has_key = true;
            }
            b"@now" => sent.now = number(value).unwrap_or(NOW),
            name => sent.fields.push((name.to_vec(), value.to_vec())),
        }
    }
    sent
}

/// Beyond the end of `UnixTime` no time passes any more.
fn number(text: &[u8]) -> Option<u64> {
    str::from_utf8(text).ok()?.parse().ok().filter(|now| *now < UnixTime::MAX.seconds())
}

/// The rules of the configuration, read a second time.
fn assert_entitled(sent: &Sent, head: &Head) {
    let path =
        SettledPath::settle(head.raw_path().expect("passed without a path")).expect("passed unsettled");
    let method = head.method().expect("passed without a method");
    match (method, path.path()) {
        (b"GET", "/healthz") => {}
        (b"GET", "/exports") => assert!(sent.has_key, "an export without a key"),
        (b"GET", path) if path.starts_with("/orders/") => {
            assert!(is_reader(&caller(sent)), "read by a stranger")
        }
        (b"POST", "/orders") => assert!(is_buyer(&caller(sent)), "ordered by a stranger"),
        (method, path) => panic!("no route: {} {path}", String::from_utf8_lossy(method)),
    }
}

/// What the only token says, which keeps the rules of its kind.
fn caller(sent: &Sent) -> Value {
    let [claims] = sent.claims.as_slice() else { panic!("{} tokens have passed", sent.claims.len()) };
    let claims: Value = serde_json::from_slice(claims).expect("accepted, but no JSON");
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

/// After all changes nothing is left of what only this filter may write, in whatever spelling, and of the credential that
/// the route has taken. Where a route takes none, nobody looks for one.
fn assert_clean(head: &Head, allowed: &Allowed) {
    let takes_keys = head.raw_path().is_some_and(|path| path.starts_with(b"/exports"));
    for (name, _) in head.fields().filter(|(name, _)| !is_removed(allowed, name)) {
        let folded = folded(name);
        let is_ours = folded.starts_with(b"x-watchword-")
            || matches!(
                folded.as_slice(),
                b"txn-token" | b"x-forwarded-client-cert" | b"client-cert" | b"client-cert-chain"
            )
            || (takes_keys && name.eq_ignore_ascii_case(b"x-api-key"));
        assert!(!is_ours, "{}", String::from_utf8_lossy(name));
    }
}

fn is_removed(allowed: &Allowed, name: &[u8]) -> bool {
    allowed.request.iter().any(|edit| match edit {
        Edit::Remove(removed) => removed.eq_ignore_ascii_case(name),
        Edit::Set(set, _) => set.as_str().as_bytes().eq_ignore_ascii_case(name),
        Edit::Append(..) => false,
    })
}

/// As services fold names that take them from the environment: a second reading of the rule.
fn folded(name: &[u8]) -> Vec<u8> {
    let fold = |byte: &u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' };
    name.iter().map(fold).collect()
}

fn assert_refusal(answer: &Answer) {
    assert!(REFUSALS.contains(&answer.status), "{} {}", answer.status, answer.details);
    assert_ne!(answer.grpc_status, 0, "a refusal that a gRPC client takes for a success");
    assert!(answer.details.starts_with("watchword_"), "{}", answer.details);
    let problem: Value = serde_json::from_str(&answer.body).expect("a problem document");
    assert_eq!(problem["status"], answer.status);
    let challenges = answer.headers.iter().filter(|(name, _)| name.as_str() == "www-authenticate").count();
    assert_eq!(
        challenges == 1,
        answer.status == 401 || challenges == 1,
        "RFC 9110 §15.5.2: a challenge for each 401"
    );
}
