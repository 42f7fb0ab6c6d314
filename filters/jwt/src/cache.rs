//! Tokens whose signature was checked before, so that it is not checked again.

use std::rc::Rc;

use contract::Identity;
use jose::KeySet;

use crate::confirmation::Confirmation;
use crate::generations::Generations;
use crate::times::Times;

/// Tokens that are remembered by one stage, shared by its providers. There are two generations, so the half of it is
/// in use for sure: 2,048 users at a time, where Envoy's own default of 100 is exceeded by those of a single service.
pub const MAX_CACHED_TOKENS: usize = 4096;

/// Bytes of the tokens that are remembered by one stage, shared by its providers: 1 KiB for each. The
/// identities beside them take about three times as much.
pub const MAX_CACHED_BYTES: usize = 4 * 1024 * 1024;

/// Tokens with a wrong signature that are remembered by one stage: they cost a verification each time a
/// broken client repeats them. Whoever forges a new one each time is not helped by any number.
pub const MAX_REFUSED_TOKENS: usize = 128;

/// Bytes of the tokens with a wrong signature that are remembered by one stage: 1 KiB for each.
pub const MAX_REFUSED_BYTES: usize = 128 * 1024;

/// A token that was signed by its provider and has the form of its kind, which never changes. Whether it is
/// good now, here and for this caller is judged on every use.
#[derive(Debug)]
pub(crate) struct KnownToken {
    pub(crate) identity: Rc<Identity>,
    pub(crate) times: Times,
    pub(crate) confirmation: Option<Confirmation>,
}

/// What is known of the tokens of one provider under the key set that has verified them.
pub(crate) struct Cache {
    keys: Option<Rc<KeySet>>,
    known: Generations<Rc<KnownToken>>,
    refused: Generations<()>,
}

impl Cache {
    /// A cache for one of `providers` providers.
    pub(crate) fn one_of(providers: usize) -> Self {
        let generations = providers.max(1).saturating_mul(2);
        let share = |bound: usize| bound.checked_div(generations).unwrap_or_default();
        Self {
            keys: None,
            known: Generations::with_bounds(share(MAX_CACHED_TOKENS), share(MAX_CACHED_BYTES)),
            refused: Generations::with_bounds(share(MAX_REFUSED_TOKENS), share(MAX_REFUSED_BYTES)),
        }
    }

    /// What is known of `token` under `keys`.
    pub(crate) fn recall(&mut self, keys: &Rc<KeySet>, token: &[u8]) -> Option<Rc<KnownToken>> {
        self.follow(keys);
        self.known.get(token)
    }

    /// Remember that `keys` have verified `token`.
    pub(crate) fn remember(&mut self, keys: &Rc<KeySet>, token: &[u8], known: Rc<KnownToken>) {
        self.follow(keys);
        self.known.insert(token.into(), known);
    }

    /// Whether the signature of `token` was found wrong under `keys`.
    pub(crate) fn has_refused(&mut self, keys: &Rc<KeySet>, token: &[u8]) -> bool {
        self.follow(keys);
        self.refused.get(token).is_some()
    }

    /// Remember that the signature of `token` is wrong under `keys`: neither time nor route heals that.
    pub(crate) fn refuse(&mut self, keys: &Rc<KeySet>, token: &[u8]) {
        self.follow(keys);
        self.refused.insert(token.into(), ());
    }

    /// A key set that has changed may have lost the key of any token, or brought it.
    fn follow(&mut self, keys: &Rc<KeySet>) {
        if !self.keys.as_ref().is_some_and(|known| Rc::ptr_eq(known, keys)) {
            self.keys = Some(Rc::clone(keys));
            self.known.clear();
            self.refused.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_issuer::Issuer;
    use contract::{CredentialKind, IdentityFacts, UnixTime};
    use jose::KeyUse;

    fn keys() -> Rc<KeySet> {
        Rc::new(KeySet::from_value(&Issuer::new("k").jwks(), KeyUse::Signature).unwrap())
    }

    #[expect(clippy::disallowed_methods, reason = "an identity for a test")]
    fn known() -> Rc<KnownToken> {
        let identity = Identity::from_verified(IdentityFacts {
            provider: "corp".into(),
            kind: CredentialKind::Generic,
            issuer: String::new(),
            subject: String::new(),
            audience: Vec::new(),
            scopes: Vec::new(),
            expires: 0,
            transaction: None,
            claims: serde_json::Map::new(),
        });
        let times = Times { expires: UnixTime::MAX, not_before: None, issued_at: None };
        Rc::new(KnownToken { identity: Rc::new(identity), times, confirmation: None })
    }

    #[test]
    fn forgets_everything_when_the_key_set_changes() {
        let (old, new) = (keys(), keys());
        let mut cache = Cache::one_of(1);
        cache.remember(&old, b"a", known());
        cache.refuse(&old, b"b");
        assert!(cache.recall(&old, b"a").is_some() && cache.has_refused(&old, b"b"));
        assert!(cache.recall(&new, b"a").is_none() && !cache.has_refused(&new, b"b"));
        assert!(cache.recall(&old, b"a").is_none(), "it is not kept for a set that comes back");
        assert!(!cache.has_refused(&old, b"b"), "nor is this");
    }

    #[test]
    fn good_and_refused_tokens_do_not_push_one_another_out() {
        let keys = keys();
        let mut cache = Cache::one_of(1);
        cache.remember(&keys, b"good", known());
        for index in 0..10_000_u32 {
            cache.refuse(&keys, &index.to_be_bytes());
        }
        assert!(cache.recall(&keys, b"good").is_some());
        assert!(
            !cache.has_refused(&keys, b"good") && cache.recall(&keys, &9_999_u32.to_be_bytes()).is_none()
        );
    }

    #[test]
    fn the_bounds_are_shared_by_the_providers() {
        let share = MAX_CACHED_BYTES / (2 * crate::MAX_PROVIDERS);
        assert!(share >= jose::MAX_TOKEN_BYTES, "the longest token still fits");
    }
}
