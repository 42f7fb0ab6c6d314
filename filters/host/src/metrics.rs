//! Counters by stage and reason, gauges and distributions. Names come from closed lists of the program and of the
//! configuration, so there are as many as those have.

use std::cell::RefCell;
use std::collections::HashMap;

use contract::{Meter, Refusal, StageName};

use crate::abi::{self, Metric};
use crate::named_metrics::NamedMetrics;

/// Stands for what an event has that is counted by no name: no configuration calls anything so.
const OF_ALL: &str = "";

/// Metrics that this VM has used.
#[derive(Default)]
pub(crate) struct Metrics {
    /// By name.
    ids: RefCell<HashMap<String, u32>>,
    /// By event and by what the configuration calls it, so that counting makes no name.
    named: RefCell<NamedMetrics>,
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
        if let Some(id) = self.named(Metric::Counter, event, of) {
            abi::increment(id, i64::try_from(events).unwrap_or(i64::MAX));
        }
    }

    fn observe(&self, event: &'static str, of: &str, value: u64) {
        if let Some(id) = self.named(Metric::Histogram, event, of) {
            abi::record(id, value);
        }
    }

    fn set(&self, gauge: &'static str, value: u64) {
        if let Some(id) = self.named(Metric::Gauge, gauge, OF_ALL) {
            abi::record(id, value);
        }
    }
}

impl Metrics {
    pub(crate) fn allowed(&self) {
        self.add("watchword.allowed");
    }

    pub(crate) fn waiting(&self) {
        self.add("watchword.waiting");
    }

    pub(crate) fn answered(&self, stage: StageName) {
        self.add(&format!("watchword.answered.{stage}"));
    }

    pub(crate) fn refused(&self, refusal: &Refusal) {
        self.add(&format!("watchword.refused.{}.{}", refusal.stage, refusal.reason));
    }

    /// How a fetch ended; the reason comes from a closed list of its stage.
    pub(crate) fn fetched(&self, taken: Result<(), &'static str>) {
        match taken {
            Ok(()) => self.add("watchword.fetch.ok"),
            Err(reason) => {
                self.add("watchword.fetch.failed");
                self.add(&format!("watchword.fetch.failed.{reason}"));
            }
        }
    }

    fn add(&self, name: &str) {
        self.add_all(name, 1);
    }

    fn add_all(&self, name: &str, events: i64) {
        if let Some(id) = self.id(Metric::Counter, name) {
            abi::increment(id, events);
        }
    }

    fn named(&self, kind: Metric, event: &'static str, of: &str) -> Option<u32> {
        let known = self.named.borrow().find(event, of);
        known.or_else(|| {
            let id = abi::define(kind, &name_of(event, of)).ok()?;
            self.named.borrow_mut().insert(event, of, id);
            Some(id)
        })
    }

    fn id(&self, kind: Metric, name: &str) -> Option<u32> {
        let known = self.ids.borrow().get(name).copied();
        known.or_else(|| self.define(kind, name))
    }

    fn define(&self, kind: Metric, name: &str) -> Option<u32> {
        let id = abi::define(kind, name).ok()?;
        self.ids.borrow_mut().insert(name.to_owned(), id);
        Some(id)
    }
}

fn name_of(event: &str, of: &str) -> String {
    match of {
        OF_ALL => format!("watchword.{event}"),
        of => format!("watchword.{event}.{of}"),
    }
}
