//! What a client is told that is answered here: by a stage, or because its request is refused.

use serde_json::{Value, json};

use crate::{Cause, Duration, HeaderName, HeaderValue, Refusal};

/// A local reply. It carries HTTP and gRPC status together; the proxy knows which of the two the client
/// understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status code.
    pub status: u16,
    /// The gRPC status code.
    pub grpc_status: u32,
    /// For access logs: `watchword_<stage>_<reason>`, or what was answered in place of the reason. It never
    /// reaches the client.
    pub details: String,
    /// Header fields of the reply.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body; of a refusal a problem document (RFC 9457), the same for every reason of one cause.
    pub body: String,
}

/// One row of the table of answers.
struct Row {
    status: u16,
    grpc_status: u32,
    problem: Problem,
    title: &'static str,
    challenge: Challenge,
    retry_after: Option<Duration>,
}

/// The type of a problem document, with what only this type says (RFC 9457 §3).
enum Problem {
    /// One of ours.
    Watchword(&'static str),
    /// Limits are reached, by their names (draft-ietf-httpapi-ratelimit-headers, section on problem types).
    QuotaExceeded(Vec<String>),
}

/// The type of [`Problem::QuotaExceeded`].
const QUOTA_EXCEEDED: &str = "https://iana.org/assignments/http-problem-types#quota-exceeded";

/// What `WWW-Authenticate` says (RFC 6750 §3).
enum Challenge {
    None,
    Bearer,
    Error(&'static str),
    Scope(String),
}

impl Answer {
    /// The answer to `refusal` in the protection space `realm`.
    pub fn new(refusal: &Refusal, realm: &str, request_id: Option<&str>) -> Self {
        let row = Row::of(&refusal.cause);
        let mut headers = vec![
            (HeaderName::from_static("content-type"), HeaderValue::from_static("application/problem+json")),
            (HeaderName::from_static("cache-control"), HeaderValue::from_static("no-store")),
        ];
        if let Some(challenge) = row.challenge.header(realm) {
            headers.push((HeaderName::from_static("www-authenticate"), challenge));
        }
        if let Some(wait) = row.retry_after {
            headers.push((HeaderName::from_static("retry-after"), whole_seconds(wait)));
        }
        Self {
            status: row.status,
            grpc_status: row.grpc_status,
            details: format!("watchword_{}_{}", refusal.stage, refusal.reason),
            headers,
            body: row.body(request_id),
        }
    }
}

impl Row {
    fn of(cause: &Cause) -> Self {
        let row = |status, grpc_status, problem, title| Self {
            status,
            grpc_status,
            problem: Problem::Watchword(problem),
            title,
            challenge: Challenge::None,
            retry_after: None,
        };
        match cause {
            Cause::CredentialMissing => Self {
                challenge: Challenge::Bearer,
                ..row(401, 16, "credential-missing", "Credential required")
            },
            Cause::CredentialInvalid => Self {
                challenge: Challenge::Error("invalid_token"),
                ..row(401, 16, "credential-invalid", "Credential not accepted")
            },
            Cause::CredentialAmbiguous => Self {
                challenge: Challenge::Error("invalid_request"),
                ..row(400, 3, "credential-ambiguous", "More than one credential")
            },
            Cause::ScopeInsufficient { scope } => Self {
                challenge: Challenge::Scope(scope.clone()),
                ..row(403, 7, "scope-insufficient", "Scope not sufficient")
            },
            Cause::CallerUntrusted => row(403, 7, "caller-untrusted", "Caller not accepted"),
            Cause::PolicyDenied => row(403, 7, "policy-denied", "Not permitted"),
            Cause::RouteUnknown => row(404, 5, "route-unknown", "Not found"),
            Cause::RequestMalformed => row(400, 3, "request-malformed", "Request not understood"),
            Cause::ContentTypeUnsupported => {
                row(415, 3, "content-type-unsupported", "Content type not accepted")
            }
            Cause::ContentTooLarge => row(413, 8, "content-too-large", "Content too large"),
            Cause::LimitReached(reached) => Self {
                retry_after: Some(reached.retry_after),
                problem: Problem::QuotaExceeded(reached.violated.clone()),
                ..row(429, 8, "limit-reached", "Too many requests")
            },
            Cause::Unavailable { retry_after } => Self {
                retry_after: Some(*retry_after),
                ..row(503, 14, "unavailable", "Decision not possible now")
            },
            Cause::NotConfigured => row(503, 14, "not-configured", "Decision not possible"),
        }
    }

