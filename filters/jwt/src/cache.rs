//! Tokens whose signature was checked before, so that it is not checked again.

use std::collections::HashMap;
use std::rc::Rc;

use contract::Identity;
use jose::KeySet;

use crate::times::Times;

/// Tokens that are remembered by one stage, shared by its providers: ten times Envoy's own default of 100,
/// which users of a single service exceed.
pub const MAX_CACHED_TOKENS: usize = 1024;

/// Bytes of the tokens that are remembered by one stage, shared by its providers: 1 KiB for each. The
/// identities beside them take about three times as much.
pub const MAX_CACHED_BYTES: usize = 1024 * 1024;

/// A token that was signed by its provider and has the form of its kind. Whether it is good now is judged on
/// every use.
pub(crate) struct KnownToken {
    pub(crate) identity: Rc<Identity>,
    pub(crate) times: Times,
}

/// The known tokens of one provider, under the key set that has verified them, by all their bytes: a digest
/// as key would cost more than the comparison.
///
/// There are two generations. When the young one is full, it becomes the old one and the old one is
/// forgotten; what is asked for moves to the young one. So what is in use stays, at a constant cost.
pub(crate) struct Cache {
    max_tokens: usize,
    max_bytes: usize,
    keys: Option<Rc<KeySet>>,
    young: Generation,
    old: Generation,
}

#[derive(Default)]
struct Generation {
    tokens: HashMap<Box<[u8]>, Rc<KnownToken>>,
    bytes: usize,
}

impl Cache {
    /// A cache for one of `providers` providers.
    pub(crate) fn one_of(providers: usize) -> Self {
        let generations = providers.max(1).saturating_mul(2);
        let share = |bound: usize| bound.checked_div(generations).unwrap_or_default();
        Self::with_bounds(share(MAX_CACHED_TOKENS), share(MAX_CACHED_BYTES))
    }

    /// The bounds are those of one generation.
    fn with_bounds(max_tokens: usize, max_bytes: usize) -> Self {
        let (young, old) = (Generation::default(), Generation::default());
        Self { max_tokens, max_bytes, keys: None, young, old }
    }

    /// What is known of `token` under `keys`.
    pub(crate) fn recall(&mut self, keys: &Rc<KeySet>, token: &[u8]) -> Option<Rc<KnownToken>> {
        self.follow(keys);
        if let Some(known) = self.young.tokens.get(token) {
            return Some(Rc::clone(known));
        }
        let (token, known) = self.old.tokens.remove_entry(token)?;
        self.insert(token, Rc::clone(&known));
        Some(known)
    }

    /// Remember that `keys` have verified `token`.
    pub(crate) fn remember(&mut self, keys: &Rc<KeySet>, token: &[u8], known: Rc<KnownToken>) {
        self.follow(keys);
        self.insert(token.into(), known);
    }

    /// A key set that has changed may have lost the key of any token.
    fn follow(&mut self, keys: &Rc<KeySet>) {
        if !self.keys.as_ref().is_some_and(|known| Rc::ptr_eq(known, keys)) {
            self.keys = Some(Rc::clone(keys));
            self.young = Generation::default();
            self.old = Generation::default();
        }
    }

    fn insert(&mut self, token: Box<[u8]>, known: Rc<KnownToken>) {
        if token.len() > self.max_bytes {
            return;
        }
        let bytes = self.young.bytes.saturating_add(token.len());
        if bytes > self.max_bytes || self.young.tokens.len() >= self.max_tokens {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.bytes = self.young.bytes.saturating_add(token.len());
        self.young.tokens.insert(token, known);
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
        Rc::new(KnownToken { identity: Rc::new(identity), times })
    }

    #[test]
    fn forgets_everything_when_the_key_set_changes() {
        let (old, new) = (keys(), keys());
        let mut cache = Cache::one_of(1);
        cache.remember(&old, b"a", known());
        assert!(cache.recall(&old, b"a").is_some());
        assert!(cache.recall(&new, b"a").is_none());
        assert!(cache.recall(&old, b"a").is_none(), "it is not kept for a set that comes back");
    }

    #[test]
    fn stays_within_its_bounds_and_keeps_what_is_in_use() {
        let keys = keys();
        let mut cache = Cache::with_bounds(4, 1_000);
        cache.remember(&keys, b"used", known());
        for index in 0..100_u32 {
            cache.remember(&keys, &index.to_be_bytes(), known());
            assert!(cache.recall(&keys, b"used").is_some(), "after {index}");
            assert!(cache.young.tokens.len() <= 4 && cache.old.tokens.len() <= 4);
        }
        assert!(cache.recall(&keys, &0_u32.to_be_bytes()).is_none());
    }

    #[test]
    fn stays_within_its_bytes() {
        let keys = keys();
        let mut cache = Cache::with_bounds(1_000, 100);
        for index in 0..100_u8 {
            cache.remember(&keys, &[index; 40], known());
            let held =
                |generation: &Generation| generation.tokens.keys().map(|key| key.len()).sum::<usize>();
            assert!(held(&cache.young) <= 100 && held(&cache.old) <= 100);
        }
        cache.remember(&keys, &[7; 101], known());
        assert!(cache.recall(&keys, &[7; 101]).is_none(), "larger than a generation");
    }

    #[test]
    fn the_bounds_are_shared_by_the_providers() {
        let cache = Cache::one_of(crate::MAX_PROVIDERS);
        assert!(cache.max_tokens * 2 * crate::MAX_PROVIDERS <= MAX_CACHED_TOKENS);
        assert!(cache.max_bytes >= jose::MAX_TOKEN_BYTES, "the longest token still fits");
    }
}
