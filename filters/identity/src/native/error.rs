//! Why an identity that another filter has left is not taken.

use contract::{Cause, Refusal, StageName};

/// Why an identity that another filter has left is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NativeError {
    /// `iss` is missing or not listed.
    IssuerUnknown,
    /// `sub` is missing.
    SubjectMissing,
    /// `exp` is missing.
    ExpiryMissing,
    /// It has expired.
    Expired,
    /// A claim is not of the type that it must have, or beyond a bound.
    ClaimMalformed,
    /// Another stage has verified somebody as well, so it is not clear who calls.
    BesideAnother,
}

impl NativeError {
    const fn reason(self) -> &'static str {
        match self {
            Self::IssuerUnknown => "native_issuer_unknown",
            Self::SubjectMissing => "native_subject_missing",
            Self::ExpiryMissing => "native_expiry_missing",
            Self::Expired => "native_expired",
            Self::ClaimMalformed => "native_claim_malformed",
            Self::BesideAnother => "native_beside_another",
        }
    }

    const fn cause(self) -> Cause {
        match self {
            Self::BesideAnother => Cause::CredentialAmbiguous,
            Self::IssuerUnknown
            | Self::SubjectMissing
            | Self::ExpiryMissing
            | Self::Expired
            | Self::ClaimMalformed => Cause::CredentialInvalid,
        }
    }
}

impl From<NativeError> for Refusal {
    fn from(error: NativeError) -> Self {
        Self::new(StageName::Identity, error.cause(), error.reason())
    }
}
