//! The decision record: the one line that answers "why was this refused?".

use contract::{Head, HeaderName, Identity, Refusal, RouteMatch, StageName, ascii_json};
use serde_json::{Map, Value};

use crate::{Observe, Progress};

/// Bytes of a record: what a log collector takes as one line.
pub const MAX_RECORD_BYTES: usize = 4 * 1024;

/// Bytes of any text in a record that the request or a policy chose.
const MAX_TEXT_BYTES: usize = 512;

/// Pieces of evidence in a record.
const MAX_EVIDENCE: usize = 16;

/// Bytes of a request id that is taken over: a UUID has 36.
const MAX_REQUEST_ID_BYTES: usize = 64;

/// What was decided on a request, without a token, a secret or a query; with those claims and header fields only
/// that the configuration lists.
#[derive(Debug, Clone)]
pub struct Record {
    members: Map<String, Value>,
    request_id: Option<String>,
}

impl Record {
    /// The record of a request that was refused before its route was known.
    pub fn unmatched(head: &Head, refusal: &Refusal) -> Self {
        let mut record = Self::of(head, "refuse");
        record.put("stage", refusal.stage.as_str());
        record.put("reason", refusal.reason);
        record.evidence(&refusal.evidence);
        record
    }

    pub(crate) fn refused(
        head: &Head,
        progress: &Progress,
        route: &RouteMatch<'_>,
        refusal: &Refusal,
        observe: &Observe,
    ) -> Self {
        let mut record = Self::unmatched(head, refusal);
        record.matched(head, progress, route, observe);
        record
    }

    pub(crate) fn allowed(
        head: &Head,
        progress: &Progress,
        route: &RouteMatch<'_>,
        observe: &Observe,
    ) -> Self {
        let mut record = Self::of(head, "allow");
        record.matched(head, progress, route, observe);
        record.evidence(&progress.evidence);
        record
    }

    pub(crate) fn answered(
        head: &Head,
        progress: &Progress,
        route: &RouteMatch<'_>,
        stage: StageName,
        observe: &Observe,
    ) -> Self {
        let mut record = Self::of(head, "answer");
        record.put("stage", stage.as_str());
        record.matched(head, progress, route, observe);
        record.evidence(&progress.evidence);
        record
    }

    /// The text of a member, such as the name of the route.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.members.get(member).and_then(Value::as_str)
    }

    /// The id that the proxy gave the request, if it is one that may be repeated.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The record as one line of ASCII JSON of at most [`MAX_RECORD_BYTES`].
    pub fn line(&self) -> String {
        let line = ascii_json(&self.members);
        if line.len() <= MAX_RECORD_BYTES {
            return line;
        }
        let mut short = self.members.clone();
        for member in ["claims", "headers", "evidence", "path", "method", "traceparent", "txn"] {
            short.remove(member);
        }
        short.insert("truncated".into(), true.into());
        ascii_json(&short)
    }

    fn of(head: &Head, decision: &str) -> Self {
        let request_id = text(head, "x-request-id").filter(|id| is_request_id(id)).map(str::to_owned);
        let mut record = Self { members: Map::new(), request_id };
        record.put("decision", decision);
        if let Some(id) = record.request_id.clone() {
            record.put("request_id", &id);
        }
        if let Some(method) = head.method() {
            record.put("method", &String::from_utf8_lossy(method));
        }
        if let Some(traceparent) = text(head, "traceparent") {
            record.put("traceparent", traceparent);
        }
        record
    }

    /// What is known once the route is.
    fn matched(&mut self, head: &Head, progress: &Progress, route: &RouteMatch<'_>, observe: &Observe) {
        self.put("route", &route.route.name);
        self.put("path", progress.path.path());
        if let Some(identity) = progress.identity.as_deref() {
            self.identity(identity, observe);
        }
        if let Some(peer) = &progress.peer {
            self.put("caller", peer.spiffe_id().as_str());
        }
        let field = |name: &HeaderName| field(head, name).map(|value| (name.to_string(), value));
        let mut headers = Map::new();
        headers.extend(observe.headers.iter().filter_map(field));
        self.listed("headers", headers);
    }

    fn identity(&mut self, identity: &Identity, observe: &Observe) {
        self.put("provider", identity.provider());
        if let Some(transaction) = &identity.facts().transaction {
            self.put("txn", transaction);
        }
        let claim = |name: &String| identity.claim(name).map(|value| (name.clone(), bounded(value)));
        let mut claims = Map::new();
        claims.extend(observe.claims.iter().filter_map(claim));
        self.listed("claims", claims);
    }

    fn listed(&mut self, member: &str, values: Map<String, Value>) {
        if !values.is_empty() {
            self.members.insert(member.into(), values.into());
        }
    }

    /// What the decision rests on. Which bundle it was, and whether something was not carried out because it is
    /// in shadow, are members of their own, because one asks for them.
    fn evidence(&mut self, evidence: &[String]) {
        if evidence.is_empty() {
            return;
        }
        let version =
            evidence.iter().rev().find_map(|piece| piece.strip_prefix("bundle:")?.parse::<u64>().ok());
        if let Some(version) = version {
            self.members.insert("bundle".into(), version.into());
        }
        if evidence.iter().any(|piece| piece.starts_with("shadow:") || piece.starts_with("shadow_policy:"))
        {
            self.members.insert("shadow".into(), true.into());
        }
        let pieces = evidence.iter().take(MAX_EVIDENCE).map(|piece| Value::from(shortened(piece)));
        self.members.insert("evidence".into(), pieces.collect());
    }

    fn put(&mut self, member: &str, text: &str) {
        self.members.insert(member.into(), shortened(text).into());
    }
}

