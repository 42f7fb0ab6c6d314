//! Counters by stage and reason, and gauges. Names come from closed lists, so there are as many as the program
//! has.

use std::cell::RefCell;
use std::collections::HashMap;

use contract::{Meter, Refusal, StageName};

use crate::abi::{self, Metric};

/// Metrics that this VM has used, by name.
#[derive(Default)]
pub(crate) struct Metrics {
    ids: RefCell<HashMap<String, u32>>,
}

impl Meter for Metrics {
    fn count(&self, event: &'static str) {
        self.add(&format!("watchword.{event}"));
    }

    fn count_all(&self, event: &'static str, events: usize) {
        if events > 0 {
            self.add_all(&format!("watchword.{event}"), i64::try_from(events).unwrap_or(i64::MAX));
        }
    }

    fn set(&self, gauge: &'static str, value: u64) {
        if let Some(id) = self.id(Metric::Gauge, &format!("watchword.{gauge}")) {
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
