//! One trusted issuer: whose tokens, by which rules, under which keys.

use std::cell::RefCell;
use std::rc::Rc;

use contract::{Duration, Identity, IdentityFacts, UnixTime};
use jose::{Algorithm, Compact, JoseError, KeySet, KeySource, Keys, Ring};

use crate::TokenError;
use crate::cache::{Cache, KnownToken};
use crate::claims::{self, SignedFacts};
use crate::profile::Profile;

/// A compiled provider. It has no `Debug`, for its cache holds tokens.
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) profile: Profile,
    pub(crate) issuer: String,
    pub(crate) audiences: Vec<String>,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) keys: KeySource,
    pub(crate) leeway: Duration,
    pub(crate) required_scopes: Vec<String>,
    pub(crate) forward: bool,
    pub(crate) cache: RefCell<Cache>,
}

impl Provider {
    /// What is known of `token` from an earlier request under the keys that are in force.
    pub(crate) fn recall(&self, token: &[u8], now: UnixTime) -> Option<Rc<KnownToken>> {
        match self.keys.current(now) {
            Keys::Ready(keys) => self.cache.borrow_mut().recall(&keys, token),
            Keys::Cold | Keys::Stale => None,
        }
    }

    /// Check a token that is not known, which `compact` is the parts of, and remember it if it is good.
    ///
    /// # Errors
    /// When anything about it is wrong, or there are no keys.
    pub(crate) fn verify(
        &self,
        token: &[u8],
        compact: &Compact<'_>,
        now: UnixTime,
    ) -> Result<Rc<Identity>, TokenError> {
        let keys = self.keys_in_force(now)?;
        let verified =
            keys.verify(compact, &self.algorithms, &Ring).inspect_err(|error| self.heal(*error, now))?;
        let SignedFacts { facts, times } = claims::read(self.profile, &self.name, verified)?;
        times.judge(now, self.leeway)?;
        self.judge_facts(&facts)?;
        let identity = Rc::new(identity(facts));
        let known = KnownToken { identity: Rc::clone(&identity), times };
        self.cache.borrow_mut().remember(&keys, token, Rc::new(known));
        Ok(identity)
    }

    /// Judge what time and configuration decide about a known token.
    ///
    /// # Errors
    /// When it is not good now, or not here.
    pub(crate) fn judge(&self, known: &KnownToken, now: UnixTime) -> Result<Rc<Identity>, TokenError> {
        known.times.judge(now, self.leeway)?;
        self.judge_facts(known.identity.facts())?;
        Ok(Rc::clone(&known.identity))
    }

    fn keys_in_force(&self, now: UnixTime) -> Result<Rc<KeySet>, TokenError> {
        match self.keys.current(now) {
            Keys::Ready(keys) => Ok(keys),
            Keys::Cold => Err(TokenError::KeysNeverLoaded),
            Keys::Stale => Err(TokenError::KeysStale),
        }
    }

    /// A key that is not known may be a new one.
    fn heal(&self, error: JoseError, now: UnixTime) {
        if error == JoseError::UnknownKey {
            self.keys.seek("", now);
        }
    }

    fn judge_facts(&self, facts: &IdentityFacts) -> Result<(), TokenError> {
        if facts.issuer != self.issuer {
            return Err(TokenError::IssuerUnknown);
        }
        if !facts.audience.iter().any(|audience| self.audiences.contains(audience)) {
            return Err(TokenError::AudienceWrong);
        }
        if !self.required_scopes.iter().all(|scope| facts.scopes.contains(scope)) {
            return Err(TokenError::ScopeInsufficient { required: self.required_scopes.join(" ") });
        }
        Ok(())
    }
}

/// The one place of this crate where facts become an identity: after signature, form, times, audience and
/// scopes.
#[expect(clippy::disallowed_methods, reason = "the token was verified and judged just before")]
const fn identity(facts: IdentityFacts) -> Identity {
    Identity::from_verified(facts)
}
