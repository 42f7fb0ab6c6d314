//! One limit that an engine decides: a request counted there, or paid for with what was leased from there.

use std::num::NonZeroU32;
use std::rc::Rc;

use contract::{
    Aside, Attempted, BackgroundEnv, Call, Called, Compile, Duration, Edits, Env, Request, UnixTime,
};

use super::lease::{Heard, Lease, Leases, Lesson, Take};
use super::message::Entry;
use super::ruling::{EngineState, Ruling};
use super::{EngineError, Global, Service};
use crate::config::Limit;
use crate::counter::{Counted, FromEngine};
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::headers::Promise;
use crate::key::Missing;
use crate::quota::Quota;
use crate::reason::Reason;
use crate::slots::OpenError;

/// When to come back after a refusal of an engine that does not say.
const UNKNOWN_RESET: Duration = Duration::from_secs(1);

/// A limit that can ask.
#[derive(Debug)]
pub(crate) struct GlobalCounter {
    pub(crate) limit: Rc<Limit>,
    service: Rc<Service>,
    fingerprinter: Fingerprinter,
    leases: Option<Leases>,
    promised: Promised,
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
    key: Option<Fingerprint>,
    entries: Vec<Entry>,
    cost: u32,
    extra: u32,
    leads: bool,
    asked_at: UnixTime,
}

/// What the engine said last of the limit itself: only it knows, and not with every answer.
#[derive(Debug, Default)]
struct Promised(std::cell::Cell<Option<Promise>>);

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
            fingerprinter: fingerprinter.clone(),
            leases: leases.transpose()?,
            promised: Promised::default(),
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
        let Question { key, extra, leads, asked_at, .. } = question;
        let ruling = self.service.hear(&self.limit.name, called, asked_at, env.now, env.meter);
        let lesson = match &ruling {
            Err(_) => Lesson::Nothing,
            Ok(ruling) if !ruling.is_over => Lesson::Granted { extra },
            Ok(_) if extra > 0 => Lesson::TooMuch,
            Ok(_) => Lesson::Refused,
        };
        // A question for the request alone follows, and others wait for what that learns.
        let leads = leads && lesson != Lesson::TooMuch;
        if let Some((key, leases)) = key.zip(self.leases.as_ref()) {
            let heard = Heard { lesson, state: state_of(&ruling), asked_at, now: env.now, leads };
            leases.hear(env.store, key, heard);
        }
        match ruling {
            Err(error) => Counting::Done(Counted::not(Reason::EngineDown(error), 0)),
            Ok(_) if lesson == Lesson::TooMuch => {
                self.ask(Question { extra: 0, asked_at: env.now, ..question })
            }
            Ok(ruling) if ruling.is_over => Counting::Done(self.over(&ruling)),
            Ok(ruling) => {
                let told = self.told(&ruling, u64::from(extra));
                Counting::Done(Counted { from_engine: Some(Box::new(told)), ..Counted::admitted() })
            }
        }
    }

    fn take(
        self: &Rc<Self>,
        leases: &Leases,
        cost: u32,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Result<Counting, Reason> {
        let key = self.fingerprinter.of(&self.limit.key.bytes(request, env)?);
        let Attempted { outcome, retries } = leases.take(env.store, key, cost, env.now);
        let Ok((take, lease)) = outcome else {
            return self.ask_for(Some(Asking::alone(key)), cost, request, env);
        };
        let counted = match take {
            Take::Ask { extra, leads } => {
                return self.ask_for(Some(Asking { key, extra, leads }), cost, request, env);
            }
            Take::Spent { ahead } => {
                let aside = match ahead {
                    0 => None,
                    ahead => self.ask_ahead(key, ahead, request, env)?,
                };
                let told = FromEngine { aside, ..self.spent(&lease, env.now) };
                Counted { from_engine: Some(Box::new(told)), ..Counted::admitted() }
            }
            Take::Refused => {
                let wait =
                    Duration::from_nanos(lease.reset.saturating_sub(env.now.nanos())).max(UNKNOWN_RESET);
                Counted {
                    from_engine: Some(Box::new(self.spent(&lease, env.now))),
                    ..Counted::limited(wait)
                }
            }
        };
        Ok(Counting::Done(Counted { retries, ..counted }))
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
        Ok(self.ask(Question { key, entries, cost, extra, leads, asked_at: env.now }))
    }

    fn ask(&self, question: Question) -> Counting {
        let hits = question.cost.saturating_add(question.extra);
        Counting::Asked(self.service.call(question.entries.clone(), hits), question)
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
        let call = self.service.call(self.entries(request, env)?, extra);
        let (counter, asked_at) = (Rc::clone(self), env.now);
        let then = move |called: Called<'_>, env: &BackgroundEnv<'_>| {
            counter.hear_ahead(key, extra, asked_at, called, env);
        };
        Ok(Some(Aside { call, then: Box::new(then) }))
    }

    fn hear_ahead(
        &self,
        key: Fingerprint,
        extra: u32,
        asked_at: UnixTime,
        called: Called<'_>,
        env: &BackgroundEnv<'_>,
    ) {
        let ruling = self.service.hear(&self.limit.name, called, asked_at, env.now, env.meter);
        let Some(leases) = &self.leases else { return };
        let lesson = match &ruling {
            Err(_) => Lesson::Nothing,
            Ok(ruling) if ruling.is_over => Lesson::TooMuch,
            Ok(_) => Lesson::Granted { extra },
        };
        let state = state_of(&ruling);
        self.promised.learn(state);
        leases.hear(env.store, key, Heard { lesson, state, asked_at, now: env.now, leads: true });
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
        let promise = self.promised.learn(ruling.state);
        let quota = promise.zip(ruling.state).map(|(promise, state)| Quota {
            burst: promise.quota,
            remaining: if ruling.is_over { 0 } else { state.remaining.saturating_add(extra) },
            reset_after: state.reset.map_or(0, |reset| nanos(reset.at_most)),
        });
        FromEngine { quota, promise, response: self.service.allowed(&ruling.headers), aside: None }
    }

    /// What clients are told while the engine is not asked.
    fn spent(&self, lease: &Lease, now: UnixTime) -> FromEngine {
        let promise = self.promised.0.get();
        let quota = promise.map(|promise| Quota {
            burst: promise.quota,
            remaining: u64::from(lease.left).saturating_add(lease.remaining.into()),
            reset_after: lease.reset.saturating_sub(now.nanos()),
        });
        FromEngine { quota, promise, response: Edits::new(), aside: None }
    }
}

/// What a lease wants of a question.
struct Asking {
    key: Fingerprint,
    extra: u32,
    leads: bool,
}

impl Asking {
    const fn alone(key: Fingerprint) -> Self {
        Self { key, extra: 0, leads: false }
    }
}

impl Promised {
    /// The limit as `state` says it, or as it was said last.
    fn learn(&self, state: Option<EngineState>) -> Option<Promise> {
        let said = state.filter(|state| state.quota > 0);
        if let Some(EngineState { quota, window_seconds, .. }) = said {
            self.0.set(Some(Promise { quota, window_seconds }));
        }
        self.0.get()
    }
}

fn state_of(ruling: &Result<Ruling, EngineError>) -> Option<EngineState> {
    ruling.as_ref().ok().and_then(|ruling| ruling.state)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
