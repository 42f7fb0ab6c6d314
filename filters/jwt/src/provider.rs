//! One trusted issuer: whose tokens, by which rules, under which keys.

use std::cell::RefCell;
use std::rc::Rc;

use contract::{Env, Identity, UnixTime};
use jose::{Algorithm, JoseError, KeySet, KeySource, Keys, Unverified, Verified, Verifier};

use crate::TokenError;
use crate::cache::{Cache, KnownToken};
use crate::claims;
use crate::profile::Profile;
use crate::rules::Rules;
use crate::stop::Stop;

/// A compiled provider. It has no `Debug`, for its cache holds tokens.
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) profile: Profile,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) keys: KeySource,
    pub(crate) rules: Rules,
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

    /// Check signature and form of a token that is not known, and remember what was found.
    ///
    /// # Errors
    /// When either is wrong, or there are no keys.
    pub(crate) fn verify(
        &self,
        token: &[u8],
        read: Unverified<'_>,
        by: &dyn Verifier,
        env: &Env<'_>,
    ) -> Result<Rc<KnownToken>, Stop> {
        if self.profile.requires_key_id() && read.key_id().is_none() {
            return Err(TokenError::KeyIdMissing.into());
        }
        // Before keys are asked for: no wait for them would change the answer.
        if !self.algorithms.contains(&read.algorithm()) {
            return Err(JoseError::AlgorithmNotAllowed.into());
        }
        let keys = self.keys_in_force(env.now)?;
        let verified = self.verify_signature(&keys, token, read, by, env)?;
        let known = Rc::new(claims::read(self.profile, &self.name, verified)?);
        self.cache.borrow_mut().remember(&keys, token, Rc::clone(&known));
        Ok(known)
    }

    /// Judge what time, configuration and connection decide about a known token, on every request.
    ///
    /// # Errors
    /// When it is not good now, not here, or not of this caller.
    pub(crate) fn judge(&self, known: &KnownToken, env: &Env<'_>) -> Result<Rc<Identity>, TokenError> {
        self.rules.judge(known, env)?;
        Ok(Rc::clone(&known.identity))
    }

    fn keys_in_force(&self, now: UnixTime) -> Result<Rc<KeySet>, Stop> {
        match self.keys.current(now) {
            Keys::Ready(keys) => Ok(keys),
            Keys::Cold => Err(Stop::ColdKeys),
            Keys::Stale => Err(TokenError::KeysStale.into()),
        }
    }

    fn verify_signature(
        &self,
        keys: &Rc<KeySet>,
        token: &[u8],
        read: Unverified<'_>,
        by: &dyn Verifier,
        env: &Env<'_>,
    ) -> Result<Verified, Stop> {
        if self.cache.borrow_mut().has_refused(keys, token) {
            env.meter.count("jwt.cache.negative_hit");
            return Err(JoseError::SignatureInvalid.into());
        }
        env.meter.count("jwt.cache.miss");
        let key_id = read.key_id().map(str::to_owned);
        read.verify(keys, &self.algorithms, by).map_err(|error| {
            // A token that names no key asks for none: nothing is fetched for it.
            if let (JoseError::UnknownKey, Some(key_id)) = (error, &key_id) {
                return Stop::at_unknown_key(self.keys.seek(key_id, env.now));
            }
            if error == JoseError::SignatureInvalid {
                self.cache.borrow_mut().refuse(keys, token);
            }
            error.into()
        })
    }
}
