//! The plain headers that tell the application who calls.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::{ConfigError, Edits, HeaderName, HeaderValue, Peer, Section, is_one_name};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::token::InternalToken;

/// `identity.headers`: names to use instead of the usual ones.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RawHeaders {
    subject: Option<String>,
    claims: Option<String>,
    caller: Option<String>,
    transaction: Option<String>,
}

/// The names of one configuration. They are different from one another, also to a service that folds them.
#[derive(Debug, Clone)]
pub(crate) struct ApplicationHeaders {
    subject: HeaderName,
    claims: HeaderName,
    caller: HeaderName,
    transaction: HeaderName,
}

/// Fields that proxies and services live on. They are stripped from every request and answer when they are
/// taken for ours, which would be an outage rather than a configuration.
const NOT_OURS: [&str; 17] = [
    "accept",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "grpc-status",
    "host",
    "location",
    "set-cookie",
    "te",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "txn-token",
    "upgrade",
];

impl ApplicationHeaders {
    /// Check and complete the names.
    pub(crate) fn compile(raw: RawHeaders, section: &Section<'_>) -> Result<Self, ConfigError> {
        let RawHeaders { subject, claims, caller, transaction } = raw;
        let headers = Self {
            subject: name("subject", subject, "x-watchword-subject", section)?,
            claims: name("claims", claims, "x-watchword-claims", section)?,
            caller: name("caller", caller, "x-watchword-caller", section)?,
            transaction: name("transaction", transaction, "x-watchword-txn", section)?,
        };
        let all = headers.names();
        for (index, one) in all.iter().enumerate() {
            let rest = all.iter().skip(index.saturating_add(1));
            if rest.into_iter().any(|other| same(one.as_str(), other.as_str())) {
                return Err(section.error("headers", format!("`{one}` is used twice")));
            }
        }
        Ok(headers)
    }

    /// All names.
    pub(crate) fn names(&self) -> [HeaderName; 4] {
        let Self { subject, claims, caller, transaction } = self;
        [subject, claims, caller, transaction].map(HeaderName::clone)
    }

    /// Tell the application. What is not known is removed, so that nothing a client sent is left.
    pub(crate) fn write(&self, edits: &mut Edits, peer: &Peer, token: Option<&InternalToken>) {
        let values = token.map(InternalToken::headers);
        edits.set(self.caller.clone(), HeaderValue::encode(peer.spiffe_id().as_str()));
        edits.set_or_remove(self.subject.clone(), values.map(|values| values.subject.clone()));
        edits.set_or_remove(self.claims.clone(), values.map(|values| values.claims.clone()));
        edits.set_or_remove(self.transaction.clone(), values.map(|values| values.transaction.clone()));
    }
}

/// What an internal token says, as the application gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenHeaders {
    subject: HeaderValue,
    claims: HeaderValue,
    transaction: HeaderValue,
}

impl TokenHeaders {
    /// Text is percent-encoded; claims are JSON in base64url without padding (RFC 4648 §5), because no
    /// header takes every string that JSON can hold.
    pub(crate) fn new(subject: &str, transaction: &str, claims: &Map<String, Value>) -> Self {
        let told = claims.iter().filter(|(name, _)| ["sub", "scope", "tctx"].contains(&name.as_str()));
        let told: Map<String, Value> = told.map(|(name, value)| (name.clone(), value.clone())).collect();
        Self {
            subject: HeaderValue::encode(subject),
            claims: HeaderValue::encode(&URL_SAFE_NO_PAD.encode(Value::Object(told).to_string())),
            transaction: HeaderValue::encode(transaction),
        }
    }
}

fn name(
    field: &str,
    configured: Option<String>,
    usual: &'static str,
    section: &Section<'_>,
) -> Result<HeaderName, ConfigError> {
    let Some(configured) = configured else { return Ok(HeaderName::from_static(usual)) };
    let error = |message: String| section.error(&format!("headers.{field}"), message);
    if NOT_OURS.iter().any(|taken| same(&configured, taken)) {
        return Err(error(format!("`{configured}` is needed for something else")));
    }
    HeaderName::new(&configured).map_err(|_| error(format!("`{configured}` is no header name")))
}

fn same(one: &str, other: &str) -> bool {
    is_one_name(one.as_bytes(), other.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn compile(value: Value) -> Result<ApplicationHeaders, String> {
        let section = Section::new("identity", &Value::Null);
        let raw = serde_json::from_value(value).unwrap();
        ApplicationHeaders::compile(raw, &section).map_err(|error| error.to_string())
    }

    #[test]
    fn names_are_the_usual_ones_unless_configured() {
        let headers = compile(json!({"subject": "X-User"})).unwrap();
        let names = headers.names().map(|name| name.to_string());
        assert_eq!(names, ["x-user", "x-watchword-claims", "x-watchword-caller", "x-watchword-txn"]);
    }

    #[test]
    fn refuses_names_that_would_break_requests() {
        for (value, error) in [
            (json!({"subject": "x user"}), "identity.headers.subject: `x user` is no header name"),
            (json!({"caller": ":path"}), "identity.headers.caller: `:path` is no header name"),
            (json!({"claims": "Cookie"}), "identity.headers.claims: `Cookie` is needed for something else"),
            (
                json!({"claims": "content_type"}),
                "identity.headers.claims: `content_type` is needed for something else",
            ),
            (json!({"subject": "x-a", "caller": "X_A"}), "identity.headers: `x-a` is used twice"),
        ] {
            assert_eq!(compile(value).unwrap_err(), error);
        }
    }

    #[test]
    fn claims_are_base64url_of_what_the_application_may_know() {
        let claims = json!({"iss": "i", "sub": "zoë", "scope": "a b", "tctx": {"roles": ["x"]}, "rctx": {"req_ip": "1"}});
        let headers = TokenHeaders::new("zoë", "t 1", claims.as_object().unwrap());
        assert_eq!((headers.subject.as_str(), headers.transaction.as_str()), ("zo%C3%AB", "t 1"));
        let told: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(headers.claims.as_str()).unwrap()).unwrap();
        assert_eq!(told, json!({"sub": "zoë", "scope": "a b", "tctx": {"roles": ["x"]}}));
    }
}
