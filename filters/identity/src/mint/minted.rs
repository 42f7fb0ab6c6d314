//! Tokens that may be used again.

use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::{Rc, Weak};

use contract::{HeaderValue, Identity, UnixTime};

use crate::cache::{Bounds, Cache};

/// Tokens that are kept for reuse: the users that are active within half a lifetime, as many as the tokens of theirs
/// that are remembered; two KiB for each, of which the token takes half and the claims that it is found by the rest.
const KEPT_PER_GENERATION: Bounds = Bounds { entries: 2048, bytes: 4 * 1024 * 1024 };

/// Tokens that may be used again.
#[derive(Debug)]
pub(crate) struct Minted {
    /// By everything that is in them.
    by_content: RefCell<Cache<Content, Token>>,
    /// By what they were minted for, which is found without writing the content down.
    by_occasion: RefCell<Cache<Occasion, (Weak<Identity>, Token)>>,
}

/// What the content of a token is made of besides the configuration.
///
/// The caller is told by where the identity lies. An identity never changes, and as long as there is a [`Weak`] of
/// one, no other is put in its place, so that an entry whose identity lies where this one does is this one's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Occasion {
    identity: usize,
    address: Option<IpAddr>,
    parameters: Vec<Option<String>>,
}

impl Occasion {
    /// A request by `identity` from `address` with these values of the parameters that go along.
    pub(super) fn new(
        identity: &Rc<Identity>,
        address: Option<IpAddr>,
        parameters: Vec<Option<String>>,
    ) -> Self {
        Self { identity: Rc::as_ptr(identity).addr(), address, parameters }
    }
}

/// Everything in a token but its times and its `txn`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
    /// A token for this occasion that may be used now.
    pub(super) fn recall(&self, occasion: &Occasion, now: UnixTime) -> Option<HeaderValue> {
        let (_, token) = self.by_occasion.borrow_mut().get(occasion)?;
        token.is_reusable(now).then_some(token.header)
    }

    /// Recall `token` for this occasion, of which `identity` is a part. An identity that nobody else remembers does
    /// not come again.
    pub(super) fn note(&self, occasion: Occasion, identity: &Rc<Identity>, token: Token) {
        if Rc::strong_count(identity) > 1 {
            let value = (Rc::downgrade(identity), token);
            self.by_occasion.borrow_mut().insert(occasion, value, size_of::<Identity>());
        }
    }

    /// A token of this content that may be used now.
    pub(super) fn find(&self, content: &Content, now: UnixTime) -> Option<Token> {
        self.by_content.borrow_mut().get(content).filter(|token| token.is_reusable(now))
    }

    pub(super) fn keep(&self, content: Content, token: Token) {
        let bytes = content.claims.len().saturating_add(token.header.as_str().len());
        self.by_content.borrow_mut().insert(content, token, bytes);
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
        let by_content = RefCell::new(Cache::new(KEPT_PER_GENERATION));
        Self { by_content, by_occasion: RefCell::new(Cache::new(KEPT_PER_GENERATION)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;
    use contract::{CredentialKind, Duration, IdentityFacts};

    #[expect(clippy::disallowed_methods, reason = "an identity for a test")]
    fn identity() -> Rc<Identity> {
        Rc::new(Identity::from_verified(IdentityFacts {
            provider: "corp".into(),
            kind: CredentialKind::Generic,
            issuer: String::new(),
            subject: "alice".into(),
            audience: Vec::new(),
            scopes: Vec::new(),
            expires: 0,
            transaction: None,
            claims: serde_json::Map::new(),
        }))
    }

    fn token() -> Token {
        Token { header: HeaderValue::from_static("t"), issued: NOW, reusable_until: later() }
    }

    fn later() -> UnixTime {
        NOW.plus(Duration::from_secs(30))
    }

    #[test]
    fn an_occasion_is_who_from_where_and_with_which_parameters() {
        let (minted, alice, other) = (Minted::default(), identity(), identity());
        let _remembered = (Rc::clone(&alice), Rc::clone(&other));
        let from = |address: &str| Some(address.parse().unwrap());
        let with = |value: &str| vec![Some(value.to_owned())];
        let occasion = Occasion::new(&alice, from("192.0.2.7"), with("a"));
        minted.note(occasion.clone(), &alice, token());
        assert!(minted.recall(&occasion, NOW).is_some());
        assert_eq!(minted.recall(&occasion, later()), None);
        for different in [
            Occasion::new(&other, from("192.0.2.7"), with("a")),
            Occasion::new(&alice, from("192.0.2.8"), with("a")),
            Occasion::new(&alice, None, with("a")),
            Occasion::new(&alice, from("192.0.2.7"), with("b")),
            Occasion::new(&alice, from("192.0.2.7"), vec![None]),
        ] {
            assert_eq!(minted.recall(&different, NOW), None, "{different:?}");
        }
    }

    #[test]
    fn no_other_identity_is_taken_for_one_that_is_gone() {
        let minted = Minted::default();
        for _ in 0..1_000 {
            let (gone, address) = (identity(), None);
            let remembered = Rc::clone(&gone);
            let occasion = Occasion::new(&gone, address, Vec::new());
            assert_eq!(minted.recall(&occasion, NOW), None, "it lies where none that has a token has lain");
            minted.note(occasion, &remembered, token());
        }
    }

    #[test]
    fn an_identity_that_nobody_remembers_is_not_kept_in_mind() {
        let (minted, once) = (Minted::default(), identity());
        let occasion = Occasion::new(&once, None, Vec::new());
        minted.note(occasion.clone(), &once, token());
        assert_eq!(minted.recall(&occasion, NOW), None);
    }
}
