//! What has been found out about one request so far. It owns all it has, so that a request can wait with
//! it.

use std::mem::take;
use std::rc::Rc;

use contract::{Aside, Edits, Facts, Forward, HeaderValue, Refusal, Verdict};

use crate::config::Limit;
use crate::headers::State;
use crate::quota::Quota;

/// The account of one request under the limits of one row.
#[derive(Debug, Default)]
pub(crate) struct Account {
    strictest: Option<State>,
    promised: Vec<HeaderValue>,
    evidence: Vec<String>,
    response: Edits,
    asides: Vec<Aside>,
}

impl Account {
    /// Leave a mark for the log.
    pub(crate) fn mark(&mut self, mark: &str, limit: &Limit) {
        self.evidence.push(format!("{mark}:{}", limit.name));
    }

    /// Keep what `limit` has left, if it is the strictest of those that have counted the request.
    pub(crate) fn note(&mut self, limit: &Rc<Limit>, quota: Quota) {
        let noted = self.strictest.as_ref();
        if noted.is_none_or(|noted| quota.is_stricter_than(&noted.quota)) {
            self.strictest = Some(State { limit: Rc::clone(limit), quota });
        }
    }

    /// Keep what an engine promises.
    pub(crate) fn promise(&mut self, member: HeaderValue) {
        self.promised.push(member);
    }

    /// What is asked of engines beside the request.
    pub(crate) fn asides(&mut self) -> Vec<Aside> {
        take(&mut self.asides)
    }

    /// What engines promise.
    pub(crate) fn promised(&mut self) -> Vec<HeaderValue> {
        take(&mut self.promised)
    }

    /// Keep what an engine adds to the response, and what is asked of it beside the request.
    pub(crate) fn add(&mut self, response: Edits, aside: Option<Aside>) {
        self.response.extend(response);
        self.asides.extend(aside);
    }

    /// What the client is told of when it is not refused.
    pub(crate) const fn strictest(&self) -> Option<&State> {
        self.strictest.as_ref()
    }

    /// No objection. Taken out of the account piece by piece, and written where it stays: to move the whole of
    /// either costs more than most of what has been found out.
    pub(crate) fn forward(&mut self, headers: Edits) -> Verdict {
        self.response.extend(headers);
        Verdict::Forward(Forward {
            request: Edits::new(),
            response: take(&mut self.response),
            identity: None,
            peer: None,
            evidence: take(&mut self.evidence),
            facts: Facts::default(),
            at_end: None,
            asides: take(&mut self.asides),
        })
    }

    /// `refusal`, with what was found out before.
    pub(crate) fn refuse(&mut self, refusal: Refusal, told: Edits) -> Verdict {
        self.response.extend(told);
        let refusal = refusal.because(take(&mut self.evidence));
        Refusal { headers: take(&mut self.response), ..refusal }.into()
    }
}
