//! One engine: how it is asked, and what its answers are worth.

use std::rc::Rc;

use contract::{Call, CallError, Called, Duration, Edits, HeaderName, HeaderValue, Meter, UnixTime};
use prost::Message;

use super::breaker::Breaker;
use super::message::{Descriptor, Entry, Header, METHOD, RateLimitRequest, SERVICE};
use super::ruling::{MAX_ANSWER_BYTES, Ruling};
use crate::events;

/// Bytes of the value of a field that an engine adds to a response.
const MAX_HEADER_BYTES: usize = 1_024;

/// An engine.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(super) cluster: Rc<str>,
    pub(super) domain: String,
    pub(super) timeout: Duration,
    pub(super) breaker: Breaker,
    /// What it may add to responses.
    pub(super) response_headers: Vec<HeaderName>,
}

/// Why an engine has decided nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EngineError {
    /// It has failed before, and nobody is kept waiting for it.
    BrokenCircuit {
        /// Until it is asked again.
        again: Duration,
    },
    /// It was not asked after all.
    Withdrawn,
    /// No answer within the timeout.
    Late,
    /// It could not be reached, or the call has failed.
    Failed,
    /// Its answer is none.
    Garbage,
    /// As many requests wait for answers as may.
    TooMany,
}

impl Service {
    /// What distinguishes it from other engines.
    pub(crate) fn definition(&self) -> impl Iterator<Item = &str> {
        [&*self.cluster, self.domain.as_str()].into_iter()
    }

    /// Whether to ask at `now` for a limit.
    pub(crate) fn permits(&self, limit: &str, now: UnixTime, meter: &dyn Meter) -> Result<(), EngineError> {
        self.breaker.permits(now).map_err(|again| {
            meter.count_of(events::ENGINE_BROKEN_CIRCUIT, limit, 1);
            EngineError::BrokenCircuit { again }
        })
    }

    /// The question whether `hits` more of what `entries` name may pass.
    pub(crate) fn call(&self, entries: Vec<Entry>, hits: u32) -> Call {
        let request = RateLimitRequest {
            domain: self.domain.clone(),
            descriptors: vec![Descriptor { entries }],
            hits_addend: hits,
        };
        Call {
            cluster: Rc::clone(&self.cluster),
            service: SERVICE,
            method: METHOD,
            message: request.encode_to_vec(),
            timeout: self.timeout,
            max_bytes: MAX_ANSWER_BYTES,
        }
    }

    /// What it has decided about a limit, asked at `asked_at`. Every answer and every failure counts for the next
    /// question.
    pub(crate) fn hear(
        &self,
        limit: &str,
        called: Called<'_>,
        asked_at: UnixTime,
        now: UnixTime,
        meter: &dyn Meter,
    ) -> Result<Ruling, EngineError> {
        if was_sent(called) {
            let micros = now.since(asked_at).as_micros();
            meter.observe(events::ENGINE_MICROSECONDS, limit, u64::try_from(micros).unwrap_or(u64::MAX));
        }
        let outcome = read(called);
        self.judge(outcome.as_ref().err().copied(), now, meter);
        let event = match &outcome {
            Ok(ruling) if ruling.is_over => Some(events::ENGINE_OVER_LIMIT),
            Ok(_) => Some(events::ENGINE_OK),
            Err(error) => error.event(),
        };
        if let Some(event) = event {
            meter.count_of(event, limit, 1);
        }
        outcome
    }

    /// What of `headers` it may add to a response.
    pub(crate) fn allowed(&self, headers: &[Header]) -> Edits {
        let mut edits = Edits::new();
        for name in &self.response_headers {
            let said = headers.iter().find(|header| header.is_called(name.as_str()));
            let text = said.and_then(Header::text).filter(|text| text.len() <= MAX_HEADER_BYTES);
            if let Some(value) = text.and_then(|text| HeaderValue::new(text).ok()) {
                edits.set(name.clone(), value);
            }
        }
        edits
    }

    fn judge(&self, error: Option<EngineError>, now: UnixTime, meter: &dyn Meter) {
        match error {
            None => self.breaker.succeeded(),
            // It was not asked.
            Some(EngineError::TooMany | EngineError::BrokenCircuit { .. } | EngineError::Withdrawn) => {}
            Some(EngineError::Late | EngineError::Failed | EngineError::Garbage) => {
                if self.breaker.failed(now) {
                    meter.count_of(events::ENGINE_BROKE_CIRCUIT, &self.name, 1);
                }
            }
        }
    }
}

impl EngineError {
    /// The word for logs and metrics.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::BrokenCircuit { .. } => "engine_broken_circuit",
            Self::Withdrawn => "engine_withdrawn",
            Self::Late => "engine_late",
            Self::Failed => "engine_failed",
            Self::Garbage => "engine_garbage",
            Self::TooMany => "engine_too_many",
        }
    }

    const fn event(self) -> Option<&'static str> {
        match self {
            Self::BrokenCircuit { .. } => Some(events::ENGINE_BROKEN_CIRCUIT),
            Self::Late => Some(events::ENGINE_TIMEOUT),
            Self::Failed => Some(events::ENGINE_FAILED),
            Self::Garbage => Some(events::ENGINE_GARBAGE),
            Self::TooMany => Some(events::ENGINE_TOO_MANY),
            Self::Withdrawn => None,
        }
    }
}

const fn was_sent(called: Called<'_>) -> bool {
    !matches!(called, Err(CallError::NotStarted | CallError::TooMany | CallError::Withdrawn))
}

fn read(called: Called<'_>) -> Result<Ruling, EngineError> {
    match called {
        Ok(bytes) => Ruling::read(bytes).map_err(|_| EngineError::Garbage),
        Err(CallError::Late) => Err(EngineError::Late),
        Err(CallError::TooMany) => Err(EngineError::TooMany),
        Err(CallError::Withdrawn) => Err(EngineError::Withdrawn),
        Err(CallError::TooLarge) => Err(EngineError::Garbage),
        Err(CallError::NotStarted | CallError::Status(_)) => Err(EngineError::Failed),
    }
}
