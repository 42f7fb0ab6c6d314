//! What every refusal of ours has.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use testenv::client::Answer;
use testenv::report::{Checked, Verdict, ensure};

use crate::world::World;

/// A problem document (RFC 9457 §3).
pub const CONTENT_TYPE: &str = "application/problem+json";

/// The longest time after which a client is told to come again when something is not there, in seconds.
const MOST_RETRY_AFTER: u64 = 5;

/// Reasons for which a client has shown nothing that could be an invalid token (RFC 6750 §3.1).
const NOTHING_SHOWN: [&str; 3] = ["credential_missing", "principal_missing", "scheme_not_bearer"];

/// The bodies of all refusals, without the id of their request.
#[derive(Default)]
pub struct Bodies(Mutex<BTreeMap<String, Vec<String>>>);

impl Bodies {
    fn note(&self, kind: &str, body: String) {
        let mut bodies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bodies.entry(kind.to_owned()).or_default().push(body);
    }

    /// Of one cause no two differ: nobody learns from a body why they were refused.
    pub fn are_constant(&self) -> Verdict {
        let bodies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, bodies) in bodies.iter() {
            let first = bodies.first();
            ensure(bodies.iter().all(|body| Some(body) == first), || format!("{kind}: {bodies:?}"))?;
        }
        let all: usize = bodies.values().map(Vec::len).sum();
        ensure(bodies.len() > 4 && all > 40, || format!("{all} bodies of {} causes", bodies.len()))?;
        Ok(format!("{all} bodies of {} causes", bodies.len()))
    }
}

/// Hold an answer against the table of answers (docs/debugging.md) and the standards that it names.
pub fn has_all(world: &World, answer: &Answer, reason: &str) -> Checked<()> {
    if answer.header("grpc-status").is_some() {
        return Ok(());
    }
    is(answer, "content-type", CONTENT_TYPE)?;
    is(answer, "cache-control", "no-store")?;
    challenge(answer, reason)?;
    retry_after(answer)?;
    if answer.body.is_empty() { Ok(()) } else { body(world, answer) }
}

fn is(answer: &Answer, name: &str, wanted: &str) -> Checked<()> {
    ensure(answer.header(name) == Some(wanted), || format!("{name}: {:?}", answer.header(name)))
}

/// RFC 6750 §3: with 401 always, with an error code only where a token was shown.
fn challenge(answer: &Answer, reason: &str) -> Checked<()> {
    let told = answer.header("www-authenticate");
    let wanted = match (answer.status, reason) {
        (401, reason) if NOTHING_SHOWN.contains(&reason) => Some(r#"Bearer realm="shop""#),
        (401, _) => Some(r#"Bearer realm="shop", error="invalid_token""#),
        (400, reason) if reason.starts_with("credential_") && reason != "credential_not_removable" => {
            Some(r#"Bearer realm="shop", error="invalid_request""#)
        }
        (403, "scope_not_of_route") => {
            Some(r#"Bearer realm="shop", error="insufficient_scope", scope="payments:export""#)
        }
        _ => None,
    };
    ensure(told == wanted, || format!("{reason} is challenged with {told:?} instead of {wanted:?}"))
}

/// RFC 9110 §10.2.3.
fn retry_after(answer: &Answer) -> Checked<()> {
    let told = answer.header("retry-after").map(str::parse::<u64>);
    let is_right = match (answer.status, told) {
        (503, Some(Ok(seconds))) => (1..=MOST_RETRY_AFTER).contains(&seconds),
        (429, Some(Ok(seconds))) => seconds >= 1,
        (429 | 503, _) => false,
        (_, told) => told.is_none(),
    };
    ensure(is_right, || format!("{}: Retry-After {:?}", answer.status, answer.header("retry-after")))
}

fn body(world: &World, answer: &Answer) -> Checked<()> {
    let mut document = answer.json();
    ensure(document["status"] == answer.status, || format!("no problem document: {}", answer.text()))?;
    if let Value::Object(members) = &mut document {
        members.remove("request_id");
    }
    let kind = document["type"].as_str().unwrap_or_default().to_owned();
    world.bodies.note(&kind, document.to_string());
    Ok(())
}
