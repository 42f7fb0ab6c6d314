//! Why an internal token is not taken, and what that comes to.

use contract::{Cause, Duration, Refusal, StageName, Wait, WaitReason};
use jose::JoseError;

/// How long a request waits for keys: for the first key set, which is fetched when the proxy starts, or for
/// a newer one when its key is not known. As long as the waits of the token stage are by default.
const KEYS_WAIT: Duration = Duration::from_secs(1);

/// Why an internal token is not taken. The claims are those of OAuth Transaction Tokens §5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenError {
    /// There is none where one is required.
    Missing,
    /// More than one.
    Duplicated,
    /// Beside another credential, so it is not clear who calls.
    BesideAnother,
    /// Its form or signature.
    Jose(JoseError),
    /// `typ` is another one: a token for another purpose.
    TypeWrong,
    /// A claim is missing or has the wrong type.
    ClaimMalformed,
    /// `iss` is another one.
    IssuerWrong,
    /// `aud` is not this trust domain and nothing else.
    AudienceWrong,
    /// `exp` is more than [`super::MAX_LIFETIME`] after `iat`, or not after it at all.
    LifetimeWrong,
    /// It has expired.
    Expired,
    /// It is from the future.
    IssuedInFuture,
    /// `nbf` has not come yet (RFC 7519 §4.1.5). The profile does not ask for the claim.
    NotYetValid,
    /// The last good key set is too old.
    KeysStale,
    /// No key set was ever loaded.
    KeysCold,
    /// Its key is not known, but the key set is being fetched again.
    KeyComing,
}

impl TokenError {
    /// The wait for what may make the token good after all.
    pub(crate) fn wait(self) -> Option<Wait> {
        let reason = self.waits_for()?;
        Some(Wait { reason, at_most: KEYS_WAIT, otherwise: self.into() })
    }

    const fn waits_for(self) -> Option<WaitReason> {
        match self {
            Self::KeysCold => Some(WaitReason::ColdKeys),
            Self::KeyComing => Some(WaitReason::UnknownKey),
            Self::Missing
            | Self::Duplicated
            | Self::BesideAnother
            | Self::Jose(_)
            | Self::TypeWrong
            | Self::ClaimMalformed
            | Self::IssuerWrong
            | Self::AudienceWrong
            | Self::LifetimeWrong
            | Self::Expired
            | Self::IssuedInFuture
            | Self::NotYetValid
            | Self::KeysStale => None,
        }
    }

    /// The word for logs and metrics.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Missing => "txn_token_missing",
            Self::Duplicated => "txn_token_duplicated",
            Self::BesideAnother => "txn_token_beside_another",
            Self::Jose(error) => error.reason(),
            Self::TypeWrong => "txn_token_type",
            Self::ClaimMalformed => "txn_token_claim_malformed",
            Self::IssuerWrong => "txn_token_issuer",
            Self::AudienceWrong => "txn_token_audience",
            Self::LifetimeWrong => "txn_token_lifetime",
            Self::Expired => "txn_token_expired",
            Self::IssuedInFuture => "txn_token_issued_in_future",
            Self::NotYetValid => "txn_token_not_yet_valid",
            Self::KeysStale => "keys_stale",
            Self::KeysCold => "keys_cold",
            Self::KeyComing => JoseError::UnknownKey.reason(),
        }
    }

    const fn cause(self) -> Cause {
        match self {
            Self::Missing => Cause::CredentialMissing,
            Self::Duplicated | Self::BesideAnother => Cause::CredentialAmbiguous,
            Self::Jose(_)
            | Self::TypeWrong
            | Self::ClaimMalformed
            | Self::IssuerWrong
            | Self::AudienceWrong
            | Self::LifetimeWrong
            | Self::Expired
            | Self::IssuedInFuture
            | Self::NotYetValid
            | Self::KeyComing => Cause::CredentialInvalid,
            Self::KeysStale | Self::KeysCold => Cause::Unavailable { retry_after: Duration::from_secs(1) },
        }
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::new(StageName::Identity, error.cause(), error.reason())
    }
}

impl From<JoseError> for TokenError {
    fn from(error: JoseError) -> Self {
        Self::Jose(error)
    }
}
