//! Tokens that may be used again.

use std::cell::RefCell;

use contract::{HeaderValue, UnixTime};

use crate::cache::{Bounds, Cache};

/// Tokens that are kept for reuse: the users that are active within half a lifetime; two KiB for each, of
/// which the token takes half and the claims that it is found by take the rest.
const KEPT_PER_GENERATION: Bounds = Bounds { entries: 1024, bytes: 2 * 1024 * 1024 };

/// Tokens by everything that is in them.
#[derive(Debug)]
pub(crate) struct Minted(RefCell<Cache<Content, Token>>);

/// Everything in a token but its times and its `txn`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Content {
    /// The claims, as they are written.
    pub(super) claims: String,
    /// The end of the user's credential, which bounds the token's.
    pub(super) credential_expires: u64,
}

/// A token as it is sent.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) header: HeaderValue,
    pub(super) issued: UnixTime,
    /// When less than half of its life will be left.
    pub(super) reusable_until: UnixTime,
}

impl Minted {
    /// A token of this content that may be used now.
    pub(super) fn find(&self, content: &Content, now: UnixTime) -> Option<HeaderValue> {
        let known = self.0.borrow_mut().get(content);
        known.filter(|token| token.is_reusable(now)).map(|token| token.header)
    }

    pub(super) fn keep(&self, content: Content, token: Token) {
        let bytes = content.claims.len().saturating_add(token.header.as_str().len());
        self.0.borrow_mut().insert(content, token, bytes);
    }
}

impl Token {
    /// A token from the future, which a clock that was set back leaves behind, is refused at every hop.
    fn is_reusable(&self, now: UnixTime) -> bool {
        self.issued <= now && now < self.reusable_until
    }
}

impl Default for Minted {
    fn default() -> Self {
        Self(RefCell::new(Cache::new(KEPT_PER_GENERATION)))
    }
}
