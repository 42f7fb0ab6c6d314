//! A key set that is fetched, by one worker for all of a proxy where they may share it.
//!
//! Each worker keeps the newest schedule that it knows. Where sharing is on, it looks for a newer one in the
//! shared memory on every tick; the worker whose compare-and-swap notes the start of an attempt makes it, and
//! the others take the set over. Whatever others write there, hide, or write again, can do no more than make
//! the workers fetch each for itself, as they do without sharing:
//!
//! - what does not verify, or is older than what this worker knows, is passed over;
//! - what others have under way binds a worker for the length of an attempt, their failure for one back-off;
//! - their success binds a worker only while it has a set that is as fresh.

use std::cell::RefCell;
use std::rc::Rc;

use contract::{BackgroundEnv, Due, Duration, Fetched, Store, UnixTime};

use crate::absent::AbsentKeys;
use crate::flight::Flight;
use crate::in_force::{InForce, Loaded};
use crate::key_set::KeySet;
use crate::key_source::{Keys, Sought};
use crate::plan::{Answer, Plan};
use crate::refresh::{Standing, passed};
use crate::schedule::Schedule;
use crate::shared::{Shared, Unread};

/// How long a set that could not be taken over from the shared memory is not looked at again: it may be
/// half a megabyte, and somebody else may have written it.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// The source.
#[derive(Debug)]
pub(crate) struct Remote {
    plan: Plan,
    shared: Option<Shared>,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    in_force: InForce,
    /// The newest one that is known here.
    schedule: Schedule,
    flight: Flight,
    /// A token has named a key that is not there.
    key_wanted: bool,
    absent: AbsentKeys,
    /// When a set in the shared memory was looked at in vain.
    looked: Option<UnixTime>,
}

impl Remote {
    /// A source that fetches by `plan`, and shares by `shared`. A set that is there already is in force at
    /// once if it is fresh enough: a new configuration does not make a proxy forget its keys.
    pub(crate) fn new(plan: Plan, shared: Option<Shared>, store: &dyn Store) -> Self {
        let schedule = shared.as_ref().map_or(Schedule::NEVER, |shared| shared.prepare(store));
        let set = shared.as_ref().and_then(|shared| shared.set_of(schedule, store).ok());
        let offered = set.and_then(|set| {
            let keys = KeySet::parse(&set.document, plan.key_use).ok()?;
            Some(Loaded { keys: Rc::new(keys), at: set.at })
        });
        let state = State {
            in_force: InForce::new(plan.max_stale, offered),
            schedule,
            flight: Flight::default(),
            key_wanted: false,
            absent: AbsentKeys::default(),
            looked: None,
        };
        Self { plan, shared, state: RefCell::new(state) }
    }

    pub(crate) fn current(&self, now: UnixTime) -> Keys {
        self.state.borrow_mut().in_force.keys(now)
    }

