//! The parts of which keys are made.

use std::fmt;

use contract::{Cause, CredentialKind, Duration, Env, HeaderName, Request};
use serde_json::Value as Json;

use super::address::Client;
use super::value::Value;

/// The claim that tells which of the owner's keys was shown. Only identities made from API keys are asked
/// for it: an issuer of tokens may sign what it likes.
const API_KEY_ID: &str = "api_key_id";

/// When to come back where the proxy could not tell the client's address.
const ADDRESS_RETRY: Duration = Duration::from_secs(1);

/// One part of a limit's key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum KeyPart {
    /// Who issued the subject: before every [`Self::Subject`], which is unique within its issuer only
    /// (RFC 7519 §4.1.2).
    IssuerOfSubject,
    /// The verified subject.
    Subject,
    /// The issuer of the verified credential.
    Issuer,
    /// The workload that the connection's certificate names.
    Workload,
    /// The id of the API key that was shown, in the set of keys that it belongs to.
    ApiKey,
    /// The matched route.
    Route,
    /// The method, as the client wrote it.
    Method,
    /// The address of the client; for IPv6 its network.
    ClientAddress(Client),
    /// A header field that came once.
    Header(HeaderName),
    /// A string or integer claim of the verified credential.
    Claim(String),
    /// What the operator has written.
    Constant {
        /// How it is called where names matter.
        name: String,
        /// What it is.
        value: String,
    },
}

impl KeyPart {
    /// How the value is called, where values have names.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::IssuerOfSubject | Self::Issuer => "issuer",
            Self::Subject => "subject",
            Self::Workload => "workload",
            Self::ApiKey => "api_key",
            Self::Route => "route",
            Self::Method => "method",
            Self::ClientAddress(_) => "client_address",
            Self::Header(name) => name.as_str(),
            Self::Claim(name) | Self::Constant { name, .. } => name,
        }
    }

    /// Its value for `request`, if it is known.
    pub(super) fn value<'a>(&'a self, request: &Request<'a>, env: &Env<'_>) -> Option<Value<'a>> {
        match self {
            Self::IssuerOfSubject | Self::Issuer => Value::text(&request.identity?.facts().issuer),
            Self::Subject => Value::text(request.identity?.subject()),
            Self::Workload => Value::text(request.peer?.spiffe_id().as_str()),
            Self::ApiKey => api_key(request),
            Self::Route => Value::text(&request.route.route.name),
            Self::Method => utf8(request.head.method()?),
            Self::ClientAddress(client) => client.network(request, env).map(Value::Network),
            Self::Header(name) => utf8(request.head.single(name.as_str()).ok()??),
            Self::Claim(name) => claim(request.identity?.claim(name)?),
            Self::Constant { value, .. } => Value::text(value),
        }
    }

    /// What a request without it comes to.
    pub(super) fn cause_of_absence(&self, request: &Request<'_>) -> Cause {
        match self {
            Self::IssuerOfSubject | Self::Subject | Self::Issuer | Self::ApiKey | Self::Claim(_) => {
                match request.identity {
                    Some(_) => Cause::CredentialInvalid,
                    None => Cause::CredentialMissing,
                }
            }
            Self::Workload => Cause::CallerUntrusted,
            Self::ClientAddress(client) if !client.is_forwarded() => {
                Cause::Unavailable { retry_after: ADDRESS_RETRY }
            }
            Self::ClientAddress(_)
            | Self::Header(_)
            | Self::Method
            | Self::Route
            | Self::Constant { .. } => Cause::RequestMalformed,
        }
    }

    /// Whether only a verified credential gives it.
    pub(crate) const fn needs_identity(&self) -> bool {
        match self {
            Self::IssuerOfSubject | Self::Subject | Self::Issuer | Self::ApiKey | Self::Claim(_) => true,
            Self::Workload
            | Self::Route
            | Self::Method
            | Self::ClientAddress(_)
            | Self::Header(_)
            | Self::Constant { .. } => false,
        }
    }

    /// Whether it is proven or the operator's own: no client can choose a new one for each request.
    pub(crate) const fn is_verified(&self) -> bool {
        match self {
            Self::IssuerOfSubject
            | Self::Subject
            | Self::Issuer
            | Self::Workload
            | Self::ApiKey
            | Self::Claim(_)
            | Self::Route
            | Self::Constant { .. } => true,
            Self::Method | Self::ClientAddress(_) | Self::Header(_) => false,
        }
    }

    /// Whether it is known before any credential or certificate has been looked at.
    pub(crate) const fn is_known_before_auth(&self) -> bool {
        match self {
            Self::Route
            | Self::Method
            | Self::ClientAddress(_)
            | Self::Header(_)
            | Self::Constant { .. } => true,
            Self::IssuerOfSubject
            | Self::Subject
            | Self::Issuer
            | Self::Workload
            | Self::ApiKey
            | Self::Claim(_) => false,
        }
    }

    /// A text that no other part has.
    pub(super) fn definition(&self) -> String {
        match self {
            Self::ClientAddress(client) => format!("{self}:{}", client.definition()),
            Self::Constant { value, .. } => format!("{self}={value}"),
            Self::IssuerOfSubject
            | Self::Subject
            | Self::Issuer
            | Self::Workload
            | Self::ApiKey
            | Self::Route
            | Self::Method
            | Self::Header(_)
            | Self::Claim(_) => self.to_string(),
        }
    }
}

/// As it stands in a configuration, in one word.
impl fmt::Display for KeyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IssuerOfSubject => f.write_str("subject"),
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Claim(name) => write!(f, "claim:{name}"),
            Self::Constant { name, .. } => write!(f, "constant:{name}"),
            Self::Subject
            | Self::Issuer
            | Self::Workload
            | Self::ApiKey
            | Self::Route
            | Self::Method
            | Self::ClientAddress(_) => f.write_str(self.name()),
        }
    }
}

fn utf8(bytes: &[u8]) -> Option<Value<'_>> {
    Value::text(std::str::from_utf8(bytes).ok()?)
}

fn api_key<'a>(request: &Request<'a>) -> Option<Value<'a>> {
    let identity = request.identity.filter(|identity| identity.facts().kind == CredentialKind::ApiKey)?;
    let id = identity.claim(API_KEY_ID)?.as_str()?;
    Value::within(&identity.facts().issuer, id)
}

fn claim(claim: &Json) -> Option<Value<'_>> {
    match claim {
        Json::String(text) => Value::text(text),
        Json::Number(number) => {
            let number = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
            number.map(Value::Integer)
        }
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bytes(value: &Json) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        claim(value).map(|value| {
            value.push_to(&mut bytes);
            bytes
        })
    }

    #[test]
    fn only_strings_and_integers_name_somebody() {
        for good in [json!("shop"), json!("x".repeat(1_024)), json!(3), json!(-3), json!(u64::MAX)] {
            assert!(bytes(&good).is_some(), "{good}");
        }
        let bad = [
            json!(null),
            json!(true),
            json!(3.5),
            json!(1e300),
            json!([1]),
            json!({"a": 1}),
            json!(""),
            json!("x".repeat(1_025)),
        ];
        for bad in bad {
            assert_eq!(bytes(&bad), None, "{bad}");
        }
        assert_ne!(bytes(&json!("3")), bytes(&json!(3)));
    }
}
