//! Why a credential is not accepted.

use std::fmt;

use contract::{Cause, Duration};
use jose::JoseError;

use crate::Claim;

/// When it is worth to try again without keys: a cold start and a short outage are over by then, because a
/// failed fetch is repeated after one second first.
const RETRY_WITHOUT_KEYS: Duration = Duration::from_secs(2);

/// What is wrong. The reason is for the log, the cause is for the client; nothing else is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// No credential in any place that the route looks at.
    CredentialMissing,
    /// More than one credential, in one place or in several.
    CredentialDuplicated,
    /// A credential beside the one that an earlier module has verified, so it is not clear who calls.
    CredentialBesideAnother,
    /// Another authentication scheme than those of the configuration.
    SchemeNotBearer,
    /// Not one scheme, one space and one token (RFC 6750 §2.1), or no token's characters.
    CredentialMalformed,
    /// The credential stands beside cookies that no header value of ours can hold, so it cannot be cut out.
    CredentialNotRemovable,
    /// The form, the key or the signature is wrong.
    Jose(JoseError),
    /// The kind of token requires a claim that is not there.
    ClaimMissing(Claim),
    /// A claim has a type or value that its definition excludes.
    ClaimMalformed(Claim),
    /// `iss` is none of the providers that the route takes.
    IssuerUnknown,
    /// `sub` is a workload of none of the trust domains that the route takes.
    TrustDomainUnknown,
    /// `typ` is of another kind of token (RFC 8725 §3.11).
    TypeWrong,
    /// The kind of token requires a `kid` that is not there.
    KeyIdMissing,
    /// `cnf` binds the token to its sender in a way that nobody here checks: taken as a bearer token, it
    /// would serve whoever stole it (RFC 8705 §3, RFC 9449 §7.2).
    SenderConstrained,
    /// The token is bound to a certificate, and the peer has shown none that the proxy has validated.
    CertificateMissing,
    /// The token is bound to another certificate than the peer's.
    CertificateWrong,
    /// `aud` names none of the provider's audiences.
    AudienceWrong,
    /// `azp` is none of the provider's audiences.
    AuthorizedPartyWrong,
    /// `sub` matches none of the patterns that the provider takes.
    SubjectNotAllowed,
    /// A claim that the provider requires is not there.
    RequiredClaimMissing,
    /// A claim that the provider requires has none of the values that it allows.
    RequiredClaimWrong,
    /// `exp` is over by more than the leeway.
    Expired,
    /// `nbf` is further ahead than the leeway.
    NotYetValid,
    /// `iat` is further ahead than the leeway.
    IssuedInFuture,
    /// From `iat` to `exp` it is longer than the provider allows.
    LifetimeTooLong,
    /// `scope` lacks what the provider requires.
    ScopeInsufficient {
        /// What is required, separated by spaces.
        required: String,
    },
    /// No key set of the provider was ever loaded.
    KeysNeverLoaded,
    /// The provider's last good key set is older than the configuration allows.
    KeysStale,
    /// Not an id, a dot and a secret of the length and characters of an API key.
    ApiKeyMalformed,
    /// No API key of that id.
    ApiKeyUnknown,
    /// The secret is not the one of that id.
    ApiKeyWrong,
    /// The API key is not in force yet.
    ApiKeyNotYetValid,
    /// The API key is over.
    ApiKeyExpired,
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
            Self::CredentialNotRemovable => "credential_not_removable",
            Self::IssuerUnknown => "issuer_unknown",
            Self::TrustDomainUnknown => "trust_domain_unknown",
            Self::TypeWrong => "type_wrong",
            Self::KeyIdMissing => "key_id_missing",
            Self::SenderConstrained => "sender_constrained",
            Self::CertificateMissing => "certificate_missing",
            Self::CertificateWrong => "certificate_wrong",
            Self::AudienceWrong => "audience_wrong",
            Self::AuthorizedPartyWrong => "authorized_party_wrong",
            Self::SubjectNotAllowed => "subject_not_allowed",
            Self::RequiredClaimMissing => "required_claim_missing",
            Self::RequiredClaimWrong => "required_claim_wrong",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::IssuedInFuture => "issued_in_future",
            Self::LifetimeTooLong => "lifetime_too_long",
            Self::ScopeInsufficient { .. } => "scope_insufficient",
            Self::KeysNeverLoaded => "keys_never_loaded",
            Self::KeysStale => "keys_stale",
            Self::ApiKeyMalformed => "api_key_malformed",
            Self::ApiKeyUnknown => "api_key_unknown",
            Self::ApiKeyWrong => "api_key_wrong",
            Self::ApiKeyNotYetValid => "api_key_not_yet_valid",
            Self::ApiKeyExpired => "api_key_expired",
        }
    }

    /// What it comes to for the client.
    pub fn cause(&self) -> Cause {
        match self {
            Self::KeysNeverLoaded
            | Self::KeysStale
            // What could be verified when the configuration was loaded, and cannot any more.
            | Self::Jose(JoseError::AlgorithmUnverifiable) => {
                Cause::Unavailable { retry_after: RETRY_WITHOUT_KEYS }
            }
            // Who attempts another scheme is told which one there is, and of no error (RFC 6750 §3.1).
            Self::CredentialMissing | Self::SchemeNotBearer => Cause::CredentialMissing,
            Self::CredentialDuplicated | Self::CredentialBesideAnother => Cause::CredentialAmbiguous,
            Self::CredentialMalformed
            | Self::Jose(_)
            | Self::ClaimMissing(_)
            | Self::ClaimMalformed(_)
            | Self::IssuerUnknown
            | Self::TrustDomainUnknown
            | Self::TypeWrong
            | Self::KeyIdMissing
            | Self::SenderConstrained
            | Self::CertificateMissing
            | Self::CertificateWrong
            | Self::AudienceWrong
            | Self::AuthorizedPartyWrong
            | Self::SubjectNotAllowed
            | Self::RequiredClaimMissing
            | Self::RequiredClaimWrong
            | Self::Expired
            | Self::NotYetValid
            | Self::IssuedInFuture
            | Self::LifetimeTooLong
            | Self::ApiKeyMalformed
            | Self::ApiKeyUnknown
            | Self::ApiKeyWrong
            | Self::ApiKeyNotYetValid
            | Self::ApiKeyExpired => Cause::CredentialInvalid,
            Self::CredentialNotRemovable => Cause::RequestMalformed,
            Self::ScopeInsufficient { required } => Cause::ScopeInsufficient { scope: required.clone() },
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
