//! What must be true of every request that goes on, and of every answer.

use contract::{Answer, Edit, Head};
use pipeline::Allowed;
use serde_json::Value;

/// What a refusal may be (RFC 9110 §15), and nothing else: no success, and no fault of the filter's own.
const REFUSALS: [u16; 8] = [400, 401, 403, 404, 413, 415, 429, 431];

/// The fields of the client's own that are left after all changes.
pub fn left<'a>(head: &'a Head, allowed: &Allowed) -> Vec<(&'a [u8], &'a [u8])> {
    let is_removed = |name: &[u8]| {
        allowed.request.iter().any(|edit| match edit {
            Edit::Remove(removed) => removed.eq_ignore_ascii_case(name),
            Edit::Set(set, _) => set.as_str().as_bytes().eq_ignore_ascii_case(name),
            Edit::Append(..) => false,
        })
    };
    head.fields().filter(|(name, _)| !is_removed(name)).collect()
}

/// What is written into a field, the last time.
pub fn written<'a>(allowed: &'a Allowed, field: &str) -> Option<&'a str> {
    let written = allowed.request.iter().filter_map(|edit| match edit {
        Edit::Set(name, value) | Edit::Append(name, value) => Some((name.as_str(), value.as_str())),
        Edit::Remove(_) => None,
    });
    written.filter(|(name, _)| *name == field).last().map(|(_, value)| value)
}

/// Nothing is left of what only this filter may write, in whatever spelling.
pub fn assert_clean(head: &Head, allowed: &Allowed) {
    for (name, _) in left(head, allowed) {
        let folded = folded(name);
        let is_ours = folded.starts_with(b"x-watchword-")
            || [b"txn-token".as_slice(), b"x-forwarded-client-cert", b"client-cert", b"client-cert-chain"]
                .contains(&folded.as_slice());
        assert!(!is_ours, "{}", String::from_utf8_lossy(name));
    }
}

/// No credential that was judged goes on: neither in a field of the client's own, nor in one that was written.
pub fn assert_without(token: &str, head: &Head, allowed: &Allowed) {
    let holds = |value: &[u8]| value.windows(token.len()).any(|part| part == token.as_bytes());
    assert!(!left(head, allowed).iter().any(|(_, value)| holds(value)), "a credential is left");
    for edit in allowed.request.iter() {
        if let Edit::Set(name, value) | Edit::Append(name, value) = edit {
            assert!(!holds(value.as_str().as_bytes()), "a credential is left in {}", name.as_str());
        }
    }
}

/// A refusal tells clients of every kind that it is one, and why in one word.
pub fn assert_refusal(answer: &Answer) {
    assert!(REFUSALS.contains(&answer.status), "{} {}", answer.status, answer.details);
    assert_ne!(answer.grpc_status, 0, "a refusal that a gRPC client takes for a success");
    assert!(answer.details.starts_with("watchword_"), "{}", answer.details);
    let problem: Value = serde_json::from_str(&answer.body).expect("a problem document");
    assert_eq!(problem["status"], answer.status);
    let challenges = answer.headers.iter().filter(|(name, _)| name.as_str() == "www-authenticate").count();
    assert!(
        challenges <= 1 && (answer.status != 401 || challenges == 1),
        "RFC 9110 §15.5.2: one for each 401"
    );
}

/// As services fold names that take them from the environment: a second reading of the rule.
fn folded(name: &[u8]) -> Vec<u8> {
    let fold = |byte: &u8| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' };
    name.iter().map(fold).collect()
}
