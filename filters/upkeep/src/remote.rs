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
//!
//! Which document the workers share is told by its mark in the schedule, beside the time at which the origin
//! last confirmed it. So what has not changed gets younger for every worker that has it, although nobody
//! writes it or reads it again, and whoever lacks it still finds it.

mod state;

use std::cell::RefCell;
use std::rc::Rc;

use contract::{
    BackgroundEnv, Due, Duration, EntityTag, Fetch, FetchError, Fetched, Reply, Store, UnixTime,
};

use crate::in_force::{Current, Held, InForce, Loaded};
use crate::kind::{Answer, DocumentKind};
use crate::plan::Plan;
use crate::refresh::Standing;
use crate::schedule::{Schedule, Stamp};
use crate::seal::Mark;
use crate::shared::{Shared, Unread};
use state::{Look, State};

/// The origin has confirmed a document that is no longer in force: another worker has brought a newer one
/// meanwhile, of which the origin has said nothing.
const ANOTHER_UNCHANGED: &str = "another_unchanged";

/// A document with its refresh. It asks for fetches and is told how they ended; it performs none.
#[derive(Debug)]
pub struct Remote<K: DocumentKind> {
    kind: K,
    plan: Plan,
    shared: Option<Shared>,
    state: RefCell<State<K::Document>>,
}

impl<K: DocumentKind> Remote<K> {
    /// A document of `kind` that is fetched by `plan`, and shared by `shared`; without that each worker
    /// fetches for itself. One that is there already is in force at once if it is fresh enough: a new
    /// configuration does not make a proxy forget its documents.
    pub fn new(kind: K, plan: Plan, shared: Option<Shared>, store: &dyn Store) -> Self {
        let schedule = shared.as_ref().map_or(Schedule::NEVER, |shared| shared.prepare(store));
        let there = shared.as_ref().zip(schedule.document);
        let offered = there.and_then(|(shared, stamp)| reread(&kind, shared, stamp, store).ok().flatten());
        let state = RefCell::new(State::new(InForce::new(plan.max_stale, offered), schedule));
        Self { kind, plan, shared, state }
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
        in_force.held().map(Held::loaded)
    }

    /// How long ago the origin answered with the last good document, or that it is the newest; nothing when it
    /// never has.
    pub fn age(&self, now: UnixTime) -> Option<Duration> {
        self.loaded(now).map(|loaded| now.since(loaded.confirmed))
    }