    pub(crate) fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        let state = &mut *self.state.borrow_mut();
        state.in_force.settle(env.now);
        let news = self.shared.as_ref().is_some_and(|shared| self.follow(shared, state, env));
        let next = state.flight.next();
        let fetch = next.or_else(|| self.starts(state, env).then(|| self.plan.first.clone()));
        Due { fetches: fetch.into_iter().collect(), news, ..Due::default() }
    }

    pub(crate) fn fetched(
        &self,
        outcome: Fetched<'_>,
        env: &BackgroundEnv<'_>,
    ) -> Result<bool, &'static str> {
        let state = &mut *self.state.borrow_mut();
        match self.plan.read(outcome, state.flight.is_second_step()) {
            Ok(Answer::Place(fetch)) => {
                state.flight.go_on(fetch);
                Ok(false)
            }
            Ok(Answer::Keys(keys, document)) => {
                state.replace(keys, env.now);
                self.succeeded(document, state, env);
                Ok(true)
            }
            Err(reason) => {
                self.ended(state, env, |schedule| schedule.failed(env.now));
                Err(reason)
            }
        }
    }

    /// It helps to wait exactly if an attempt is under way or about to start. A key for whose sake the set
    /// was fetched a moment ago is not worth another attempt.
    pub(crate) fn seek(&self, key_id: &str, now: UnixTime) -> Sought {
        let state = &mut *self.state.borrow_mut();
        state.in_force.settle(now);
        if let Some(at) = state.in_force.at() {
            state.absent.missed(key_id, at);
        }
        if state.absent.contains(key_id, now) {
            return Sought::Absent;
        }
        match state.schedule.refresh.standing(self.plan.pace, true, now) {
            Standing::Due | Standing::UnderWay => {
                state.key_wanted = true;
                state.absent.await_key(key_id, now);
                Sought::Coming
            }
            Standing::Fresh | Standing::BackingOff => Sought::Absent,
        }
    }

    /// Learn what other workers have done; whether that has brought a newer set.
    fn follow(&self, shared: &Shared, state: &mut State, env: &BackgroundEnv<'_>) -> bool {
        match shared.schedule(env.store) {
            Ok(schedule) if schedule.is_as_new_as(state.schedule) => state.schedule = schedule,
            Ok(_) => Unread::Outdated.count(env.meter),
            Err(unread) => unread.count(env.meter),
        }
        let newer = state.schedule.set_at.is_some_and(|at| state.in_force.may_be_replaced_by(at, env.now));
        let looked = state.looked.is_some_and(|at| !passed(at, env.now, LOOK_PAUSE));
        if !newer || looked {
            return false;
        }
        let taken = self.take_over(shared, state, env);
        state.looked = taken.is_none().then_some(env.now);
        taken.is_some()
    }

    fn take_over(&self, shared: &Shared, state: &mut State, env: &BackgroundEnv<'_>) -> Option<()> {
        let set =
            shared.set_of(state.schedule, env.store).inspect_err(|unread| unread.count(env.meter)).ok()?;
        if !state.in_force.may_be_replaced_by(set.at, env.now) {
            return None;
        }
        let keys = KeySet::parse(&set.document, self.plan.key_use).ok()?;
        state.replace(keys, set.at);
        Some(())
    }

    /// Whether this worker is to start an attempt; if so, the others know.
    fn starts(&self, state: &mut State, env: &BackgroundEnv<'_>) -> bool {
        let (now, pace) = (env.now, self.plan.pace);
        let known = state.schedule;
        let lacks_set = !state.in_force.is_within(pace.interval, now);
        let starts = |schedule: Schedule| match schedule.refresh.standing(pace, state.key_wanted, now) {
            Standing::Due => true,
            // A newer set than the one that we could not take over is worth a look first.
            Standing::Fresh => lacks_set && schedule.set_at == known.set_at,
            Standing::UnderWay | Standing::BackingOff => false,
        };
        if !state.flight.may_start(now, pace.lost_after) || !starts(known) {
            return false;
        }
        let start = |schedule: Schedule| starts(schedule).then(|| schedule.started(now));
        let Some(started) = self.advance(known, env, start) else { return false };
        state.schedule = started;
        state.flight.start(now);
        true
    }

    fn succeeded(&self, document: &[u8], state: &mut State, env: &BackgroundEnv<'_>) {
        if let Some(shared) = &self.shared
            && shared.write_set(env.store, env.now, document).is_err()
        {
            Unread::Unavailable.count(env.meter);
        }
        let mut jitter = [0; 2];
        let drawn = env.entropy.fill(&mut jitter).map_or(0, |()| u16::from_be_bytes(jitter));
        self.ended(state, env, |schedule| schedule.succeeded(env.now, drawn));
    }

    fn ended(&self, state: &mut State, env: &BackgroundEnv<'_>, how: impl Fn(Schedule) -> Schedule) {
        state.flight.end();
        if let Some(next) = self.advance(state.schedule, env, |schedule| Some(how(schedule))) {
            state.schedule = next;
        }
    }

    /// The schedule after `event`, for all workers if they can be told.
    fn advance(
        &self,
        known: Schedule,
        env: &BackgroundEnv<'_>,
        event: impl Fn(Schedule) -> Option<Schedule>,
    ) -> Option<Schedule> {
        let Some(shared) = &self.shared else { return event(known) };
        shared.advance(env.store, known, &event).unwrap_or_else(|_| {
            Unread::Unavailable.count(env.meter);
            event(known)
        })
    }
}

impl State {
    fn replace(&mut self, keys: KeySet, at: UnixTime) {
        self.key_wanted = false;
        if self.in_force.replace(keys, at) {
            self.absent.clear();
        }
    }
}
