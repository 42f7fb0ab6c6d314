//! What a policy may know of the credential itself.

use contract::{CredentialKind, Identity};
use serde_json::Value as Json;

use super::Facts;
use super::source::{Found, fitting, text};
use crate::engine::{ExtensionKind, Shape, Value};
use crate::facts::{Split, datetime, from_json};

/// A member of `context.token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenFact {
    /// The configured provider that vouches for it.
    Provider,
    /// `access_token`, `id_token`, `jwt_svid`, `internal`, `generic` or `api_key`.
    Kind,
    /// `iss`.
    Issuer,
    /// The words of `scope`.
    Scopes,
    /// `aud`.
    Audiences,
    /// Until when it is good; an API key may have no end.
    Expires,
    /// Seconds since `iat`.
    AgeSeconds,
    /// Seconds since the user proved who they are (`auth_time`, OpenID Connect Core §2).
    AuthAgeSeconds,
    /// How strongly they did (`acr`).
    Acr,
    /// By what (`amr`).
    Amr,
}

const STRING: Shape = Shape::String;

impl TokenFact {
    /// The fact that a schema calls `name`.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "provider" => Self::Provider,
            "kind" => Self::Kind,
            "issuer" => Self::Issuer,
            "scopes" => Self::Scopes,
            "audiences" => Self::Audiences,
            "expires" => Self::Expires,
            "age_seconds" => Self::AgeSeconds,
            "auth_age_seconds" => Self::AuthAgeSeconds,
            "acr" => Self::Acr,
            "amr" => Self::Amr,
            _ => return None,
        })
    }

    /// The type that a schema must give it.
    pub(super) fn shape(self) -> Shape {
        match self {
            Self::Provider | Self::Kind | Self::Issuer | Self::Acr => STRING,
            Self::Scopes | Self::Audiences | Self::Amr => Shape::Set(Box::new(STRING)),
            Self::Expires => Shape::Extension(ExtensionKind::DateTime),
            Self::AgeSeconds | Self::AuthAgeSeconds => Shape::Long,
        }
    }

    pub(super) const fn changes_with_time(self) -> bool {
        match self {
            Self::AgeSeconds | Self::AuthAgeSeconds => true,
            Self::Provider
            | Self::Kind
            | Self::Issuer
            | Self::Scopes
            | Self::Audiences
            | Self::Expires
            | Self::Acr
            | Self::Amr => false,
        }
    }

    pub(super) fn value<'a>(self, shape: &'a Shape, facts: &Facts<'a>) -> Found<'a> {
        let Some(identity) = facts.request.identity else { return Found::Nothing };
        let known = identity.facts();
        let claim = |name| match identity.claim(name) {
            Some(json) => fitting(from_json(shape, json, Split::No)),
            None => Found::Nothing,
        };
        match self {
            Self::Provider => text(shape, Some(&known.provider)),
            Self::Kind => text(shape, Some(kind(known.kind))),
            Self::Issuer => text(shape, Some(&known.issuer)),
            Self::Scopes => strings(&known.scopes),
            Self::Audiences => strings(&known.audience),
            Self::Expires => expires(identity),
            Self::AgeSeconds => age(identity, "iat", facts),
            Self::AuthAgeSeconds => age(identity, "auth_time", facts),
            Self::Acr => claim("acr"),
            Self::Amr => claim("amr"),
        }
    }
}

fn strings(texts: &[String]) -> Found<'_> {
    Found::Value(Value::Set(texts.iter().map(|text| Value::text(text)).collect()))
}

/// A time that no `datetime` can write is none: an API key without an end has such a one.
fn expires<'a>(identity: &Identity) -> Found<'a> {
    let millis =
        i64::try_from(identity.facts().expires).ok().and_then(|seconds| seconds.checked_mul(1_000));
    match millis.and_then(datetime) {
        Some(value) => Found::Value(Value::Extension(value)),
        None => Found::Nothing,
    }
}

/// By how much the clock of an issuer may be ahead of ours. A time further ahead is none: written in milliseconds
/// by mistake, it would be younger than any bound for ever.
const LEEWAY_SECONDS: i64 = 60;

/// Whole seconds since the time in a claim; a little negative when clocks differ.
fn age<'a>(identity: &Identity, claim: &str, facts: &Facts<'_>) -> Found<'a> {
    let Some(claim) = identity.claim(claim) else { return Found::Nothing };
    let now = i64::try_from(facts.env.now.seconds()).ok();
    let age = now.zip(seconds(claim)).and_then(|(now, then)| now.checked_sub(then));
    fitting(age.filter(|age| *age >= -LEEWAY_SECONDS).map(Value::Long))
}

/// The whole seconds of a NumericDate (RFC 7519 §2).
fn seconds(claim: &Json) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "casts of floats saturate")]
    claim.as_i64().or_else(|| claim.as_f64().map(|seconds| seconds.floor() as i64))
}

const fn kind(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::AccessToken => "access_token",
        CredentialKind::ApiKey => "api_key",
        CredentialKind::Generic => "generic",
        CredentialKind::IdToken => "id_token",
        CredentialKind::Internal => "internal",
        CredentialKind::JwtSvid => "jwt_svid",
    }
}
