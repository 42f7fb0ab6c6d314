//! What has been found out about one request so far. It owns all it has, so that a request can wait with
//! it.

use std::rc::Rc;

use contract::{Edits, Forward, Refusal, Verdict};

use crate::config::Limit;
use crate::headers::State;
use crate::quota::Quota;

/// The account of one request under the limits of one row.
#[derive(Debug, Default)]
pub(crate) struct Account {
    strictest: Option<State>,
    evidence: Vec<String>,
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

    /// What the client is told of when it is not refused.
    pub(crate) const fn strictest(&self) -> Option<&State> {
        self.strictest.as_ref()
    }

    /// No objection.
    pub(crate) fn forward(self, response: Edits) -> Verdict {
        Verdict::Forward(Forward { response, evidence: self.evidence, ..Forward::default() })
    }

    /// `refusal`, with what was found out before.
    pub(crate) fn refuse(self, refusal: Refusal, headers: Edits) -> Verdict {
        Refusal { headers, ..refusal.because(self.evidence) }.into()
    }
}
