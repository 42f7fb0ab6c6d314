//! One limit that an engine decides: a request counted there, or paid for with what was leased from there.

use std::num::NonZeroU32;
use std::rc::Rc;

use contract::{
    Aside, BackgroundEnv, Call, Called, Compile, Duration, Env, Meter, Request, Store, UnixTime,
};

use super::lease::{Heard, Lease, Leases, Lesson, Take, Taken};
use super::message::Entry;
use super::ruling::Ruling;
use super::{EngineError, Global, Service};
use crate::config::Limit;
use crate::counter::{Counted, FromEngine};
use crate::events;
use crate::fingerprint::{Fingerprint, Fingerprinter, KeyHasher};
use crate::headers::Promise;
use crate::key::Missing;
use crate::quota::Quota;
use crate::reason::Reason;
use crate::slots::OpenError;

/// When to come back after a refusal of an engine that does not say.
const UNKNOWN_RESET: Duration = Duration::from_secs(1);

/// A limit that can ask.
pub(crate) struct GlobalCounter {
    pub(crate) limit: Rc<Limit>,
    service: Rc<Service>,
    hasher: KeyHasher,
    leases: Option<Leases>,
}

/// What counting a request comes to.
pub(crate) enum Counting {
    /// It is counted, or not.
    Done(Counted),
    /// The engine must be asked.
    Asked(Call, Question),
}

/// A question that is under way.
pub(crate) struct Question {
    /// Whose lease learns from the answer.
    key: Option<Fingerprint>,
    /// What a second question would be about, if one may follow.
    entries: Vec<Entry>,
    /// What the request costs that waits for the answer; 0 when none does.
    cost: u32,
    /// What is to be leased beyond that.
    extra: u32,
    /// Whether others wait with theirs for what this one learns.
    leads: bool,
    asked_at: UnixTime,
}

/// Where an answer is heard, with a request or without.
#[derive(Clone, Copy)]
struct World<'a> {
    now: UnixTime,
    store: &'a dyn Store,
    meter: &'a dyn Meter,
}

impl GlobalCounter {
    /// A counter for `limit`, which is decided as `global` says.
    pub(crate) fn open(
        limit: &Rc<Limit>,
        global: &Global,
        fingerprinter: &Fingerprinter,
        with: &Compile<'_>,
    ) -> Result<Self, OpenError> {
        let leases = global.terms.map(|terms| Leases::open(limit.namespace(), terms, with.store));
        Ok(Self {
            limit: Rc::clone(limit),
            service: Rc::clone(&global.service),
            hasher: KeyHasher::new(fingerprinter),
            leases: leases.transpose()?,
        })
    }