fn text<'a>(head: &'a Head, name: &'a str) -> Option<&'a str> {
    head.single(name).ok().flatten().and_then(|value| std::str::from_utf8(value).ok())
}

/// The value of a header field as text; `null` for one that comes twice.
fn field(head: &Head, name: &HeaderName) -> Option<Value> {
    match head.single(name.as_str()) {
        Ok(value) => value.map(|value| shortened(&String::from_utf8_lossy(value)).into()),
        Err(_) => Some(Value::Null),
    }
}

/// A claim of bounded length: one that is a list or an object is told as its text.
fn bounded(claim: &Value) -> Value {
    match claim {
        Value::Null | Value::Bool(_) | Value::Number(_) => claim.clone(),
        Value::String(text) => shortened(text).into(),
        Value::Array(_) | Value::Object(_) => {
            shortened(&serde_json::to_string(claim).unwrap_or_default()).into()
        }
    }
}

fn is_request_id(id: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !id.is_empty() && id.len() <= MAX_REQUEST_ID_BYTES && id.bytes().all(good)
}

fn shortened(text: &str) -> &str {
    let end = (0..=MAX_TEXT_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Cause;

    fn record(pairs: &[(&str, &str)], evidence: Vec<String>) -> Record {
        let head = Head::from_pairs(pairs.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()))).unwrap();
        let refusal = Refusal::new(StageName::Authz, Cause::PolicyDenied, "no_policy_permits");
        Record::unmatched(&head, &refusal.because(evidence))
    }

    #[test]
    fn says_who_decided_and_on_what() {
        let record = record(&[(":method", "GET"), ("x-request-id", "r-1")], vec!["readers".into()]);
        let read: Value = serde_json::from_str(&record.line()).unwrap();
        assert_eq!(read["stage"], "authz");
        assert_eq!(read["reason"], "no_policy_permits");
        assert_eq!(read["evidence"][0], "readers");
        assert_eq!(record.request_id(), Some("r-1"));
    }

    #[test]
    fn repeats_no_request_id_that_is_none() {
        for bad in ["", "a b", "a\"b", "<script>", &"a".repeat(65)] {
            assert_eq!(record(&[("x-request-id", bad)], vec![]).request_id(), None, "{bad}");
        }
    }

    #[test]
    fn the_bundle_and_what_is_in_shadow_are_members_of_their_own() {
        let read = |evidence: &[&str]| {
            let evidence = evidence.iter().map(|piece| (*piece).to_owned()).collect();
            serde_json::from_str::<Value>(&record(&[], evidence).line()).unwrap()
        };
        let both = read(&["bundle:x", "shadow:per-user", "bundle:7"]);
        assert_eq!((&both["bundle"], &both["shadow"]), (&7.into(), &true.into()));
        let neither = read(&["candidate:bundle:7", "shadows"]);
        assert_eq!((&neither["bundle"], &neither["shadow"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn stays_one_line_of_bounded_length() {
        let long = "\u{1f512}\n".repeat(1000);
        let head = [(":method", long.as_str()), ("traceparent", &long), ("x-request-id", "r-1")];
        let record = record(&head, vec![long.clone(); 64]);
        let line = record.line();
        assert!(line.len() <= MAX_RECORD_BYTES && !line.contains('\n'), "{}", line.len());
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["truncated"], true);
    }
}
