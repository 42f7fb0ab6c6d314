//! The time that stages work on one request.

use std::cell::{Cell, RefCell};

use contract::{RouteMatch, StageName, UnixTime};
use pipeline::{Judged, Watch};

use crate::abi;
use crate::metrics::Metrics;

/// Looks at the clock whenever a judge has spoken. A stage that waits is not measured while it does.
pub(crate) struct Stopwatch {
    last: Cell<UnixTime>,
    /// Together, for stages of one name.
    spent: RefCell<Vec<(StageName, u64)>>,
}

impl Stopwatch {
    /// Measure from `now` on.
    pub(crate) fn start(now: UnixTime) -> Self {
        Self { last: Cell::new(now), spent: RefCell::default() }
    }

    /// Tell what was measured.
    pub(crate) fn stop(self, metrics: &Metrics) {
        for (stage, nanos) in self.spent.into_inner() {
            metrics.worked(stage, nanos.div_ceil(NANOS_PER_MICRO));
        }
    }

    fn add(&self, stage: StageName, nanos: u64) {
        let mut spent = self.spent.borrow_mut();
        match spent.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, sum)) => *sum = sum.saturating_add(nanos),
            None => spent.push((stage, nanos)),
        }
    }
}

/// Times are told in whole microseconds, of which a stage takes at least one: a histogram has no bucket for none.
const NANOS_PER_MICRO: u64 = 1_000;

impl Watch for Stopwatch {
    fn judged(&self, judged: Judged<'_>, _: Option<&RouteMatch<'_>>) {
        let Ok(now) = abi::now() else { return };
        let nanos = now.since(self.last.replace(now)).as_nanos();
        self.add(judged.by(), u64::try_from(nanos).unwrap_or(u64::MAX));
    }
}