    /// Count `request` at this cost.
    pub(crate) fn count(
        self: &Rc<Self>,
        cost: NonZeroU32,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Counting {
        let counted = match &self.leases {
            None => self.ask_for(None, cost.get(), request, env),
            Some(leases) => self.take(leases, cost.get(), request, env),
        };
        counted.unwrap_or_else(|reason| Counting::Done(Counted::not(reason, 0)))
    }

    /// What the engine's answer to `question` comes to.
    pub(crate) fn hear(&self, question: Question, called: Called<'_>, env: &Env<'_>) -> Counting {
        let world = World { now: env.now, store: env.store, meter: env.meter };
        match self.learn(&question, called, world) {
            Err(error) => Counting::Done(Counted::not(Reason::EngineDown(error), 0)),
            Ok(ruling) if ruling.is_over && question.extra > 0 => {
                let Question { key, entries, cost, leads, .. } = question;
                self.ask(
                    entries,
                    Question { key, entries: Vec::new(), cost, extra: 0, leads, asked_at: env.now },
                )
            }
            Ok(ruling) if ruling.is_over => Counting::Done(self.over(&ruling)),
            Ok(ruling) => {
                let told = self.told(&ruling, u64::from(question.extra));
                Counting::Done(Counted { from_engine: Some(Box::new(told)), ..Counted::admitted() })
            }
        }
    }

    /// Learn from the answer to a question of a request that is gone.
    pub(crate) fn overhear(&self, question: &Question, called: Called<'_>, env: &BackgroundEnv<'_>) {
        let world = World { now: env.now, store: env.store, meter: env.meter };
        drop(self.learn(question, called, world));
    }

    /// What the engine has decided; the lease of the key learns from it.
    fn learn(
        &self,
        question: &Question,
        called: Called<'_>,
        world: World<'_>,
    ) -> Result<Ruling, EngineError> {
        let Question { key, cost, extra, leads, asked_at, .. } = *question;
        let World { now, store, meter } = world;
        let ruling = self.service.hear(&self.limit.name, called, asked_at, now, meter);
        let lesson = match &ruling {
            Err(_) => Lesson::Nothing,
            Ok(ruling) if !ruling.is_over => Lesson::Granted { extra },
            Ok(_) if extra > 0 => Lesson::TooMuch,
            Ok(_) => Lesson::Refused { cost },
        };
        // For a request, a question for it alone follows, and others wait for what that learns.
        let is_followed = lesson == Lesson::TooMuch && cost > 0;
        if let Some((key, leases)) = key.zip(self.leases.as_ref()) {
            let state = ruling.as_ref().ok().and_then(|ruling| ruling.state);
            let leads = leads && !is_followed;
            let retries = leases.hear(store, key, Heard { lesson, state, asked_at, now, leads });
            events::count_retries(meter, &self.limit.name, retries);
        }
        ruling
    }

    fn take(
        self: &Rc<Self>,
        leases: &Leases,
        cost: u32,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Result<Counting, Reason> {
        let key = self.hasher.of(&self.limit.key, request, env)?;
        let Taken { take, lease, retries } = leases.take(env.store, key, cost, env.now);
        events::count_retries(env.meter, &self.limit.name, retries);
        let counted = match take {
            Take::Ask { extra, leads } => {
                return self.ask_for(Some(Asking { key, extra, leads }), cost, request, env);
            }
            Take::Spent { ahead } => {
                let aside = match ahead {
                    0 => None,
                    ahead => self.ask_ahead(key, ahead, request, env)?,
                };
                let told = FromEngine { aside, ..as_leased(&lease, env.now) };
                Counted { from_engine: Some(Box::new(told)), ..Counted::admitted() }
            }
            Take::Refused => {
                let wait =
                    Duration::from_nanos(lease.reset.saturating_sub(env.now.nanos())).max(UNKNOWN_RESET);
                Counted {
                    from_engine: Some(Box::new(as_leased(&lease, env.now))),
                    ..Counted::limited(wait)
                }
            }
        };
        Ok(Counting::Done(counted))
    }

    fn ask_for(
        &self,
        asking: Option<Asking>,
        cost: u32,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Result<Counting, Reason> {
        let entries = self.entries(request, env)?;
        self.service.permits(&self.limit.name, env.now, env.meter).map_err(Reason::EngineDown)?;
        let (key, extra, leads) =
            asking.map_or((None, 0, false), |Asking { key, extra, leads }| (Some(key), extra, leads));
        // A second question follows only where the first has asked for more than the request.
        let again = if extra > 0 { entries.clone() } else { Vec::new() };
        Ok(self.ask(entries, Question { key, entries: again, cost, extra, leads, asked_at: env.now }))
    }

    fn ask(&self, entries: Vec<Entry>, question: Question) -> Counting {
        // As many as the protocol can say; a lease is far from that.
        let hits = question.cost.saturating_add(question.extra);
        Counting::Asked(self.service.call(entries, hits), question)
    }

    /// Lease `extra` more while the last lease is spent. No request waits for it.
    fn ask_ahead(
        self: &Rc<Self>,
        key: Fingerprint,
        extra: u32,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Result<Option<Aside>, Reason> {
        if self.service.permits(&self.limit.name, env.now, env.meter).is_err() {
            return Ok(None);
        }
        let entries = self.entries(request, env)?;
        let call = self.service.call(entries, extra);
        let question = Question {
            key: Some(key),
            entries: Vec::new(),
            cost: 0,
            extra,
            leads: true,
            asked_at: env.now,
        };
        let counter = Rc::clone(self);
        let then =
            move |called: Called<'_>, env: &BackgroundEnv<'_>| counter.overhear(&question, called, env);
        Ok(Some(Aside { call, then: Box::new(then) }))
    }

    fn entries(&self, request: &Request<'_>, env: &Env<'_>) -> Result<Vec<Entry>, Missing> {
        let mut entries = Vec::new();
        self.limit.key.visit(request, env, |name, value| {
            entries.push(Entry { key: name.to_owned(), value: value.to_string() });
        })?;
        Ok(entries)
    }

    fn over(&self, ruling: &Ruling) -> Counted {
        let reset = ruling.state.and_then(|state| state.reset).map(|reset| reset.at_most);
        let told = self.told(ruling, 0);
        Counted { from_engine: Some(Box::new(told)), ..Counted::limited(reset.unwrap_or(UNKNOWN_RESET)) }
    }

    /// What clients are told after an answer, when `extra` of what it has counted is still to be spent here.
    fn told(&self, ruling: &Ruling, extra: u64) -> FromEngine {
        let response = self.service.allowed(&ruling.headers);
        // Without an end of the window there is no `t` that would be true.
        let known = ruling.state.filter(|state| state.quota > 0);
        let Some((state, reset)) = known.and_then(|state| Some((state, state.reset?))) else {
            return FromEngine { response, ..FromEngine::default() };
        };
        let quota = Quota {
            burst: state.quota,
            remaining: if ruling.is_over { 0 } else { state.remaining.saturating_add(extra) },
            reset_after: nanos(reset.at_most),
        };
        let promise = Promise { quota: state.quota, window_seconds: state.window_seconds };
        FromEngine { quota: Some(quota), promise: Some(promise), response, aside: None }
    }
}

/// What a lease wants of a question.
struct Asking {
    key: Fingerprint,
    extra: u32,
    leads: bool,
}

/// What clients are told while the engine is not asked: what it said last, and what has been spent since.
fn as_leased(lease: &Lease, now: UnixTime) -> FromEngine {
    if lease.quota == 0 || lease.reset <= now.nanos() {
        return FromEngine::default();
    }
    let quota = Quota {
        burst: lease.quota.into(),
        remaining: u64::from(lease.left).saturating_add(lease.remaining.into()),
        reset_after: lease.reset.saturating_sub(now.nanos()),
    };
    let promise = Promise { quota: lease.quota.into(), window_seconds: lease.window_seconds.into() };
    FromEngine { quota: Some(quota), promise: Some(promise), ..FromEngine::default() }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
