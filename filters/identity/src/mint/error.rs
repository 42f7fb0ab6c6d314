//! Why no token was minted.

use contract::{Cause, Duration, EntropyError, Refusal, StageName};
use jose::SignError;

/// Why no token was minted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MintError {
    /// The user's credential ends now; the token stage may still have let it pass as a matter of leeway.
    CredentialEnds,
    /// There is no randomness for `txn` or for the signature.
    NoRandomness,
    /// The token could not be written or is no header value.
    NotSigned,
}

impl MintError {
    const fn reason(self) -> &'static str {
        match self {
            Self::CredentialEnds => "credential_ends",
            Self::NoRandomness => "no_randomness",
            Self::NotSigned => "token_not_signed",
        }
    }

    const fn cause(self) -> Cause {
        match self {
            Self::CredentialEnds => Cause::CredentialInvalid,
            Self::NoRandomness | Self::NotSigned => {
                Cause::Unavailable { retry_after: Duration::from_secs(1) }
            }
        }
    }
}

impl From<MintError> for Refusal {
    fn from(error: MintError) -> Self {
        Self::new(StageName::Identity, error.cause(), error.reason())
    }
}

impl From<EntropyError> for MintError {
    fn from(_: EntropyError) -> Self {
        Self::NoRandomness
    }
}

impl From<SignError> for MintError {
    fn from(error: SignError) -> Self {
        match error {
            SignError::NoRandomness => Self::NoRandomness,
            SignError::NotWritable => Self::NotSigned,
        }
    }
}
