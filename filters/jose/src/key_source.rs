//! Where the keys of an issuer come from, and which are in force.

use std::cell::RefCell;
use std::rc::Rc;

use contract::{
    BackgroundEnv, Due, Duration, Fetch, FetchError, FetchId, Fetched, Secrets, Store, UnixTime,
};

use crate::Algorithm;
use crate::key_set::{KeySet, KeySetError, MAX_KEY_SET_BYTES};
use crate::key_use::KeyUse;
use crate::raw_keys::{KeysConfigError, RawKeys, RawRemote};
use crate::refresh::Refresh;

/// The keys of one issuer: fixed, or fetched in the background. It asks for fetches and is told how they
/// ended; it performs none.
#[derive(Debug)]
pub struct KeySource(Source);

/// What a source of keys is made with.
#[derive(Clone, Copy)]
pub struct KeysFor<'a> {
    /// What its fetches are called.
    pub id: FetchId,
    /// Which keys of a set are taken.
    pub key_use: KeyUse,
    /// The issuer whose keys these are, which its metadata must name (OpenID Connect Discovery §4.3).
    pub issuer: Option<&'a str>,
    /// The algorithms that the keys may be used with.
    pub algorithms: &'a [Algorithm],
    /// Secrets of the environment.
    pub secrets: &'a dyn Secrets,
    /// The memory that the workers share.
    pub store: &'a dyn Store,
}

/// Whether it helps to wait for a key that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// The set is being fetched again, or will be at once.
    Coming,
    /// The set was fetched just now, or cannot be fetched: the key is not there.
    Absent,
}

/// Which keys are in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// These. A set that was fetched again without a change stays the same `Rc`.
    Ready(Rc<KeySet>),
    /// None was ever loaded.
    Cold,
    /// The last good set is older than the operator allows.
    Stale,
}

#[derive(Debug)]
enum Source {
    Inline(Rc<KeySet>),
    Remote(Box<Remote>),
}

#[derive(Debug)]
struct Remote {
    fetch: Fetch,
    key_use: KeyUse,
    max_stale: Duration,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    loaded: Option<Loaded>,
    refresh: Refresh,
}

#[derive(Debug)]
struct Loaded {
    keys: Rc<KeySet>,
    at: UnixTime,
}

impl KeySource {
    /// The source that a configuration describes.
    ///
    /// # Errors
    /// With the field that is wrong.
    pub fn new(raw: RawKeys, with: &KeysFor<'_>) -> Result<Self, KeysConfigError> {
        match raw {
            RawKeys::Inline(value) => {
                let keys = KeySet::from_value(&value, with.key_use).map_err(KeysConfigError::Inline)?;
                Ok(Self(Source::Inline(Rc::new(keys))))
            }
            RawKeys::Remote(raw) => Ok(Self(Source::Remote(Box::new(Remote::new(raw, with)?)))),
        }
    }

    /// The keys in force at `now`.
    pub fn current(&self, now: UnixTime) -> Keys {
        match &self.0 {
            Source::Inline(keys) => Keys::Ready(Rc::clone(keys)),
            Source::Remote(remote) => remote.current(now),
        }
    }

    /// What is due. A fetch is under way until [`Self::fetched`] is called, or until its timeout is well
    /// over.
    pub fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        match &self.0 {
            Source::Inline(_) => Due::default(),
            Source::Remote(remote) => remote.due(env),
        }
    }

    /// How the fetch ended. Returns whether a good set has come. What is not a good set changes nothing but
    /// the schedule: the last good one stays in force.
    ///
    /// # Errors
    /// Why what has come is no good set.
    pub fn fetched(&self, outcome: Fetched<'_>, env: &BackgroundEnv<'_>) -> Result<bool, &'static str> {
        match &self.0 {
            Source::Inline(_) => Ok(false),
            Source::Remote(remote) => remote.state.borrow_mut().take(outcome, remote.key_use, env.now),
        }
    }

    /// A token named the key `key_id`, which is not there: fetch again soon, but never so often that clients
    /// could use us against the issuer.
    pub fn seek(&self, _key_id: &str, _now: UnixTime) -> Sought {
        match &self.0 {
            Source::Inline(_) => {}
            Source::Remote(remote) => remote.state.borrow_mut().refresh.want(),
        }
        Sought::Absent
    }
}

