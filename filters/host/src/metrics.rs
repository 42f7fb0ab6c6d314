//! Counters by route, stage and reason, gauges and distributions. Names come from closed lists of the program and of the
//! configuration, so there are as many as those have.

use std::cell::RefCell;

use contract::{Meter, Refusal, Route, StageName};

use crate::abi::{self, Metric};
use crate::connection::Protection;
use crate::named_metrics::NamedMetrics;

/// Stands for what an event has that is counted by no name: no configuration calls anything so.
const OF_ALL: &str = "";

/// Metrics that this VM has used, by event and by what the event is of: counting makes no name and hashes nothing.
#[derive(Default)]
pub(crate) struct Metrics(RefCell<NamedMetrics>);

/// What a request comes to.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    Allowed,
    Answered,
    Refused,
}

impl Meter for Metrics {
    fn count(&self, event: &'static str) {
        self.count_of(event, OF_ALL, 1);
    }

    fn count_all(&self, event: &'static str, events: usize) {
        if events > 0 {
            self.count_of(event, OF_ALL, u64::try_from(events).unwrap_or(u64::MAX));
        }
    }

    fn count_of(&self, event: &'static str, of: &str, events: u64) {
        if let Some(id) = self.id(Metric::Counter, event, of) {
            abi::increment(id, i64::try_from(events).unwrap_or(i64::MAX));
        }
    }

    fn observe(&self, event: &'static str, of: &str, value: u64) {
        if let Some(id) = self.id(Metric::Histogram, event, of) {
            abi::record(id, value);
        }
    }

    fn set(&self, gauge: &'static str, value: u64) {
        if let Some(id) = self.id(Metric::Gauge, gauge, OF_ALL) {
            abi::record(id, value);
        }
    }
}

impl Metrics {
    /// A request has come to this, under the route of this name if it matched one.
    pub(crate) fn requested(&self, outcome: Outcome, route: Option<&str>) {
        self.count_of(outcome.event(), route.unwrap_or(Route::UNKNOWN), 1);
    }

    /// A request has come over a connection of this kind, under the route of this name if it matched one.
    pub(crate) fn peered(&self, protection: Protection, route: Option<&str>) {
        self.count_of(protection.event(), route.unwrap_or(Route::UNKNOWN), 1);
    }

    /// There is a counter for this from now on, which has counted nothing.
    pub(crate) fn begin(&self, event: &'static str, of: &str) {
        self.id(Metric::Counter, event, of);
    }

    /// A request begins to wait.
    pub(crate) fn waiting(&self) {
        self.count("waiting");
    }

    /// A request was answered by this stage.
    pub(crate) fn answered(&self, stage: StageName) {
        self.count_of("answered", stage.as_str(), 1);
    }

    /// A request was refused; the reason comes from a closed list of its stage.
    pub(crate) fn refused(&self, refusal: &Refusal) {
        self.count_of(refused_by(refusal.stage), refusal.reason, 1);
    }

    /// The microseconds that a stage has worked on a request.
    pub(crate) fn worked(&self, stage: StageName, micros: u64) {
        self.observe("stage_us", stage.as_str(), micros);
    }

    /// How a fetch ended; the reason comes from a closed list of its stage.
    pub(crate) fn fetched(&self, taken: Result<(), &'static str>) {
        match taken {
            Ok(()) => self.count("fetch.ok"),
            Err(reason) => self.count_of("fetch.failed", reason, 1),
        }
    }

    fn id(&self, kind: Metric, event: &'static str, of: &str) -> Option<u32> {
        let known = self.0.borrow().find(event, of);
        known.or_else(|| {
            let id = abi::define(kind, &name_of(event, of)).ok()?;
            self.0.borrow_mut().insert(event, of, id);
            Some(id)
        })
    }
}

impl Outcome {
    const fn event(self) -> &'static str {
        match self {
            Self::Allowed => "requests.allowed",
            Self::Answered => "requests.answered",
            Self::Refused => "requests.refused",
        }
    }
}

impl Protection {
    const fn event(self) -> &'static str {
        match self {
            Self::Mtls => "peer.mtls",
            Self::Tls => "peer.tls",
            Self::Plaintext => "peer.plaintext",
        }
    }
}

/// What counts the refusals of a stage. A text of the program each, so that counting makes no name.
const fn refused_by(stage: StageName) -> &'static str {
    match stage {
        StageName::Authz => "refused.authz",
        StageName::Host => "refused.host",
        StageName::Identity => "refused.identity",
        StageName::Jwt => "refused.jwt",
        StageName::Ratelimit => "refused.ratelimit",
        StageName::Route => "refused.route",
    }
}

fn name_of(event: &str, of: &str) -> String {
    match of {
        OF_ALL => format!("watchword.{event}"),
        of => format!("watchword.{event}.{of}"),
    }
}
