//! A document that is fetched, by one worker for all of a proxy where they may share it.
//!
//! Each worker keeps the newest schedule that it knows. Where sharing is on, it looks for a newer one in the
//! shared memory on every tick; the worker whose compare-and-swap notes the start of an attempt makes it, and
//! the others take the document over. Whatever others write there, hide, or write again, can do no more than
//! make the workers fetch each for itself, as they do without sharing:
//!
//! - what does not verify, or is older than what this worker knows, is passed over;
//! - what others have under way binds a worker for the length of an attempt, their failure for one back-off;
//! - their success binds a worker only while it has a document that is as fresh.

use std::cell::RefCell;
use std::rc::Rc;

use contract::{BackgroundEnv, Due, Duration, FetchError, Fetched, Reply, Store, UnixTime};

use crate::flight::Flight;
use crate::in_force::{Current, InForce, Loaded};
use crate::kind::{Answer, DocumentKind};
use crate::plan::Plan;
use crate::refresh::{Standing, passed};
use crate::schedule::Schedule;
use crate::shared::{Shared, Unread};

/// How long a document that could not be taken over from the shared memory is not looked at again: it may be
/// large, and somebody else may have written it.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// A document with its refresh. It asks for fetches and is told how they ended; it performs none.
#[derive(Debug)]
pub struct Remote<K: DocumentKind> {
    kind: K,
    plan: Plan,
    shared: Option<Shared>,
    state: RefCell<State<K::Document>>,
}

#[derive(Debug)]
struct State<D> {
    in_force: InForce<D>,
    /// The newest one that is known here.
    schedule: Schedule,
    flight: Flight,
    /// There is a reason not to wait for the interval.
    wanted: bool,
    /// When a document in the shared memory was looked at in vain.
    looked: Option<UnixTime>,
}

impl<K: DocumentKind> Remote<K> {
    /// A document of `kind` that is fetched by `plan`, and shared by `shared`; without that each worker
    /// fetches for itself. One that is there already is in force at once if it is fresh enough: a new
    /// configuration does not make a proxy forget its documents.
    pub fn new(kind: K, plan: Plan, shared: Option<Shared>, store: &dyn Store) -> Self {
        let schedule = shared.as_ref().map_or(Schedule::NEVER, |shared| shared.prepare(store));
        let found = shared.as_ref().and_then(|shared| shared.document_of(schedule, store).ok());
        let offered = found.and_then(|found| {
            let document = Rc::new(kind.reread(&found.bytes)?);
            Some(Loaded { document, at: found.at })
        });
        let state = State {
            in_force: InForce::new(plan.max_stale, offered),
            schedule,
            flight: Flight::default(),
            wanted: false,
            looked: None,
        };
        Self { kind, plan, shared, state: RefCell::new(state) }
    }

    /// How documents are read.
    pub const fn kind(&self) -> &K {
        &self.kind
    }

    /// The document in force at `now`.
    pub fn current(&self, now: UnixTime) -> Current<K::Document> {
        self.state.borrow_mut().in_force.current(now)
    }

    /// The last good document, however old it is.
    pub fn loaded(&self, now: UnixTime) -> Option<Loaded<K::Document>> {
        let in_force = &mut self.state.borrow_mut().in_force;
        in_force.settle(now);
        in_force.loaded().cloned()
    }

    /// How long ago the origin answered with the last good document; nothing when it never has.
    pub fn age(&self, now: UnixTime) -> Option<Duration> {
        self.loaded(now).map(|loaded| now.since(loaded.at))
    }

