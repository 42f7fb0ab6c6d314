//! A key set that is fetched, and the keys that tokens have looked for in it.

use std::cell::RefCell;

use contract::{BackgroundEnv, Due, Fetched, Store, UnixTime};
use upkeep::{Plan, Remote, Shared};

use crate::absent::AbsentKeys;
use crate::key_sets::KeySets;
use crate::key_source::{Keys, Sought};

/// The source.
#[derive(Debug)]
pub(crate) struct RemoteKeys {
    sets: Remote<KeySets>,
    absent: RefCell<AbsentKeys>,
}

impl RemoteKeys {
    pub(crate) fn new(kind: KeySets, plan: Plan, shared: Option<Shared>, store: &dyn Store) -> Self {
        Self { sets: Remote::new(kind, plan, shared, store), absent: RefCell::default() }
    }

    pub(crate) fn current(&self, now: UnixTime) -> Keys {
        self.sets.current(now)
    }

    pub(crate) fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        self.sets.due(env)
    }

    pub(crate) fn fetched(
        &self,
        outcome: Fetched<'_>,
        env: &BackgroundEnv<'_>,
    ) -> Result<bool, &'static str> {
        self.sets.fetched(outcome, env)
    }

    /// It helps to wait exactly if an attempt is under way or about to start. A key for whose sake the set
    /// was fetched a moment ago is not worth another attempt.
    pub(crate) fn seek(&self, key_id: &str, now: UnixTime) -> Sought {
        let absent = &mut *self.absent.borrow_mut();
        if let Some(set) = self.sets.loaded(now) {
            absent.missed(key_id, &set.document, set.confirmed);
        }
        if absent.contains(key_id, now) || !self.sets.hasten(now) {
            return Sought::Absent;
        }
        absent.await_key(key_id, now);
        Sought::Coming
    }
}
