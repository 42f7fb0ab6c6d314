//! Why a credential is not accepted.

use std::fmt;

use contract::{Cause, Duration};
use jose::JoseError;

/// When it is worth to try again without keys: a cold start and a short outage are over by then, because a
/// failed fetch is repeated after one second first.
const RETRY_WITHOUT_KEYS: Duration = Duration::from_secs(2);

/// What is wrong. The reason is for the log, the cause is for the client; nothing else is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// No `Authorization` field.
    CredentialMissing,
    /// More than one `Authorization` field.
    CredentialDuplicated,
    /// A credential beside the one that an earlier module has verified, so it is not clear who calls.
    CredentialBesideAnother,
    /// Another authentication scheme than `Bearer`.
    SchemeNotBearer,
    /// Not one scheme, one space and one token (RFC 6750 §2.1).
    CredentialMalformed,
    /// The form, the key or the signature is wrong.
    Jose(JoseError),
    /// The kind of token requires a claim that is not there.
    ClaimMissing(Claim),
    /// A claim has a type or value that its definition excludes.
    ClaimMalformed(Claim),
    /// `iss` is none of the providers that the route takes.
    IssuerUnknown,
    /// `typ` is of another kind of token (RFC 8725 §3.11).
    TypeWrong,
    /// `cnf` binds the token to a key of its sender, which nobody here checks: taken as a bearer token, it
    /// would serve whoever stole it (RFC 8705 §3, RFC 9449 §7.2).
    SenderConstrained,
    /// `aud` names none of the provider's audiences.
    AudienceWrong,
    /// `exp` is over by more than the leeway.
    Expired,
    /// `nbf` is further ahead than the leeway.
    NotYetValid,
    /// `iat` is further ahead than the leeway.
    IssuedInFuture,
    /// `scope` lacks what the provider requires.
    ScopeInsufficient {
        /// What is required, separated by spaces.
        required: String,
    },
    /// No key set of the provider was ever loaded.
    KeysNeverLoaded,
    /// The provider's last good key set is older than the configuration allows.
    KeysStale,
}

/// A claim that is read, by its registered meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Claim {
    /// `iss` (RFC 7519 §4.1.1).
    Issuer,
    /// `sub` (RFC 7519 §4.1.2).
    Subject,
    /// `aud` (RFC 7519 §4.1.3).
    Audience,
    /// `exp` (RFC 7519 §4.1.4).
    Expires,
    /// `nbf` (RFC 7519 §4.1.5).
    NotBefore,
    /// `iat` (RFC 7519 §4.1.6).
    IssuedAt,
    /// `jti` (RFC 7519 §4.1.7).
    TokenId,
    /// `client_id` (RFC 8693 §4.3).
    Client,
    /// `scope` (RFC 8693 §4.2).
    Scope,
}

impl TokenError {
    /// The word for logs and metrics.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::CredentialMissing => "credential_missing",
            Self::CredentialDuplicated => "credential_duplicated",
            Self::CredentialBesideAnother => "credential_beside_another",
            Self::SchemeNotBearer => "scheme_not_bearer",
            Self::CredentialMalformed => "credential_malformed",
            Self::Jose(error) => error.reason(),
            Self::ClaimMissing(claim) => claim.reason_missing(),
            Self::ClaimMalformed(claim) => claim.reason_malformed(),
            Self::IssuerUnknown => "issuer_unknown",
            Self::TypeWrong => "type_wrong",
            Self::SenderConstrained => "sender_constrained",
            Self::AudienceWrong => "audience_wrong",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::IssuedInFuture => "issued_in_future",
            Self::ScopeInsufficient { .. } => "scope_insufficient",
            Self::KeysNeverLoaded => "keys_never_loaded",
            Self::KeysStale => "keys_stale",
        }
    }

    /// What it comes to for the client.
    pub fn cause(&self) -> Cause {
        match self {
            Self::CredentialMissing => Cause::CredentialMissing,
            Self::CredentialDuplicated | Self::CredentialBesideAnother => Cause::CredentialAmbiguous,
            Self::SchemeNotBearer
            | Self::CredentialMalformed
            | Self::Jose(_)
            | Self::ClaimMissing(_)
            | Self::ClaimMalformed(_)
            | Self::IssuerUnknown
            | Self::TypeWrong
            | Self::SenderConstrained
            | Self::AudienceWrong
            | Self::Expired
            | Self::NotYetValid
            | Self::IssuedInFuture => Cause::CredentialInvalid,
            Self::ScopeInsufficient { required } => Cause::ScopeInsufficient { scope: required.clone() },
            Self::KeysNeverLoaded | Self::KeysStale => {
                Cause::Unavailable { retry_after: RETRY_WITHOUT_KEYS }
            }
        }
    }
}

impl Claim {
    /// The name in a token.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issuer => "iss",
            Self::Subject => "sub",
            Self::Audience => "aud",
            Self::Expires => "exp",
            Self::NotBefore => "nbf",
            Self::IssuedAt => "iat",
            Self::TokenId => "jti",
            Self::Client => "client_id",
            Self::Scope => "scope",
        }
    }

    const fn reason_missing(self) -> &'static str {
        match self {
            Self::Issuer => "issuer_missing",
            Self::Subject => "subject_missing",
            Self::Audience => "audience_missing",
            Self::Expires => "expiry_missing",
            Self::NotBefore => "not_before_missing",
            Self::IssuedAt => "issued_at_missing",
            Self::TokenId => "token_id_missing",
            Self::Client => "client_missing",
            Self::Scope => "scope_missing",
        }
    }

    const fn reason_malformed(self) -> &'static str {
        match self {
            Self::Issuer => "issuer_malformed",
            Self::Subject => "subject_malformed",
            Self::Audience => "audience_malformed",
            Self::Expires => "expiry_malformed",
            Self::NotBefore => "not_before_malformed",
            Self::IssuedAt => "issued_at_malformed",
            Self::TokenId => "token_id_malformed",
            Self::Client => "client_malformed",
            Self::Scope => "scope_malformed",
        }
    }
}

impl From<JoseError> for TokenError {
    fn from(error: JoseError) -> Self {
        Self::Jose(error)
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for TokenError {}
