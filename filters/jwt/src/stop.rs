//! Why a request does not go on: refused, or not yet.

use contract::WaitReason;
use jose::{JoseError, Sought};

use crate::TokenError;

/// What stops a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It is refused.
    Refused(TokenError),
    /// Keys that are on their way may change the answer, which else is the error.
    Waits(WaitReason, TokenError),
}

impl Stop {
    /// The key that a token names is not in the set.
    pub(crate) const fn at_unknown_key(sought: Sought) -> Self {
        let error = TokenError::Jose(JoseError::UnknownKey);
        match sought {
            Sought::Coming => Self::Waits(WaitReason::UnknownKey, error),
            Sought::Absent => Self::Refused(error),
        }
    }

    /// No key set was ever loaded.
    pub(crate) const fn at_cold_keys() -> Self {
        Self::Waits(WaitReason::ColdKeys, TokenError::KeysNeverLoaded)
    }
}

impl From<TokenError> for Stop {
    fn from(error: TokenError) -> Self {
        Self::Refused(error)
    }
}

impl From<JoseError> for Stop {
    fn from(error: JoseError) -> Self {
        Self::Refused(error.into())
    }
}
