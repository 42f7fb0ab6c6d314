//! Why hygiene refuses a request: what it could not make safe by removing it.

use contract::{Cause, Duration, EntropyError, Refusal, StageName};

/// Why a request head was not cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HygieneError {
    /// More than one `Authorization` (RFC 9110 §11.6.2 has one).
    AuthorizationDuplicated,
    /// More than one `Proxy-Authorization` (RFC 9110 §11.7.2 has one).
    ProxyAuthorizationDuplicated,
    /// More than one `DPoP` (RFC 9449 §4.3 wants one at most).
    ProofDuplicated,
    /// More than one `Txn-Token` (OAuth Transaction Tokens §6.1 wants exactly one).
    TokenDuplicated,
    /// `Connection` names a field that decisions rest on, which a later proxy would remove (RFC 9110 §7.6.1).
    ConnectionListsIdentity,
    /// No unpredictable trace id can be made.
    NoRandomness,
}

impl HygieneError {
    const fn reason(self) -> &'static str {
        match self {
            Self::AuthorizationDuplicated => "authorization_duplicated",
            Self::ProxyAuthorizationDuplicated => "proxy_authorization_duplicated",
            Self::ProofDuplicated => "dpop_duplicated",
            Self::TokenDuplicated => "txn_token_duplicated",
            Self::ConnectionListsIdentity => "connection_lists_identity",
            Self::NoRandomness => "no_randomness",
        }
    }

    const fn cause(self) -> Cause {
        match self {
            Self::AuthorizationDuplicated
            | Self::ProxyAuthorizationDuplicated
            | Self::ProofDuplicated
            | Self::TokenDuplicated => Cause::CredentialAmbiguous,
            Self::ConnectionListsIdentity => Cause::RequestMalformed,
            Self::NoRandomness => Cause::Unavailable { retry_after: Duration::from_secs(1) },
        }
    }
}

impl From<HygieneError> for Refusal {
    fn from(error: HygieneError) -> Self {
        Self::new(StageName::Identity, error.cause(), error.reason())
    }
}

impl From<EntropyError> for HygieneError {
    fn from(_: EntropyError) -> Self {
        Self::NoRandomness
    }
}