impl Remote {
    fn new(raw: RawRemote, with: &KeysFor<'_>) -> Result<Self, KeysConfigError> {
        raw.check()?;
        let RawRemote { cluster, authority, path, timeout_ms, refresh_seconds, max_stale_seconds } = raw;
        let timeout = Duration::from_millis(timeout_ms);
        let refresh = Refresh::new(Duration::from_secs(refresh_seconds), timeout);
        Ok(Self {
            fetch: Fetch { id: with.id, cluster, authority, path, timeout, max_bytes: MAX_KEY_SET_BYTES },
            key_use: with.key_use,
            max_stale: Duration::from_secs(max_stale_seconds),
            state: RefCell::new(State { loaded: None, refresh }),
        })
    }

    fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        let starts = self.state.borrow_mut().refresh.start(env.now);
        Due { fetches: starts.then(|| self.fetch.clone()).into_iter().collect(), news: false }
    }

    fn current(&self, now: UnixTime) -> Keys {
        match &self.state.borrow().loaded {
            None => Keys::Cold,
            Some(loaded) if now.since(loaded.at) > self.max_stale => Keys::Stale,
            Some(loaded) => Keys::Ready(Rc::clone(&loaded.keys)),
        }
    }
}

impl State {
    fn take(&mut self, outcome: Fetched<'_>, key_use: KeyUse, now: UnixTime) -> Result<bool, &'static str> {
        let parsed = outcome
            .map_err(FetchError::reason)
            .and_then(|body| KeySet::parse(body, key_use).map_err(KeySetError::reason));
        let keys = parsed.inspect_err(|_| self.refresh.failed(now))?;
        self.refresh.succeeded(now);
        let known = self.loaded.take().map(|loaded| loaded.keys).filter(|known| **known == keys);
        self.loaded = Some(Loaded { keys: known.unwrap_or_else(|| Rc::new(keys)), at: now });
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_keys::Es256Issuer;
    use contract::{Entropy, EntropyError, FetchError, MemoryStore, NoMeter};
    use serde_json::{Value, json};

    const MAX_STALE: u64 = 1_000;

    fn at(seconds: u64) -> UnixTime {
        UnixTime::from_seconds(1_000_000).plus(Duration::from_secs(seconds))
    }

    /// A source with its surroundings.
    struct Bench {
        source: KeySource,
        store: MemoryStore,
    }

    struct NoSecrets;

    impl Secrets for NoSecrets {
        fn secret(&self, _name: &str) -> Option<String> {
            None
        }
    }

    impl Entropy for NoSecrets {
        fn fill(&self, _buffer: &mut [u8]) -> Result<(), EntropyError> {
            Err(EntropyError)
        }
    }

    impl Bench {
        fn new(raw: RawKeys) -> Self {
            let store = MemoryStore::default();
            let with = KeysFor {
                id: FetchId(7),
                key_use: KeyUse::Signature,
                issuer: None,
                algorithms: &[Algorithm::Es256],
                secrets: &NoSecrets,
                store: &store,
            };
            Self { source: KeySource::new(raw, &with).unwrap(), store }
        }

        fn env(&self, now: UnixTime) -> BackgroundEnv<'_> {
            BackgroundEnv { now, entropy: &NoSecrets, store: &self.store, meter: &NoMeter }
        }

        fn due(&self, now: UnixTime) -> Option<Fetch> {
            self.source.due(&self.env(now)).fetches.pop()
        }

        fn fetched(&self, outcome: Fetched<'_>, now: UnixTime) -> bool {
            self.source.fetched(outcome, &self.env(now)) == Ok(true)
        }

        fn current(&self, now: UnixTime) -> Keys {
            self.source.current(now)
        }
    }

    fn source() -> Bench {
        let remote = json!({"remote": {
            "cluster": "issuer", "authority": "issuer.test", "path": "/jwks", "max_stale_seconds": MAX_STALE,
        }});
        Bench::new(serde_json::from_value(remote).unwrap())
    }

    fn body(jwk: &Value) -> Vec<u8> {
        json!({"keys": [jwk]}).to_string().into_bytes()
    }

    fn ready(source: &Bench, now: UnixTime) -> Rc<KeySet> {
        let Keys::Ready(keys) = source.current(now) else { panic!("not ready") };
        keys
    }

    #[test]
    fn is_cold_until_the_first_good_set_has_come() {
        let source = source();
        assert_eq!(source.current(at(0)), Keys::Cold);
        let fetch = source.due(at(0)).unwrap();
        assert_eq!(
            (fetch.id, fetch.cluster.as_str(), fetch.path.as_str()),
            (FetchId(7), "issuer", "/jwks")
        );
        assert_eq!((fetch.timeout, fetch.max_bytes), (Duration::from_secs(2), MAX_KEY_SET_BYTES));
        assert!(source.due(at(1)).is_none(), "one is under way");
        assert!(source.fetched(Ok(&body(&Es256Issuer::new("a").jwk())), at(1)));
        assert_eq!(ready(&source, at(1)).len(), 1);
    }

    #[test]
    fn a_bad_outcome_never_replaces_a_good_set() {
        let source = source();
        assert!(source.due(at(0)).is_some());
        assert!(source.fetched(Ok(&body(&Es256Issuer::new("a").jwk())), at(0)));
        let good = ready(&source, at(0));
        let mut now = 300;
        for outcome in [
            Ok(b"<html>".as_slice()),
            Ok(b"{}"),
            Ok(br#"{"keys":[]}"#),
            Ok(br#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#),
            Err(FetchError::NotStarted),
            Err(FetchError::NoAnswer),
            Err(FetchError::Status(500)),
            Err(FetchError::TooLarge),
        ] {
            assert!(source.due(at(now)).is_some(), "{outcome:?}");
            assert!(!source.fetched(outcome, at(now)));
            assert!(Rc::ptr_eq(&ready(&source, at(now)), &good));
            now += 60;
        }
    }

    #[test]
    fn an_unchanged_set_stays_the_same_and_a_changed_one_replaces_it() {
        let source = source();
        let (old, new) = (body(&Es256Issuer::new("a").jwk()), body(&Es256Issuer::new("a").jwk()));
        source.fetched(Ok(&old), at(0));
        let first = ready(&source, at(0));
        source.fetched(Ok(&old), at(300));
        assert!(Rc::ptr_eq(&ready(&source, at(300)), &first));
        source.fetched(Ok(&new), at(600));
        assert!(!Rc::ptr_eq(&ready(&source, at(600)), &first));
    }

    #[test]
    fn is_stale_when_the_last_good_set_is_too_old_and_recovers() {
        let source = source();
        let document = body(&Es256Issuer::new("a").jwk());
        source.fetched(Ok(&document), at(0));
        source.fetched(Err(FetchError::NoAnswer), at(500));
        assert!(matches!(source.current(at(MAX_STALE)), Keys::Ready(_)));
        assert_eq!(source.current(at(MAX_STALE + 1)), Keys::Stale);
        source.fetched(Ok(&document), at(2_000));
        assert!(matches!(source.current(at(2_000)), Keys::Ready(_)));
    }

    #[test]
    fn an_inline_set_is_ready_for_ever_and_fetches_nothing() {
        let raw = RawKeys::Inline(json!({"keys": [Es256Issuer::new("a").jwk()]}));
        let source = Bench::new(raw);
        source.source.seek("new", at(0));
        assert_eq!(source.due(at(0)), None);
        assert!(!source.fetched(Ok(b"{}"), at(0)));
        assert!(matches!(source.current(UnixTime::MAX), Keys::Ready(_)));
    }

    #[test]
    fn a_token_with_an_unknown_key_brings_the_fetch_forward() {
        let source = source();
        assert!(source.due(at(0)).is_some());
        source.fetched(Ok(&body(&Es256Issuer::new("a").jwk())), at(0));
        source.source.seek("new", at(0));
        assert!(source.due(at(9)).is_none());
        assert!(source.due(at(10)).is_some());
    }
}