    /// What is due. A fetch is under way until [`Self::fetched`] is called, or until its timeout is well
    /// over. There is news when another worker has fetched the document, which is in force here from now on.
    pub fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        let state = &mut *self.state.borrow_mut();
        state.in_force.settle(env.now);
        let news = self.shared.as_ref().is_some_and(|shared| self.follow(shared, state, env));
        let next = state.flight.next();
        let fetch = next.or_else(|| self.starts(state, env).then(|| self.plan.first.clone()));
        Due { fetches: fetch.into_iter().collect(), news, ..Due::default() }
    }

    /// How the fetch ended. Returns whether a good document has come. What is not good changes nothing but the
    /// schedule: the last good one stays in force.
    ///
    /// # Errors
    /// Why what has come is not taken.
    pub fn fetched(&self, outcome: Fetched<'_>, env: &BackgroundEnv<'_>) -> Result<bool, &'static str> {
        let state = &mut *self.state.borrow_mut();
        match self.read(outcome, state, env.now) {
            Ok((Answer::Place(fetch), _)) => {
                state.flight.go_on(fetch);
                Ok(false)
            }
            Ok((Answer::Document(document), bytes)) => {
                state.replace(document, env.now);
                self.succeeded(bytes, state, env);
                Ok(true)
            }
            Err(reason) => {
                self.ended(state, env, |schedule| schedule.failed(env.now));
                Err(reason)
            }
        }
    }

    /// Somebody has a reason to fetch the document again before its time. Whether that helps: an attempt is
    /// under way, or starts at once. Reasons that come too soon after the last attempt are forgotten.
    pub fn hasten(&self, now: UnixTime) -> bool {
        let state = &mut *self.state.borrow_mut();
        match state.schedule.refresh.standing(self.plan.pace, true, now) {
            Standing::Due | Standing::UnderWay => {
                state.wanted = true;
                true
            }
            Standing::Fresh | Standing::BackingOff => false,
        }
    }

    fn read<'a>(
        &self,
        outcome: Fetched<'a>,
        state: &State<K::Document>,
        now: UnixTime,
    ) -> Result<(Answer<K::Document>, &'a [u8]), &'static str> {
        match outcome.map_err(FetchError::reason)? {
            Reply::Body { bytes, .. } => Ok((self.kind.read(bytes, state.flight.step(), now)?, bytes)),
            Reply::Unchanged => Err(FetchError::Status(304).reason()),
        }
    }

    /// Learn what other workers have done; whether that has brought a newer document.
    fn follow(&self, shared: &Shared, state: &mut State<K::Document>, env: &BackgroundEnv<'_>) -> bool {
        match shared.schedule(env.store) {
            Ok(schedule) if schedule.is_as_new_as(state.schedule) => state.schedule = schedule,
            Ok(_) => shared.count(Unread::Outdated, env.meter),
            Err(unread) => shared.count(unread, env.meter),
        }
        let document_at = state.schedule.document_at;
        let newer = document_at.is_some_and(|at| state.in_force.may_be_replaced_by(at, env.now));
        let looked = state.looked.is_some_and(|at| !passed(at, env.now, LOOK_PAUSE));
        if !newer || looked {
            return false;
        }
        let taken = self.take_over(shared, state, env);
        state.looked = taken.is_none().then_some(env.now);
        taken.is_some()
    }

    fn take_over(
        &self,
        shared: &Shared,
        state: &mut State<K::Document>,
        env: &BackgroundEnv<'_>,
    ) -> Option<()> {
        let found = shared.document_of(state.schedule, env.store);
        let found = found.inspect_err(|unread| shared.count(*unread, env.meter)).ok()?;
        if !state.in_force.may_be_replaced_by(found.at, env.now) {
            return None;
        }
        let document = self.kind.reread(&found.bytes)?;
        state.replace(document, found.at);
        Some(())
    }

    /// Whether this worker is to start an attempt; if so, the others know.
    fn starts(&self, state: &mut State<K::Document>, env: &BackgroundEnv<'_>) -> bool {
        let (now, pace) = (env.now, self.plan.pace);
        let known = state.schedule;
        let lacks_document = !state.in_force.is_within(pace.interval, now);
        let starts = |schedule: Schedule| match schedule.refresh.standing(pace, state.wanted, now) {
            Standing::Due => true,
            // A newer document than the one that we could not take over is worth a look first.
            Standing::Fresh => lacks_document && schedule.document_at == known.document_at,
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

    fn succeeded(&self, document: &[u8], state: &mut State<K::Document>, env: &BackgroundEnv<'_>) {
        if let Some(shared) = &self.shared
            && shared.write_document(env.store, env.now, document).is_err()
        {
            shared.count(Unread::Unavailable, env.meter);
        }
        let mut jitter = [0; 2];
        let drawn = env.entropy.fill(&mut jitter).map_or(0, |()| u16::from_be_bytes(jitter));
        self.ended(state, env, |schedule| schedule.succeeded(env.now, drawn));
    }

    fn ended(
        &self,
        state: &mut State<K::Document>,
        env: &BackgroundEnv<'_>,
        how: impl Fn(Schedule) -> Schedule,
    ) {
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
            shared.count(Unread::Unavailable, env.meter);
            event(known)
        })
    }
}

impl<D: PartialEq> State<D> {
    fn replace(&mut self, document: D, at: UnixTime) {
        self.wanted = false;
        self.in_force.replace(document, at);
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]
mod tests;