    fn body(&self, request_id: Option<&str>) -> String {
        let mut body = json!({
            "type": self.problem.uri(),
            "title": self.title,
            "status": self.status,
        });
        if let Some(members) = body.as_object_mut() {
            let request_id = request_id.map(|id| ("request_id".to_owned(), id.into()));
            members.extend(self.problem.member().into_iter().chain(request_id));
        }
        // A map of strings to JSON values cannot fail to be written.
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl Problem {
    fn uri(&self) -> String {
        match self {
            Self::Watchword(name) => format!("urn:watchword:problem:{name}"),
            Self::QuotaExceeded(_) => QUOTA_EXCEEDED.to_owned(),
        }
    }

    fn member(&self) -> Option<(String, Value)> {
        match self {
            Self::Watchword(_) => None,
            Self::QuotaExceeded(violated) => Some(("violated-policies".to_owned(), json!(violated))),
        }
    }
}

impl Challenge {
    fn header(&self, realm: &str) -> Option<HeaderValue> {
        let realm = quoted(realm);
        let text = match self {
            Self::None => return None,
            Self::Bearer => format!("Bearer realm={realm}"),
            Self::Error(error) => format!("Bearer realm={realm}, error=\"{error}\""),
            Self::Scope(scope) => {
                format!("Bearer realm={realm}, error=\"insufficient_scope\", scope={}", quoted(scope))
            }
        };
        HeaderValue::new(text).ok()
    }
}

/// A quoted-string (RFC 9110 §5.6.4) of the printable ASCII in `text`.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars().filter(|character| (' '..='~').contains(character)) {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
    out
}

/// Seconds rounded up, at least one: earlier than that the client would be refused again.
fn whole_seconds(wait: Duration) -> HeaderValue {
    let more = u64::from(wait.subsec_nanos() > 0);
    HeaderValue::from(wait.as_secs().saturating_add(more).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Reached, StageName};

    fn answer(cause: Cause) -> Answer {
        Answer::new(&Refusal::new(StageName::Jwt, cause, "expired"), "shop \"eu\"", Some("r-1"))
    }

    fn reached(retry_after: Duration) -> Cause {
        Cause::LimitReached(Box::new(Reached { retry_after, violated: vec!["per-user".into()] }))
    }

    fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
        let found = answer.headers.iter().find(|(candidate, _)| candidate.as_str() == name);
        found.map(|(_, value)| value.as_str())
    }

    #[test]
    fn a_missing_credential_is_challenged_without_an_error_code() {
        let answer = answer(Cause::CredentialMissing);
        assert_eq!((answer.status, answer.grpc_status), (401, 16));
        assert_eq!(header(&answer, "www-authenticate"), Some(r#"Bearer realm="shop \"eu\"""#));
    }

    #[test]
    fn every_cause_has_its_row() {
        let second = Duration::from_secs(1);
        for (cause, status, grpc_status) in [
            (Cause::CredentialMissing, 401, 16),
            (Cause::CredentialInvalid, 401, 16),
            (Cause::CredentialAmbiguous, 400, 3),
            (Cause::ScopeInsufficient { scope: "a b".into() }, 403, 7),
            (Cause::CallerUntrusted, 403, 7),
            (Cause::PolicyDenied, 403, 7),
            (Cause::RouteUnknown, 404, 5),
            (Cause::RequestMalformed, 400, 3),
            (Cause::ContentTypeUnsupported, 415, 3),
            (Cause::ContentTooLarge, 413, 8),
            (reached(second), 429, 8),
            (Cause::Unavailable { retry_after: second }, 503, 14),
            (Cause::NotConfigured, 503, 14),
        ] {
            let answer = answer(cause);
            assert_eq!((answer.status, answer.grpc_status), (status, grpc_status));
            assert_eq!(answer.details, "watchword_jwt_expired");
            assert!(!answer.body.contains("expired"), "the reason is for the log only");
        }
    }

    #[test]
    fn the_body_is_a_problem_document() {
        let body: serde_json::Value = serde_json::from_str(&answer(Cause::PolicyDenied).body).unwrap();
        assert_eq!(body["type"], "urn:watchword:problem:policy-denied");
        assert_eq!(body["status"], 403);
        assert_eq!(body["request_id"], "r-1");
    }

    #[test]
    fn a_reached_limit_is_named() {
        let body: Value = serde_json::from_str(&answer(reached(Duration::from_secs(1))).body).unwrap();
        let wanted = json!({
            "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
            "title": "Too many requests",
            "status": 429,
            "violated-policies": ["per-user"],
            "request_id": "r-1",
        });
        assert_eq!(body, wanted);
    }

    #[test]
    fn retry_after_is_never_too_early() {
        let wait = Duration::from_millis(1001);
        let answer = answer(reached(wait));
        assert_eq!(header(&answer, "retry-after"), Some("2"));
        assert_eq!(whole_seconds(Duration::ZERO).as_str(), "1");
    }
}
