//! Why a request does not go on: refused, or not yet.

use jose::{JoseError, Sought};

use crate::TokenError;

/// What stops a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It is refused.
    Refused(TokenError),
    /// No key set was ever loaded, and the first is on its way.
    ColdKeys,
    /// The key that a token names is not in the set, and a newer set is on its way.
    KeyComing,
}

/// What a token gets whose key is not in the set.
pub(crate) const KEY_UNKNOWN: TokenError = TokenError::Jose(JoseError::UnknownKey);

impl Stop {
    /// The key that a token names is not in the set.
    pub(crate) const fn at_unknown_key(sought: Sought) -> Self {
        match sought {
            Sought::Coming => Self::KeyComing,
            Sought::Absent => Self::Refused(KEY_UNKNOWN),
        }
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
