//! The decision record: the one line that answers "why was this refused?".

use std::ops::Range;

use contract::{Head, HeaderName, Identity, Refusal, RouteMatch, StageName, ascii_json, push_json_text};
use serde_json::Value;

use crate::{Observe, Progress};

/// Bytes of a record: what a log collector takes as one line.
pub const MAX_RECORD_BYTES: usize = 4 * 1024;

/// Bytes of any text in a record that the request or a policy chose.
const MAX_TEXT_BYTES: usize = 512;

/// Pieces of evidence in a record.
const MAX_EVIDENCE: usize = 16;

/// Bytes of a request id that is taken over: a UUID has 36.
const MAX_REQUEST_ID_BYTES: usize = 64;

/// Bytes of most records, so that they are written without being moved.
const USUAL_RECORD_BYTES: usize = 512;

/// Members of a record at most.
const MAX_MEMBERS: usize = 18;

/// What a record that is too long goes without.
const LONG_MEMBERS: [&str; 7] = ["claims", "headers", "evidence", "path", "method", "traceparent", "txn"];

/// What was decided on a request, without a token, a secret or a query; with those claims and header fields only
/// that the configuration lists.
///
/// There is one for every request, so it is written as the JSON that it becomes.
#[derive(Debug, Clone)]
pub struct Record {
    /// A JSON object without its last brace.
    text: String,
    /// What stands in it, in this order, each once.
    members: Vec<Member>,
}

/// Where in a record the value of a member stands.
#[derive(Debug, Clone)]
struct Member {
    name: &'static str,
    value: Range<usize>,
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

    /// The text of a member that is a word, such as the name of the route.
    pub fn text(&self, member: &str) -> Option<&str> {
        let member = self.members.iter().find(|candidate| candidate.name == member)?;
        let text = self.value(member).strip_prefix('"')?.strip_suffix('"')?;
        (!text.contains('\\')).then_some(text)
    }

    /// The id that the proxy gave the request, if it is one that may be repeated.
    pub fn request_id(&self) -> Option<&str> {
        self.text("request_id")
    }

    /// The record as one line of ASCII JSON of at most [`MAX_RECORD_BYTES`].
    pub fn line(&self) -> String {
        if self.text.len() < MAX_RECORD_BYTES {
            return self.closed();
        }
        let mut short = Self::empty();
        for member in self.members.iter().filter(|member| !LONG_MEMBERS.contains(&member.name)) {
            short.add(member.name, |text| text.push_str(self.value(member)));
        }
        short.add("truncated", |text| text.push_str("true"));
        short.closed()
    }

    fn closed(&self) -> String {
        [&self.text, "}"].concat()
    }

    fn value(&self, member: &Member) -> &str {
        self.text.get(member.value.clone()).unwrap_or_default()
    }

    fn empty() -> Self {
        Self { text: String::with_capacity(USUAL_RECORD_BYTES), members: Vec::with_capacity(MAX_MEMBERS) }
    }

    fn of(head: &Head, decision: &str) -> Self {
        let mut record = Self::empty();
        record.put("decision", decision);
        if let Some(id) = text(head, "x-request-id").filter(|id| is_request_id(id)) {
            record.put("request_id", id);
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
        let field = |name| Some((HeaderName::as_str(name), field(head, name)?));
        self.listed("headers", observe.headers.iter().filter_map(field));
    }

    fn identity(&mut self, identity: &Identity, observe: &Observe) {
        self.put("provider", identity.provider());
        if let Some(transaction) = &identity.facts().transaction {
            self.put("txn", transaction);
        }
        let claim = |name| Some((String::as_str(name), bounded(identity.claim(name)?)));
        self.listed("claims", observe.claims.iter().filter_map(claim));
    }

    /// A member of members, unless there are none.
    fn listed<'a>(&mut self, member: &'static str, values: impl Iterator<Item = (&'a str, Value)>) {
        let mut values = values.peekable();
        if values.peek().is_none() {
            return;
        }
        self.add(member, |text| {
            for (place, (name, value)) in values.enumerate() {
                text.push(if place == 0 { '{' } else { ',' });
                push_json_text(text, name);
                text.push(':');
                push_value(text, &value);
            }
            text.push('}');
        });
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
            self.add("bundle", |text| text.push_str(&version.to_string()));
        }
        if evidence.iter().any(|piece| piece.starts_with("shadow:") || piece.starts_with("shadow_policy:"))
        {
            self.add("shadow", |text| text.push_str("true"));
        }
        self.add("evidence", |text| {
            for (place, piece) in evidence.iter().take(MAX_EVIDENCE).enumerate() {
                text.push(if place == 0 { '[' } else { ',' });
                push_json_text(text, shortened(piece));
            }
            text.push(']');
        });
    }

    fn put(&mut self, member: &'static str, value: &str) {
        self.add(member, |text| push_json_text(text, shortened(value)));
    }

    /// Add a member, whose value `write` appends.
    fn add(&mut self, name: &'static str, write: impl FnOnce(&mut String)) {
        self.text.push(if self.members.is_empty() { '{' } else { ',' });
        push_json_text(&mut self.text, name);
        self.text.push(':');
        let start = self.text.len();
        write(&mut self.text);
        self.members.push(Member { name, value: start..self.text.len() });
    }
}

/// Append a value that [`bounded`] has made: none of them is a list or an object.
fn push_value(line: &mut String, value: &Value) {
    match value {
        Value::String(text) => push_json_text(line, text),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            line.push_str(&ascii_json(other));
        }
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