    /// What is due. A fetch is under way until [`Self::fetched`] is called, or until its timeout is well
    /// over. There is news when another worker has heard from the origin; what it has heard is in force here
    /// from now on.
    pub fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        let state = &mut *self.state.borrow_mut();
        state.in_force.settle(env.now);
        let news = self.shared.as_ref().is_some_and(|shared| self.follow(shared, state, env));
        let fetch = state.flight.next().or_else(|| self.start(state, env));
        Due { fetches: fetch.into_iter().collect(), news, ..Due::default() }
    }

    /// How the fetch ended. Returns whether the document is known to be the newest. What is not good changes
    /// nothing but the schedule: the last good one stays in force.
    ///
    /// # Errors
    /// Why what has come is not taken.
    pub fn fetched(&self, outcome: Fetched<'_>, env: &BackgroundEnv<'_>) -> Result<bool, &'static str> {
        let state = &mut *self.state.borrow_mut();
        let taken = outcome.map_err(FetchError::reason).and_then(|reply| self.take(reply, state, env));
        match taken {
            Ok(Some(stamp)) => {
                self.succeeded(stamp, state, env);
                Ok(true)
            }
            Ok(None) => Ok(false),
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

    /// Learn what other workers have done; whether they have heard from the origin.
    fn follow(&self, shared: &Shared, state: &mut State<K::Document>, env: &BackgroundEnv<'_>) -> bool {
        match shared.schedule(env.store) {
            Ok(schedule) if schedule.is_as_new_as(state.schedule) => state.schedule = schedule,
            Ok(_) => shared.count(Unread::Outdated, env.meter),
            Err(unread) => shared.count(unread, env.meter),
        }
        let news =
            state.schedule.document.filter(|stamp| state.in_force.may_be_replaced_by(*stamp, env.now));
        let Some(stamp) = news else { return false };
        let follows = state.in_force.confirm(stamp) || self.take_over(stamp, shared, state, env);
        state.wanted &= !follows;
        follows
    }

    fn take_over(
        &self,
        stamp: Stamp,
        shared: &Shared,
        state: &mut State<K::Document>,
        env: &BackgroundEnv<'_>,
    ) -> bool {
        if state.looked.is_some_and(|look| look.forbids(stamp, env.now)) {
            return false;
        }
        let found = reread(&self.kind, shared, stamp, env.store);
        let found = found.inspect_err(|unread| shared.count(*unread, env.meter)).ok().flatten();
        let Some(held) = found else {
            state.looked = Some(Look { mark: stamp.mark, at: env.now });
            return false;
        };
        state.in_force.replace(held);
        true
    }

    /// The fetch with which this worker is to start an attempt, if it is to; then the others know.
    fn start(&self, state: &mut State<K::Document>, env: &BackgroundEnv<'_>) -> Option<Fetch> {
        let (now, pace) = (env.now, self.plan.pace);
        let known = state.schedule;
        let lacks_document = !state.in_force.is_within(pace.interval, now);
        let starts = |schedule: Schedule| match schedule.refresh.standing(pace, state.wanted, now) {
            Standing::Due => true,
            // News that we have not looked at is worth a look first.
            Standing::Fresh => lacks_document && schedule.document == known.document,
            Standing::UnderWay | Standing::BackingOff => false,
        };
        if !state.flight.may_start(now, pace.lost_after) || !starts(known) {
            return None;
        }
        let start = |schedule: Schedule| starts(schedule).then(|| schedule.started(now));
        state.schedule = self.advance(known, env, start)?;
        let tag = state.tag().cloned();
        state.flight.start(now, tag.clone());
        Some(Fetch { if_none_match: tag, ..self.plan.first.clone() })
    }

    /// Take what the origin says; the stamp of the document that is the newest now, unless the attempt goes on.
    fn take(
        &self,
        reply: Reply<'_>,
        state: &mut State<K::Document>,
        env: &BackgroundEnv<'_>,
    ) -> Result<Option<Stamp>, &'static str> {
        match reply {
            Reply::Body { bytes, etag } => match self.kind.read(bytes, state.flight.step(), env.now)? {
                Answer::Place(fetch) => {
                    state.flight.go_on(fetch);
                    Ok(None)
                }
                Answer::Document(document) => {
                    let tag = etag.filter(|_| self.plan.is_direct).cloned();
                    Ok(Some(self.take_document(document, bytes, tag, state, env)))
                }
            },
            Reply::Unchanged => state.named().ok_or(ANOTHER_UNCHANGED).map(Some),
        }
    }

    /// Put in force what has come, and share it. If it is what the workers have, that is as if the origin had
    /// said so, and nobody reads it once more.
    fn take_document(
        &self,
        document: K::Document,
        bytes: &[u8],
        tag: Option<EntityTag>,
        state: &mut State<K::Document>,
        env: &BackgroundEnv<'_>,
    ) -> Stamp {
        let known = state.in_force.held().filter(|held| *held.document == document);
        if let Some(known) = known.filter(|known| known.tag == tag && state.is_shared(known)) {
            return known.stamp;
        }
        let came = known.map_or(env.now, |known| known.stamp.came);
        let stamp = Stamp { mark: self.share(tag.as_ref(), bytes, env), came, confirmed: env.now };
        state.in_force.replace(Held { document: Rc::new(document), tag, stamp });
        stamp
    }

    fn share(&self, tag: Option<&EntityTag>, document: &[u8], env: &BackgroundEnv<'_>) -> Mark {
        let Some(shared) = &self.shared else { return Mark::default() };
        let (mark, written) = shared.write_document(env.store, tag, document);
        if written.is_err() {
            shared.count(Unread::Unavailable, env.meter);
        }
        mark
    }

    /// The attempt is over, and the document of `stamp`, which is in force, is the newest one.
    fn succeeded(&self, stamp: Stamp, state: &mut State<K::Document>, env: &BackgroundEnv<'_>) {
        let stamp = Stamp { confirmed: env.now, ..stamp };
        state.in_force.confirm(stamp);
        state.wanted = false;
        let mut jitter = [0; 2];
        let drawn = env.entropy.fill(&mut jitter).map_or(0, |()| u16::from_be_bytes(jitter));
        self.ended(state, env, |schedule| schedule.succeeded(env.now, drawn, stamp));
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

/// The document of `stamp` as another worker has shared it; nothing if `kind` does not take it.
fn reread<K: DocumentKind>(
    kind: &K,
    shared: &Shared,
    stamp: Stamp,
    store: &dyn Store,
) -> Result<Option<Held<K::Document>>, Unread> {
    shared.document(stamp, store, |tag, bytes| {
        kind.reread(bytes).map(|document| Held { document: Rc::new(document), tag, stamp })
    })
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]
mod tests;
