//! An engine in memory, and the part of a proxy that asks it.

use std::cell::{Cell, RefCell};

use contract::{
    Aside, Ask, BackgroundEnv, Call as Question, CallError, NoMeter, Route, Stage, Store, UnixTime, Verdict,
};
use prost::Message;

use super::{Call, Fixed};

/// `RateLimitRequest`, written down a second time so that a mistake in ours is seen.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Request {
    #[prost(string, tag = "1")]
    pub(crate) domain: String,
    #[prost(message, repeated, tag = "2")]
    pub(crate) descriptors: Vec<Descriptor>,
    #[prost(uint32, tag = "3")]
    pub(crate) hits_addend: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Descriptor {
    #[prost(message, repeated, tag = "1")]
    pub(crate) entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Entry {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
}

/// `RateLimitResponse`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Answer {
    #[prost(int32, tag = "1")]
    overall_code: i32,
    #[prost(message, repeated, tag = "2")]
    statuses: Vec<Status>,
    #[prost(message, repeated, tag = "3")]
    response_headers_to_add: Vec<Header>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Status {
    #[prost(message, optional, tag = "2")]
    current_limit: Option<Limit>,
    #[prost(uint32, tag = "3")]
    limit_remaining: u32,
    #[prost(message, optional, tag = "4")]
    duration_until_reset: Option<Span>,
}

#[derive(Clone, PartialEq, Message)]
struct Limit {
    #[prost(uint32, tag = "1")]
    requests_per_unit: u32,
    #[prost(int32, tag = "2")]
    unit: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Span {
    #[prost(int64, tag = "1")]
    seconds: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Header {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

impl Answer {
    pub(crate) fn code(overall_code: i32) -> Self {
        Self { overall_code, ..Self::default() }
    }

    pub(crate) fn ok() -> Self {
        Self::code(1)
    }

    pub(crate) fn over() -> Self {
        Self::code(2)
    }

    pub(crate) fn status(mut self, status: Status) -> Self {
        self.statuses.push(status);
        self
    }

    pub(crate) fn header(mut self, key: &str, value: &str) -> Self {
        self.response_headers_to_add.push(Header { key: key.into(), value: value.into() });
        self
    }
}

impl Status {
    pub(crate) fn new(requests_per_unit: u32, unit: i32, limit_remaining: u32, seconds: i64) -> Self {
        Self {
            current_limit: Some(Limit { requests_per_unit, unit }),
            limit_remaining,
            duration_until_reset: Some(Span { seconds }),
        }
    }
}

/// An engine, and what it was asked.
pub(crate) struct Engine {
    outcome: RefCell<Result<Vec<u8>, CallError>>,
    window: Option<Window>,
    asked: RefCell<Vec<(Question, Request)>>,
}

struct Window {
    limit: u32,
    seconds: u32,
    left: Cell<u32>,
}

impl Engine {
    /// One that says always the same.
    pub(crate) fn answering(answer: Answer) -> Self {
        Self::ending(Ok(answer.encode_to_vec()))
    }

    /// One of which every call ends like this.
    pub(crate) fn ending(outcome: Result<Vec<u8>, CallError>) -> Self {
        Self { outcome: RefCell::new(outcome), window: None, asked: RefCell::default() }
    }

    /// One that counts to `limit`, in a window that no test lives to see the end of.
    pub(crate) fn counting(limit: u32, seconds: u32) -> Self {
        let window = Window { limit, seconds, left: Cell::new(limit) };
        Self { window: Some(window), ..Self::answering(Answer::ok()) }
    }

    /// From now on it says this.
    pub(crate) fn answer(&self, answer: Answer) {
        self.end(Ok(answer.encode_to_vec()));
    }

    /// From now on every call ends like this.
    pub(crate) fn end(&self, outcome: Result<Vec<u8>, CallError>) {
        *self.outcome.borrow_mut() = outcome;
    }

    /// Others have taken the rest.
    pub(crate) fn take_all_but(&self, left: u32) {
        self.window.as_ref().unwrap().left.set(left);
    }

    /// Every question so far.
    pub(crate) fn asked(&self) -> Vec<(Question, Request)> {
        self.asked.borrow().clone()
    }

    /// What becomes of `call` in a proxy that asks this engine.
    pub(crate) fn serve(
        &self,
        call: &Call,
        stage: &dyn Stage,
        routes: &[Route],
        store: &dyn Store,
    ) -> Verdict {
        let mut verdict = call.ask(stage, routes, store);
        while let Verdict::Ask(ask) = verdict {
            let Ask { call: question, then } = *ask;
            let outcome = self.hear(&question);
            let called = outcome.as_deref().map_err(|error| *error);
            verdict = call.with(routes, store, |request, env| then.go_on(called, request, env));
        }
        if let Verdict::Forward(forward) = &mut verdict {
            std::mem::take(&mut forward.asides)
                .into_iter()
                .for_each(|aside| self.hear_aside(aside, call, store));
        }
        verdict
    }

    fn hear_aside(&self, Aside { call: question, then }: Aside, call: &Call, store: &dyn Store) {
        let now = UnixTime::from_nanos(call.now);
        let outcome = self.hear(&question);
        let env = BackgroundEnv { now, entropy: &Fixed, store, meter: &NoMeter };
        then(outcome.as_deref().map_err(|error| *error), &env);
    }

    fn hear(&self, question: &Question) -> Result<Vec<u8>, CallError> {
        let request = Request::decode(question.message.as_slice()).unwrap();
        let hits = request.hits_addend;
        self.asked.borrow_mut().push((question.clone(), request));
        let outcome = self.outcome.borrow().clone();
        match &self.window {
            Some(window) if outcome.is_ok() => Ok(window.answer(hits).encode_to_vec()),
            _ => outcome,
        }
    }
}

impl Window {
    fn answer(&self, hits: u32) -> Answer {
        let left = self.left.get().checked_sub(hits);
        let answer = if left.is_some() { Answer::ok() } else { Answer::over() };
        self.left.set(left.unwrap_or(self.left.get()));
        answer.status(Status::new(self.limit, 3, self.left.get(), self.seconds.into()))
    }
}
