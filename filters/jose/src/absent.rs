//! Key names that tokens have asked for in vain.

use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use contract::{Duration, UnixTime};
use upkeep::passed;

use crate::key_set::KeySet;

/// Names that are remembered. Clients choose them, so there must be a bound; one that is forgotten costs a
/// fetch at most, and fetches have a bound of their own.
const MAX_NAMES: usize = 64;

/// How long a name counts as absent: a key that is published later is found after this, or with the next
/// change of the set.
const ABSENT_FOR: Duration = Duration::from_secs(30);

/// The names, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct AbsentKeys {
    /// The set that they were looked for in.
    set: Weak<KeySet>,
    names: VecDeque<Sought>,
}

#[derive(Debug)]
struct Sought {
    key_id: String,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// A set that comes after this time may have it.
    Awaited { since: UnixTime },
    /// The set that came at this time did not have it.
    Absent { since: UnixTime },
}

impl AbsentKeys {
    /// Whether a set was fetched for the sake of `key_id` just now, and did not have it.
    pub(crate) fn contains(&self, key_id: &str, now: UnixTime) -> bool {
        self.names.iter().any(|sought| match sought.state {
            State::Absent { since } => sought.key_id == key_id && !passed(since, now, ABSENT_FOR),
            State::Awaited { .. } => false,
        })
    }

    /// A request waits for `key_id`.
    pub(crate) fn await_key(&mut self, key_id: &str, now: UnixTime) {
        let awaited =
            |sought: &Sought| sought.key_id == key_id && matches!(sought.state, State::Awaited { .. });
        if self.names.iter().any(awaited) {
            return;
        }
        self.names.retain(|sought| sought.key_id != key_id);
        if self.names.len() >= MAX_NAMES {
            self.names.pop_front();
        }
        self.names.push_back(Sought { key_id: key_id.to_owned(), state: State::Awaited { since: now } });
    }

    /// `set` is in force, which the issuer answered with at `at`, and `key_id` is not in it. In another set
    /// than before, every name may be.
    pub(crate) fn missed(&mut self, key_id: &str, set: &Rc<KeySet>, at: UnixTime) {
        let set = Rc::downgrade(set);
        if !self.set.ptr_eq(&set) {
            *self = Self { set, names: VecDeque::new() };
        }
        for sought in self.names.iter_mut().filter(|sought| sought.key_id == key_id) {
            match sought.state {
                State::Awaited { since } if since <= at => sought.state = State::Absent { since: at },
                State::Awaited { .. } | State::Absent { .. } => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeyUse;
    use crate::test_keys::Es256Issuer;
    use serde_json::json;

    fn at(seconds: u64) -> UnixTime {
        UnixTime::from_seconds(seconds)
    }

    fn set() -> Rc<KeySet> {
        let value = json!({"keys": [Es256Issuer::new("other").jwk()]});
        Rc::new(KeySet::from_value(&value, KeyUse::Signature).unwrap())
    }

    #[test]
    fn a_name_is_absent_once_a_set_came_that_it_was_awaited_in() {
        let (mut absent, set) = (AbsentKeys::default(), set());
        absent.missed("a", &set, at(0));
        assert!(!absent.contains("a", at(0)), "nobody waited");
        absent.await_key("a", at(5));
        absent.missed("a", &set, at(4));
        assert!(!absent.contains("a", at(5)), "the set is older than the wish");
        absent.missed("a", &set, at(6));
        absent.missed("a", &set, at(9));
        assert!(absent.contains("a", at(6)) && absent.contains("a", at(35)));
        assert!(!absent.contains("b", at(6)));
        assert!(!absent.contains("a", at(36)));
        absent.await_key("a", at(36));
        assert!(!absent.contains("a", at(36)));
    }

    #[test]
    fn forgets_when_the_set_changes_and_the_oldest_when_there_are_too_many() {
        let (mut absent, first) = (AbsentKeys::default(), set());
        absent.missed("0", &first, at(0));
        for name in 0..=MAX_NAMES {
            absent.await_key(&name.to_string(), at(0));
            absent.await_key(&name.to_string(), at(0));
            absent.missed(&name.to_string(), &first, at(1));
        }
        assert_eq!(absent.names.len(), MAX_NAMES);
        assert!(!absent.contains("0", at(1)) && absent.contains("1", at(1)));
        absent.missed("1", &set(), at(2));
        assert!(!absent.contains("1", at(2)) && !absent.contains("2", at(2)));
    }
}
