//! Token bytes to internal tokens: the signature is checked once per token and key set.

use std::cell::RefCell;
use std::rc::Rc;

use contract::{Background, BackgroundEnv, Due, Env, FetchId, Fetched, UnixTime};
use jose::Verifier as SignatureVerifier;
use jose::{Abilities, Algorithm, Compact, JoseError, KeySet, KeySource, Keys, Sought};

use crate::cache::{Bounds, Cache};
use crate::token::{Expected, InternalToken, TokenError};

/// What the edge signs with, and what a Transaction Token Service may sign with. RSA has no place in a
/// token that every hop verifies.
pub(crate) const ALGORITHMS: [Algorithm; 2] = [Algorithm::Es256, Algorithm::EdDsa];

/// Tokens that are remembered. The edge reuses a token for half of its lifetime, so this is the number of
/// users that call one service in half a minute. Minted tokens have less than one KiB, which the bytes are
/// counted by; the identities beside them take about three times as much.
const KNOWN_PER_GENERATION: Bounds = Bounds { entries: 256, bytes: 256 * 1024 };

/// Verifies internal tokens.
#[derive(Debug)]
pub(crate) struct Verifier {
    pub(crate) expected: Expected,
    keys: KeySource,
    abilities: Abilities,
    known: RefCell<Known>,
}

/// Tokens that were signed by a key of `keys`. A hit proves that and what never changes in a token; times
/// are judged on every request.
#[derive(Debug)]
struct Known {
    keys: Option<Rc<KeySet>>,
    tokens: Cache<Vec<u8>, Rc<InternalToken>>,
}

impl Verifier {
    /// Take tokens as `expected`, signed by `keys`, which a proxy of `abilities` helps to verify.
    pub(crate) fn new(expected: Expected, keys: KeySource, abilities: Abilities) -> Self {
        let known = Known { keys: None, tokens: Cache::new(KNOWN_PER_GENERATION) };
        Self { expected, keys, abilities, known: RefCell::new(known) }
    }

    /// Whether no keys were ever loaded.
    pub(crate) fn awaits_keys(&self, now: UnixTime) -> bool {
        matches!(self.keys.current(now), Keys::Cold)
    }

    /// The token that `bytes` are, in force now.
    pub(crate) fn verify(&self, bytes: &[u8], env: &Env<'_>) -> Result<Rc<InternalToken>, TokenError> {
        let keys = match self.keys.current(env.now) {
            Keys::Ready(keys) => keys,
            Keys::Cold => return Err(TokenError::KeysCold),
            Keys::Stale => return Err(TokenError::KeysStale),
        };
        let by = self.abilities.verifier(env.crypto, env.meter);
        let token = self.known.borrow_mut().token(bytes, keys, &self.expected, &by);
        token.map_err(|error| self.heal(error, bytes, env.now))?.in_force(env.now, self.expected.leeway)
    }

    /// A key that is not known may be a new one.
    fn heal(&self, error: TokenError, bytes: &[u8], now: UnixTime) -> TokenError {
        if error != TokenError::Jose(JoseError::UnknownKey) {
            return error;
        }
        let compact = Compact::parse(bytes).ok();
        let key_id = compact.as_ref().and_then(Compact::key_id).unwrap_or_default();
        match self.keys.seek(key_id, now) {
            Sought::Coming => TokenError::KeyComing,
            Sought::Absent => error,
        }
    }
}

impl Background for Verifier {
    fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        self.keys.due(env)
    }

    fn fetched(
        &self,
        _: FetchId,
        outcome: Fetched<'_>,
        env: &BackgroundEnv<'_>,
    ) -> Result<bool, &'static str> {
        self.keys.fetched(outcome, env)
    }
}

impl Known {
    fn token(
        &mut self,
        bytes: &[u8],
        keys: Rc<KeySet>,
        expected: &Expected,
        by: &dyn SignatureVerifier,
    ) -> Result<Rc<InternalToken>, TokenError> {
        if !self.keys.as_ref().is_some_and(|known| Rc::ptr_eq(known, &keys)) {
            // A key that is gone must not live on in what it has signed.
            *self = Self { keys: Some(Rc::clone(&keys)), tokens: Cache::new(KNOWN_PER_GENERATION) };
        }
        if let Some(token) = self.tokens.get(bytes) {
            return Ok(token);
        }
        let verified = keys.verify(&Compact::parse(bytes)?, &ALGORITHMS, by)?;
        let token = Rc::new(InternalToken::read(&verified, expected)?);
        self.tokens.insert(bytes.to_vec(), Rc::clone(&token), bytes.len());
        Ok(token)
    }
}
