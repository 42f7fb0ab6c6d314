//! Why a call goes out without a token, for the log and for counters.

use crate::registry::{NotCarried, NotFound};
use crate::token::TokenError;

/// Why a call goes out without a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotAttached {
    /// The cluster is not listed, or not known.
    Destination,
    /// The path or the headers are changed before the call leaves. The proxy may then route it again, so the
    /// cluster that was asked for is not the one that would get the token.
    RouteMayChange,
    /// The headers of the call name no trace.
    Untraced,
    /// Nothing is registered that it could carry.
    NotFound(NotFound),
    /// What is registered is not a good token, or not one that can be told from a bad one now.
    NotGood(TokenError),
}

impl NotAttached {
    /// The word for the log.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Destination => "destination_not_listed",
            Self::RouteMayChange => "route_may_change",
            Self::Untraced => "untraced",
            Self::NotFound(why) => not_found(why).0,
            Self::NotGood(error) => error.reason(),
        }
    }

    /// The name under which it is counted. All that is wrong with a token is one count: the log tells the
    /// reasons apart.
    pub(super) const fn event(self) -> &'static str {
        match self {
            Self::Destination => "identity.attach.destination_not_listed",
            Self::RouteMayChange => "identity.attach.route_may_change",
            Self::Untraced => "identity.attach.untraced",
            Self::NotFound(why) => not_found(why).1,
            // For keys that are about to come, the call waits.
            Self::NotGood(TokenError::KeysStale) => "identity.attach.keys_stale",
            Self::NotGood(_) => "identity.attach.token_not_good",
        }
    }
}

const fn not_found(why: NotFound) -> (&'static str, &'static str) {
    match why {
        NotFound::StoreFailed => ("registry_failed", "identity.attach.registry_failed"),
        NotFound::SlotUnreadable => ("registry_unreadable", "identity.attach.registry_unreadable"),
        NotFound::NotCarried(NotCarried::Unknown) => ("not_registered", "identity.attach.not_registered"),
        NotFound::NotCarried(NotCarried::Nobody) => ("no_identity", "identity.attach.no_identity"),
        NotFound::NotCarried(NotCarried::Several) => {
            ("several_identities", "identity.attach.several_identities")
        }
        NotFound::NotCarried(NotCarried::Expired) => ("txn_token_expired", "identity.attach.expired"),
        NotFound::NotCarried(NotCarried::Barred) => ("registry_barred", "identity.attach.registry_barred"),
    }
}
